// Map-reduce: split the work into parts, work on all parts side by side, merge the notes level by level into one answer.
export const meta = {
  name: "map-reduce",
  description: "Many like items, worked on side by side; their notes are merged level by level into one answer",
  whenToUse: "Many items or a long text, one question about all of it, and no item depends on another",
  phases: [
    { title: "Map", detail: "one agent per part; many small parts share one" },
    { title: "Reduce", detail: "groups of notes become one note, until a single one is left" },
  ],
  args: {
    task: { type: "string", description: "The question or task, the same for every part", required: true },
    items: { type: "array", description: "The items, as texts or objects" },
    glob: { type: "string", description: "Files to read instead of items, such as src/**/*.ts" },
    files: { type: "array", description: "Documents as [{ path, text }], as --files gives them" },
    split: { type: "string", description: "files, lines or tokens: how documents are cut", default: "files" },
    size: { type: "integer", description: "Lines or tokens of a part, for split lines or tokens" },
    perAgent: { type: "integer", description: "Parts for one agent; default 1, and as many as fit above 100 parts" },
    contextTokens: { type: "integer", description: "Context window that every prompt must fit into", default: 16000 },
    roles: { type: "object", description: "What the agents are: { map, reduce }" },
    models: { type: "object", description: "Models by job: { map, reduce }" },
  },
};

const EXAMPLE = `odw run map-reduce --arg task="Which of these can fail silently?" --files src/*.ts`;
const given = typeof args === "string" ? { task: args } : args ?? {};
const { task, items, glob, files, split = "files", roles, models } = given;
function fail(problem) {
  throw new Error(`map-reduce: ${problem}. Example: ${EXAMPLE}`);
}
function count(name, fallback) {
  const value = Number(given[name] ?? fallback);
  if (Number.isInteger(value) && value > 0) return value;
  return fail(`${name} must be a whole number above 0, found ${given[name]}`);
}
if (typeof task !== "string" || !task.trim()) fail(`task must be a text, found ${JSON.stringify(task) ?? "none"}`);
if (!["files", "lines", "tokens"].includes(split)) fail(`split must be files, lines or tokens, found ${split}`);
const sources = [items, glob, files].filter((source) => source !== undefined && source !== null);
if (sources.length !== 1) fail(`give one of items, glob and files, found ${sources.length || "none"}`);
if (!sources[0].length) fail("items and files must be lists that are not empty");

const MAP = "You work on one part of a whole. Answer for it alone, in few words, with names, places and numbers.";
const REDUCE = "You merge notes on parts of one whole. Keep what matters, name contradictions, add nothing.";
const mapHead = `${roles?.map ?? MAP}\n\nTask: ${task}\n\n`;
const reduceHead = `${roles?.reduce ?? REDUCE}\n\nTask: ${task}\n\n`;
/** In thirds of a token, at most: other scripts than Latin take a whole one for each character. */
const weight = (text) => text.length + 2 * (text.match(/[\u0300-\uffff]/g)?.length ?? 0);
/** What a prompt may hold besides its head: the rest of the window is for the answer and what the provider adds. */
const contextTokens = count("contextTokens", 16000);
const body = Math.floor(contextTokens * 0.6) * 3 - Math.max(weight(mapHead), weight(reduceHead)) - 100;
if (body < contextTokens / 2) fail("task and roles fill the context: shorten them, or raise contextTokens");
const words = Math.floor(body / 24);

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
/** Neighbours together, as many as fit one prompt. */
function pack(parts, most = Infinity) {
  const groups = [];
  let left = 0;
  for (const part of parts) {
    const takes = weight(part.text) + weight(part.label) + 6;
    const isNew = takes > left || groups.at(-1).length >= most;
    if (isNew) groups.push([]);
    groups.at(-1).push(part);
    left = (isNew ? body : left) - takes;
  }
  return groups;
}
const textOf = (item) => typeof item === "string" ? item : JSON.stringify(item);
const shown = (group) => group.map(({ label, text }) => `## ${label}\n${text}`).join("\n\n");
/** parallel() takes 4096 at once. */
async function all(thunks) {
  const results = [];
  while (thunks.length > results.length) {
    results.push(...await parallel(thunks.slice(results.length, results.length + 4096)));
  }
  return results;
}

phase("Map");
const unread = [];
async function documents() {
  if (files) return files;
  if (items) return items.map((item, i) => ({ path: `item ${i + 1}`, text: textOf(item) }));
  const paths = await tools.glob(glob);
  if (paths.length === 0) fail(`no file matches ${glob}`);
  const found = await all(paths.map((path) => async () => ({ path, text: await tools.read_file(path) })));
  return found.filter((file, i) => file ?? unread.push(paths[i]) === 0);
}
function partsOf({ path, text }) {
  const size = count("size", split === "lines" ? 200 : 1000);
  const blocks = split === "lines" ? text.match(new RegExp(`(?:[^\n]*\n|[^\n]+$){1,${size}}`, "g")) ?? [""] : [text];
  const most = Math.min(body - weight(path) - 60, split === "tokens" ? size * 3 : body);
  const pieces = blocks.flatMap((block) => cut(block, most));
  if (pieces.length === 1) return [{ label: path, text }];
  return pieces.map((piece, i) => ({ label: `${path} (part ${i + 1} of ${pieces.length})`, text: piece }));
}
const parts = (await documents()).flatMap(partsOf);
const groups = pack(parts, given.perAgent ? count("perAgent") : parts.length > 100 ? Infinity : 1);
const nameOf = (group) => group.length === 1 ? group[0].label : `${group[0].label} … ${group.at(-1).label}`;
const read = await all(
  groups.map((group) => () =>
    agent(`${mapHead}Answer in at most ${words} words.\n\n${shown(group)}`, {
      ...{ label: nameOf(group), model: models?.map, tools: [] },
    })
  ),
);
groups.forEach((group, i) => read[i] === null && unread.push(...group.map(({ label }) => label)));
if (unread.length > 0) log(`${unread.length} parts were not read: ${unread.slice(0, 20).join(", ")}`);

phase("Reduce");
let shortened = 0;
/** No note fills more than a quarter of a prompt: so each level leaves at most half as many. */
function note(label, text) {
  const [first] = cut(text, Math.floor(body / 4) - weight(label));
  if (first.length < text.length) shortened++;
  return { label, text: first };
}
let notes = read.flatMap((text, i) => text === null ? [] : [note(nameOf(groups[i]), text)]);
if (notes.length === 0) throw new Error("map-reduce: no part could be read: see the failures of this run");
for (let level = 1; notes.length > 0; level++) {
  const merging = pack(notes);
  const isLast = merging.length === 1;
  const wanted = isLast ? "These are all notes: answer the task." : `Merge them in at most ${words} words.`;
  const label = (i) => isLast ? "answer" : `merge ${level}.${i + 1}`;
  const merged = await all(
    merging.map((group, i) => () =>
      agent(`${reduceHead}${wanted}\n\n${shown(group)}`, { label: label(i), model: models?.reduce, tools: [] })
    ),
  );
  if (merged.includes(null)) throw new Error("map-reduce: notes were not merged, none may be lost: resume this run");
  if (isLast && shortened > 0) log(`${shortened} notes were longer than asked for and were cut`);
  if (isLast) return { answer: merged[0], parts: parts.length, unread, levels: level };
  notes = merged.map((text, i) => note(label(i), text));
}
