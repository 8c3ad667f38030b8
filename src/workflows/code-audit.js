// Code audit: every file in pieces, one reader for each, and every finding has to survive a sceptic.
export const meta = {
  name: "code-audit",
  description: "Reads every file with a focus, and keeps the findings that a second agent could not refute",
  whenToUse: "A whole code base, one kind of defect: security, error handling, concurrency",
  phases: [{ title: "Find" }, { title: "Verify" }],
  args: {
    glob: { type: "string", description: "Files to read, such as src/**/*.ts" },
    files: { type: "array", description: "Documents as [{ path, text }], as --files gives them" },
    focus: { type: "string", description: "What is looked for", default: "security, data loss and silent failure" },
    contextTokens: { type: "integer", description: "Context window that every prompt must fit into", default: 16000 },
    models: { type: "object", description: "Models by job: { find, verify }" },
  },
};

const EXAMPLE = `odw run code-audit --files src --arg focus="injection and path traversal"`;
const given = typeof args === "string" ? { glob: args } : args ?? {};
const { models } = given;
const contextTokens = Number(given.contextTokens ?? 16000);
function fail(problem) {
  throw new Error(`code-audit: ${problem}. Example: ${EXAMPLE}`);
}
if (!(contextTokens >= 1000)) fail(`contextTokens must be a number of 1000 or more, found ${given.contextTokens}`);
/** Characters of a prompt: the rest of the window is for the answer; code takes a token for three of them. */
const room = Math.floor(contextTokens * 0.5) * 3;
/** Other scripts than Latin take a whole token for each character. */
const weight = (text) => text.length + 2 * (text.match(/[\u0300-\uffff]/g)?.length ?? 0);

const FINDINGS = {
  type: "object",
  properties: {
    findings: {
      type: "array",
      items: {
        type: "object",
        properties: {
          line: { type: "integer", minimum: 1 },
          severity: { type: "string", enum: ["critical", "high", "medium", "low"] },
          title: { type: "string" },
          detail: { type: "string", description: "What happens, on which input, and how to mend it" },
        },
        required: ["line", "severity", "title", "detail"],
      },
    },
  },
  required: ["findings"],
};

/** parallel() takes 4096 at once. */
async function all(thunks) {
  const results = [];
  while (thunks.length > results.length) {
    results.push(...await parallel(thunks.slice(results.length, results.length + 4096)));
  }
  return results;
}
/** A line that is longer than a prompt may be goes on in the next piece: nothing of it is left out. */
function inPieces(line) {
  const most = Math.floor(room * 0.2);
  const pieces = [];
  for (let from = 0; from < line.length || from === 0;) {
    const isPair = /[\ud800-\udbff]/.test(line[from + most - 1] ?? "");
    const end = from + most - (isPair ? 1 : 0);
    pieces.push(line.slice(from, end));
    from = end;
  }
  return pieces;
}
/** Lines with their numbers, in pieces that fit a prompt. */
function numbered(path, lines) {
  const chunks = [];
  let left = 0;
  for (const line of lines.flatMap(inPieces)) {
    const takes = weight(line) + 1;
    if (takes > left) chunks.push({ path, text: "" });
    left = (takes > left ? room * 0.7 : left) - takes;
    chunks.at(-1).text += `${line}\n`;
  }
  return chunks;
}

const unread = [];
async function documents() {
  if (given.files) return given.files;
  const paths = await tools.glob(given.glob);
  if (paths.length === 0) fail(`no file matches ${given.glob}`);
  const texts = await all(paths.map((path) => () => tools.read_file(path)));
  return paths.flatMap((path, i) =>
    typeof texts[i] === "string" ? [{ path, text: texts[i] }] : (unread.push(path), [])
  );
}
if (!given.files === !given.glob) fail("give glob or files, one of them");
if (given.files && !Array.isArray(given.files)) fail("files must be [{ path, text }], as --files gives them");
const chunks = (await documents()).flatMap(({ path, text }) =>
  numbered(path, text.split("\n").map((line, i) => `${i + 1}: ${line}`))
);

phase("Find");
const focus = given.focus ?? "security, data loss and silent failure";
const read = await all(chunks.map(({ path, text }) => () =>
  agent(
    `You audit code. Report only defects that you can show in this text, with the number of the line; none is a good answer.\nFocus: ${
      compact(focus, { maxChars: Math.floor(room * 0.1) })
    }\n\n## ${path}\n${text}`,
    { label: path, schema: FINDINGS, model: models?.find, tools: [] },
  )
));
chunks.forEach(({ path }, i) => read[i] === null && unread.push(path));
if (read.every((answer) => answer === null)) {
  throw new Error("code-audit: no file could be read: see the failures of this run");
}
const found = read.flatMap((answer, i) =>
  (answer?.findings ?? []).map((one) => ({ file: chunks[i].path, ...one, text: chunks[i].text }))
);

phase("Verify");
const checked = await all(found.map((finding) => () =>
  verify({
    target: { file: finding.file, line: finding.line, title: finding.title, detail: finding.detail },
    maxChars: Math.floor(room * 0.15),
    critics: [{
      ...{ label: `verify ${finding.file}:${finding.line}`, model: models?.verify, tools: [] },
      prompt: `Try to refute this finding: approve it only when the text shows that it is true.\n\n${finding.text}`,
    }],
  })
));
const shown = ({ text: _text, ...finding }) => finding;
const findings = found.filter((_, i) => checked[i]?.passed).map(shown);
const unverified = found.filter((_, i) => !checked[i]?.passed && !checked[i]?.refuted).map(shown);
const refuted = found.filter((_, i) => checked[i]?.refuted).length;
log(`${findings.length} findings stand, ${refuted} refuted, ${unverified.length} could not be verified`);
return { findings, unverified, refuted, unread: [...new Set(unread)] };
