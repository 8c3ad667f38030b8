// Code review: a git diff, file by file; findings carry the line of the new file and have to survive a sceptic.
export const meta = {
  name: "code-review",
  description: "Reviews a git diff: each changed file is read, findings are verified, and the whole gets a verdict",
  whenToUse: "Before a commit or a merge. Git is read with the git tool",
  phases: [{ title: "Read" }, { title: "Verify" }, { title: "Verdict" }],
  args: {
    base: {
      type: "string",
      description: "What to compare the working tree with: a commit, a branch, or a range such as main...HEAD",
      default: "HEAD",
    },
    diff: { type: "string", description: "The diff itself, instead of asking git" },
    focus: { type: "string", description: "What matters most" },
    contextTokens: { type: "integer", description: "Context window that every prompt must fit into", default: 16000 },
    models: { type: "object", description: "Models by job: { find, verify, verdict }" },
  },
};

const EXAMPLE = `odw run code-review --arg base=main...HEAD`;
const given = typeof args === "string" ? { base: args } : args ?? {};
const { models } = given;
const contextTokens = Number(given.contextTokens ?? 16000);
function fail(problem) {
  throw new Error(`code-review: ${problem}. Example: ${EXAMPLE}`);
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
/** Lines with their numbers, in pieces that fit a prompt. */
function numbered(path, lines) {
  const chunks = [];
  let left = 0;
  for (const line of lines) {
    const short = line.length > 400 ? `${line.slice(0, 400)} [cut]` : line;
    const takes = weight(short) + 1;
    if (takes > left) chunks.push({ path, text: "" });
    left = (takes > left ? room * 0.7 : left) - takes;
    chunks.at(-1).text += `${short}\n`;
  }
  return chunks;
}

async function readDiff() {
  if (given.diff) return given.diff;
  const { stdout, stderr, exitCode } = await tools.git(["diff", "--no-color", "-U8", given.base ?? "HEAD"]);
  return exitCode === 0 ? stdout : fail(`git diff ${given.base ?? "HEAD"} failed: ${(stderr || stdout || "").trim()}`);
}
/** A file's part of a diff with the line numbers of the new file. */
function numberLines(part) {
  let line = 0;
  return part.split("\n").flatMap((text) => {
    const hunk = /^@@ -\d+(?:,\d+)? \+(\d+)/.exec(text);
    if (hunk) line = Number(hunk[1]);
    if (hunk || line === 0) return hunk ? [text] : [];
    return [text.startsWith("-") ? `  ${text}` : `${line++}: ${text}`];
  });
}
const diff = await readDiff();
if (typeof diff !== "string") fail("diff must be a text");
if (diff.trim() === "") {
  return {
    verdict: "approve",
    summary: "There is nothing to review: the diff is empty.",
    findings: [],
    unverified: [],
    refuted: 0,
  };
}
const parts = diff.split(/^(?=diff --git )/m).filter((part) => part.trim() !== "");
const pathOf = (part) => /^\+\+\+ (?:b\/)?(\S.*)$/m.exec(part)?.[1] ?? "diff";
const chunks = parts.flatMap((part) => numbered(pathOf(part), numberLines(part)));
if (chunks.length === 0) fail("the diff changes no text: nothing in it can be read");

phase("Read");
const read = await all(chunks.map(({ path, text }) => () =>
  agent(
    "You review a change. + lines are new, - lines are gone. Report what the change breaks or gets wrong, with the number of the new line; no " +
      `matters of taste; none is a good answer.${
        given.focus ? `\nFocus: ${compact(given.focus, { maxChars: Math.floor(room * 0.1) })}` : ""
      }\n\n## ${path}\n${text}`,
    { label: path, schema: FINDINGS, model: models?.find, tools: [] },
  )
));
const unread = [...new Set(chunks.filter((_, i) => read[i] === null).map(({ path }) => path))];
if (read.every((answer) => answer === null)) {
  throw new Error("code-review: no change could be read: see the failures of this run");
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

phase("Verdict");
const isBad = findings.some(({ severity }) => severity === "critical" || severity === "high");
const summary = await agent(
  "Sum up this review for the author in at most five sentences: what must change, what may wait.\n\n" +
    `Files: ${compact(chunks.map(({ path }) => path).join(", "), { maxChars: Math.floor(room * 0.2) })}\n\n` +
    `Findings:\n${JSON.stringify(compact(findings, { maxChars: Math.floor(room * 0.4) }))}`,
  { label: "verdict", model: models?.verdict, tools: [] },
);
const verdict = isBad ? "request changes" : unread.length > 0 || unverified.length > 0 ? "comment" : "approve";
return { verdict, summary, findings, unverified, refuted, unread };
