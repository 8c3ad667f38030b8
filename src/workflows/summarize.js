// Map-reduce over documents: read each one alone, then merge the notes in rounds until one summary is left.
export const meta = {
  name: "summarize",
  description: "Summarize a set of files: every file is read on its own, then the notes are merged into one answer",
  whenToUse:
    "Many documents, one question about all of them. Call: odw run summarize --files src/*.ts --arg question='…'",
  phases: [
    { title: "Read", detail: "one agent per file" },
    { title: "Merge", detail: "groups of notes, until one is left" },
  ],
  args: {
    files: { type: "array", description: "Documents as [{ path, text }], as --files gives them" },
    glob: { type: "string", description: "Files to read instead, such as docs/**/*.md" },
    question: { type: "string", description: "What the summary shall answer" },
    group: { type: "integer", description: "Notes that are merged at once", default: 8 },
    contextTokens: {
      type: "integer",
      description: "Context window that every prompt must fit into; default: parts of 60,000 characters",
    },
  },
};

const NOTE = {
  type: "object",
  properties: {
    purpose: { type: "string", description: "What this file is for, in one sentence" },
    points: { type: "array", items: { type: "string" }, description: "What a reader must know, most important first" },
  },
  required: ["purpose", "points"],
};
const EXAMPLE = "odw run summarize --files README.md src/*.ts";
const given = typeof args === "string" ? { glob: args } : args ?? {};
const { files, glob, question = "What is this, how is it built, and what should a newcomer read first?" } = given;
const group = Math.max(2, Math.floor(Number(given.group ?? 8)) || 8);
const contextTokens = Number(given.contextTokens ?? 0);
if (!(contextTokens === 0 || contextTokens >= 1000)) {
  throw new Error(
    `summarize: contextTokens must be a number of 1000 or more, found ${given.contextTokens}: ${EXAMPLE}`,
  );
}
if (typeof glob !== "string" && !(Array.isArray(files) && files.length > 0)) {
  throw new Error(`summarize needs files: ${EXAMPLE}`);
}
const wrong = (files ?? []).findIndex((file) => typeof file?.path !== "string" || typeof file.text !== "string");
if (wrong >= 0) throw new Error(`summarize needs files as [{ path, text }]: args.files[${wrong}] is something else`);
/** A prompt's size in thirds of a token; the rest of the window is for the answer. */
const room = contextTokens > 0 ? Math.floor(contextTokens * 0.6) * 3 : 90_000;
/** Other scripts than Latin take a whole token for each character. */
const weight = (text) => text.length + 2 * (text.match(/[\u0300-\uffff]/g)?.length ?? 0);

/** Pieces of at most this weight, cut at line ends where there are any. */
function cut(text, most) {
  if (weight(text) <= most) return [text];
  const pieces = [];
  let [from, at, left] = [0, 0, most];
  for (const char of text) {
    const takes = char > "\u02ff" ? 3 * char.length : 1;
    if (takes > left && at > from) {
      const lineEnd = text.lastIndexOf("\n", at - 1) + 1;
      const end = lineEnd > from ? lineEnd : at;
      pieces.push(text.slice(from, end));
      left = most - weight(text.slice(end, at));
      from = end;
    }
    left -= takes;
    at += char.length;
  }
  return [...pieces, text.slice(from)];
}
function partsOf({ path, text }) {
  const pieces = cut(text, Math.floor(room * 2 / 3));
  if (pieces.length === 1) return [{ path, text }];
  return pieces.map((piece, i) => ({ path: `${path} (part ${i + 1} of ${pieces.length})`, text: piece }));
}
/** Neighbours together, as many as fit one prompt, and no more than a group. */
function pack(notes) {
  const groups = [];
  let left = 0;
  for (const text of notes) {
    const takes = weight(text) + 2;
    const isNew = takes > left || groups.at(-1).length >= group;
    if (isNew) groups.push([]);
    groups.at(-1).push(text);
    left = (isNew ? room * 0.8 : left) - takes;
  }
  return groups;
}
/** parallel() takes 4096 at once. */
async function all(thunks) {
  const results = [];
  while (thunks.length > results.length) {
    results.push(...await parallel(thunks.slice(results.length, results.length + 4096)));
  }
  return results;
}

phase("Read");
const unread = [];
async function documents() {
  if (files) return files;
  const paths = await tools.glob(glob);
  if (paths.length === 0) throw new Error(`summarize: no file matches ${glob}: ${EXAMPLE}`);
  const found = await all(paths.map((path) => async () => ({ path, text: await tools.read_file(path) })));
  return found.filter((file, i) => file ?? unread.push(paths[i]) === 0);
}
const sources = await documents();
const parts = sources.flatMap(partsOf);
const asked = cut(question, Math.floor(room * 0.15))[0];
const read = await all(
  parts.map(({ path, text }) => () =>
    agent(`Read this file with the question in mind: ${asked}\n\n<file path="${path}">\n${text}\n</file>`, {
      label: path,
      schema: NOTE,
    })
  ),
);
let shortened = 0;
/** No note fills more than a quarter of a prompt: so each round leaves at most half as many. */
function note(text) {
  const [first] = cut(text, Math.floor(room / 5));
  if (first.length < text.length) shortened++;
  return first;
}
let notes = read.flatMap((answer, i) =>
  answer ? [note(`${parts[i].path}: ${answer.purpose}\n- ${answer.points.join("\n- ")}`)] : []
);
unread.push(...parts.filter((_, i) => !read[i]).map(({ path }) => path));
log(`${notes.length} of ${parts.length} ${parts.length === sources.length ? "files" : "parts"} read`);
if (unread.length > 0) log(`not read: ${unread.join(", ")}`);
if (notes.length === 0) throw new Error("no file could be read: see the failures");

phase("Merge");
for (let round = 1; notes.length > 0; round++) {
  const groups = pack(notes);
  const isLast = groups.length === 1;
  const wanted = isLast ? "Answer the question" : "Merge these notes, keep what matters for the question";
  const merged = await all(
    groups.map((notes, i) => () =>
      agent(`${wanted}: ${asked}\n\n<notes>\n${notes.join("\n\n")}\n</notes>`, {
        label: isLast ? "answer" : `merge ${round}.${i + 1}`,
      })
    ),
  );
  if (merged.includes(null)) throw new Error("the notes could not be merged, none may be lost: resume this run");
  if (isLast && shortened > 0) log(`${shortened} notes were too long for the context and were cut`);
  if (isLast) return merged[0];
  notes = merged.map(note);
}
