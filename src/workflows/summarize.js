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
    files: { type: "array", description: "Documents as [{ path, text }], as --files gives them", required: true },
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

const contextTokens = Number(args?.contextTokens ?? 0);
/** A longer file is read in parts: half of the window, at three characters for a token. */
const PART_CHARS = contextTokens > 0 ? Math.floor(contextTokens * 1.5) : 60_000;

const { files, question = "What is this, how is it built, and what should a newcomer read first?" } = args ?? {};
const group = Math.max(2, Math.floor(Number(args?.group ?? 8)) || 8);
if (!Array.isArray(files) || files.length === 0) {
  throw new Error("summarize needs files: odw run summarize --files README.md src/*.ts");
}
const wrong = files.findIndex((file) => typeof file?.path !== "string" || typeof file.text !== "string");
if (wrong >= 0) throw new Error(`summarize needs files as [{ path, text }]: args.files[${wrong}] is something else`);

/** Cut at line ends where there are any. */
function partsOf({ path, text }) {
  const parts = [];
  for (let from = 0; from < text.length || parts.length === 0;) {
    const isLast = text.length - from <= PART_CHARS;
    const lineEnd = isLast ? -1 : text.lastIndexOf("\n", from + PART_CHARS - 1) + 1;
    const to = isLast ? text.length : lineEnd > from ? lineEnd : from + PART_CHARS;
    parts.push(text.slice(from, to));
    from = to;
  }
  return parts.map((part, i) => ({
    path: parts.length === 1 ? path : `${path} (part ${i + 1} of ${parts.length})`,
    text: part,
  }));
}

phase("Read");
const parts = files.flatMap(partsOf);
const notes = await parallel(
  parts.map(({ path, text }) => () =>
    agent(`Read this file with the question in mind: ${question}\n\n<file path="${path}">\n${text}\n</file>`, {
      label: path,
      schema: NOTE,
    })
  ),
);
let texts = notes.flatMap((note, i) =>
  note ? [`${parts[i].path}: ${note.purpose}\n- ${note.points.join("\n- ")}`] : []
);
const unread = parts.filter((_, i) => !notes[i]).map(({ path }) => path);
log(`${parts.length - unread.length} of ${parts.length} ${parts.length === files.length ? "files" : "parts"} read`);
if (unread.length > 0) log(`not read: ${unread.join(", ")}`);
if (texts.length === 0) throw new Error("no file could be read: see the failures");

phase("Merge");
for (let round = 1; texts.length > 1 || round === 1; round++) {
  const groups = [];
  for (let i = 0; i < texts.length; i += group) groups.push(texts.slice(i, i + group));
  const last = groups.length === 1;
  const merged = await parallel(groups.map((notes, i) => () =>
    agent(
      `${last ? "Answer the question" : "Merge these notes, keep what matters for the question"}: ${question}\n\n` +
        `<notes>\n${notes.join("\n\n")}\n</notes>`,
      { label: last ? "answer" : `merge ${round}.${i + 1}` },
    )
  ));
  texts = merged.filter((text) => text !== null);
  if (texts.length === 0) throw new Error("the notes could not be merged: see the failures");
}
return texts[0];
