// Code review: a git diff, file by file; findings carry the line of the new file and have to survive a sceptic.
export const meta = {
  name: "code-review",
  description: "Reviews a git diff: each changed file is read, findings are verified, and the whole gets a verdict",
  whenToUse: "Before a commit or a merge. Git is read with the git tool",
  phases: [{ title: "Read" }, { title: "Verify" }, { title: "Verdict" }],
  args: {
    base: {
      type: "string",
      description:
        "What to compare the working tree with: a commit or branch (from where it was left), or a range such as main...HEAD",
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

/** What git says, or why it cannot: a cut answer would hide changes. */
async function git(...words) {
  const { stdout, stderr, exitCode, isTruncated } = await tools.git(words);
  if (isTruncated) fail(`git ${words[0]} printed more than 8 MB: name a nearer base`);
  return exitCode === 0 ? { stdout } : { problem: (stderr || stdout || "").trim() };
}
const base = given.base ?? "HEAD";
const isRange = base.includes("..");
const range = isRange ? [base] : ["--merge-base", base];
async function readDiff() {
  if (given.diff) return given.diff;
  // Whatever the user's settings say: names as a/ and b/ and no colours.
  const looks = ["--no-color", "--src-prefix=a/", "--dst-prefix=b/", "--no-ext-diff", "-U8"];
  const { stdout, problem } = await git("diff", ...looks, ...range, "--");
  if (problem === undefined) return stdout;
  const { stdout: isShallow } = await git("rev-parse", "--is-shallow-repository");
  const hint = isShallow?.trim() === "true"
    ? ". This is a shallow clone, which lacks the commits in between: fetch them (git fetch --unshallow, or fetch-depth: 0 in CI)"
    : "";
  return fail(`git diff ${base} failed: ${problem}${hint}`);
}
/** Files that git does not know are in no diff. */
async function untracked() {
  if (given.diff || isRange) return [];
  const { stdout, problem } = await git("ls-files", "--others", "--exclude-standard", "-z");
  if (problem !== undefined) fail(`git ls-files failed: ${problem}`);
  return stdout.split("\0").filter(Boolean).map((file) => ({ file, why: "git does not know it: git add it" }));
}
/** As git writes names: after a/ or b/, in quotes where they hold quotes, control or other characters than ASCII. */
function nameIn(text, prefix) {
  const name = text.replace(/\t$/, "");
  if (!name.startsWith('"')) return name.startsWith(prefix) ? name.slice(prefix.length) : name;
  const named = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };
  const bytes = name.slice(1, -1).replace(/\\([0-7]{3}|.)|%/g, (all, code) => {
    if (all === "%") return "%25";
    if (/^\d/.test(code)) return `%${parseInt(code, 8).toString(16).padStart(2, "0")}`;
    return code in named ? `%${named[code].toString(16).padStart(2, "0")}` : code;
  });
  let plain = bytes;
  try {
    plain = decodeURIComponent(bytes);
  } catch {
    // No UTF-8: as git shows it.
  }
  return plain.startsWith(prefix) ? plain.slice(prefix.length) : plain;
}
/** The name of the new file, or of the one that is gone. */
function pathOf(part) {
  const head = part.split("\n@@ ", 1)[0];
  const line = (start) => head.split("\n").find((text) => text.startsWith(start))?.slice(start.length);
  const [added, removed] = [line("+++ "), line("--- ")];
  if (added !== undefined && added !== "/dev/null") return nameIn(added, "b/");
  if (removed !== undefined && removed !== "/dev/null") return nameIn(removed, "a/");
  const moved = line("rename to ") ?? line("copy to ");
  if (moved !== undefined) return nameIn(moved, "");
  // Both names are the same one: binaries, modes, empty files.
  const both = line("diff --git ") ?? "diff";
  if (both.startsWith('"')) return nameIn(both.slice(0, (both.length - 1) / 2), "a/");
  return nameIn(both.slice(0, (both.length - 1) / 2), "a/");
}
/** Whether a line of the part begins so; a carriage return in a changed line begins none. */
const hasLine = (part, ...starts) => starts.some((start) => part.startsWith(start) || part.includes(`\n${start}`));
/** Why a changed file has nothing to read; undefined: it has. */
function whySkipped(part) {
  if (hasLine(part, "@@ ")) return undefined;
  if (hasLine(part, "Binary files ", "GIT binary patch")) return "binary";
  if (hasLine(part, "rename to ", "copy to ")) return "moved without a change";
  if (hasLine(part, "new mode ")) return "only its mode has changed";
  if (hasLine(part, "new file mode ")) return "new and empty";
  if (hasLine(part, "deleted file mode ")) return "it was empty, and is gone";
  return "no changed lines";
}
/** A diff that cannot be taken apart file by file would hide one behind another. */
async function checkCount(found) {
  if (given.diff) return;
  const { stdout, problem } = await git("diff", "--name-only", "-z", ...range, "--");
  if (problem !== undefined) fail(`git diff --name-only failed: ${problem}`);
  const names = new Set(stdout.split("\0").filter(Boolean));
  if (names.size === found.length) return;
  fail(
    `git names ${names.size} changed files, and its diff tells of ${found.length}: is a merge open, or diff.submodule set?`,
  );
}
/** A file's part of a diff with the line numbers of the new file. */
function numberLines(part) {
  let line = 0;
  let isInside = false;
  return part.split("\n").flatMap((text) => {
    const hunk = /^@@ -\d+(?:,\d+)? \+(\d+)/.exec(text);
    if (hunk) {
      line = Number(hunk[1]);
      isInside = true;
    }
    if (hunk || !isInside) return hunk ? [text] : [];
    return [text.startsWith("-") ? `  ${text}` : `${line++}: ${text}`];
  });
}
const diff = await readDiff();
if (typeof diff !== "string") fail("diff must be a text");
const newFiles = await untracked();
const parts = diff.split(/(?<=\n)(?=diff --git )/).filter((part) => part.trim() !== "");
const files = parts.map((part) => ({ path: pathOf(part), why: whySkipped(part), part }));
await checkCount(files);
const skipped = [...files.filter(({ why }) => why).map(({ path, why }) => ({ file: path, why })), ...newFiles];
const chunks = files.filter(({ why }) => !why).flatMap(({ path, part }) => numbered(path, numberLines(part)));
if (chunks.length === 0) {
  if (given.diff && skipped.length > 0) fail("the diff changes no text: nothing in it can be read");
  const nothing = skipped.length === 0 ? "There is nothing to review: the diff is empty." : "No text has changed.";
  return {
    verdict: skipped.length === 0 ? "approve" : "comment",
    summary: nothing,
    ...{ findings: [], unverified: [], refuted: 0, files: files.length, reviewed: [], unread: [], skipped },
  };
}

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
const missed = new Set(chunks.filter((_, i) => read[i] === null).map(({ path }) => path));
const unread = [...missed].map((file) => ({ file, why: "an agent failed: see the failures of this run" }));
const reviewed = [...new Set(chunks.map(({ path }) => path))].filter((path) => !missed.has(path));
// A diff that was given may name a file twice: commits one after the other.
const changed = new Set(files.map(({ path }) => path));
const counted = new Set([
  ...reviewed,
  ...unread.map(({ file }) => file),
  ...files.flatMap(({ path, why }) => why ? path : []),
]);
if (counted.size !== changed.size) {
  fail(`${changed.size} files have changed, and ${counted.size} are accounted for: the diff is broken`);
}
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
const isOpen = unread.length > 0 || unverified.length > 0 || newFiles.length > 0 ||
  skipped.some(({ why }) => why === "binary");
const verdict = isBad ? "request changes" : isOpen ? "comment" : "approve";
return { verdict, summary, findings, unverified, refuted, files: changed.size, reviewed, unread, skipped };
