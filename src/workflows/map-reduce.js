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
const MOST_AT_ONCE = 4096;
const MANY_PARTS = 100;
const given = typeof args === "string" ? { task: args } : args ?? {};
const { task, items, glob, split = "files", roles, models } = given;
const contextTokens = count("contextTokens", 16000);
/** A prompt's share of the window, in thirds of a token; the rest is for the answer and what the provider adds. */
const room = Math.floor(contextTokens * 0.6) * 3;
const MAP =
  "You work on one part of a larger whole; other agents have the other parts. Answer for your part alone, in few " +
  "words, and keep names, places and numbers. Say so when the part holds nothing of use.";
const REDUCE =
  "You merge notes that other agents made on parts of one whole. Keep what matters for the task, drop what is " +
  "said twice, name contradictions, add nothing of your own.";

function fail(problem) {
  throw new Error(`map-reduce: ${problem}. Example: ${EXAMPLE}`);
}
function count(name, fallback) {
  const value = Number(given[name] ?? fallback);
  return Number.isInteger(value) && value > 0
    ? value
    : fail(`${name} must be a whole number above 0, found ${given[name]}`);
}
/** Thirds of a token that a text takes at most: other scripts than Latin take a whole one for each character. */
function weight(text) {
  return text.length + 2 * (text.match(/[^\x00-\u02ff]/g)?.length ?? 0);
}
/** Where a piece of at most this weight ends: at a line end where there is one. */
function pieceEnd(text, from, most) {
  let end = from;
  for (let left = most; end < text.length; end++) {
    left -= text.charCodeAt(end) > 0x2ff ? 3 : 1;
    if (left < 0) break;
  }
  if (end === text.length) return end;
  const lineEnd = text.lastIndexOf("\n", end - 1) + 1;
  if (lineEnd > from) return lineEnd;
  return (text.charCodeAt(end) & 0xfc00) === 0xdc00 ? end - 1 : end;
}
function cut(text, most) {
  const pieces = [];
  for (let from = 0; from < text.length || pieces.length === 0;) {
    const end = pieceEnd(text, from, most);
    pieces.push(text.slice(from, end));
    from = end;
  }
  return pieces;
}
function cutLines(text, lines) {
  const all = text.split("\n");
  const pieces = [];
  for (let i = 0; i < all.length; i += lines) pieces.push(all.slice(i, i + lines).join("\n"));
  return pieces;
}
/** Neighbours together, as many as fit: every group is one prompt. */
function pack(parts, { most, perGroup }) {
  const groups = [];
  let left = 0;
  for (const part of parts) {
    const takes = weight(part.text) + 4;
    const last = groups.at(-1);
    const fits = last && last.length < perGroup && takes <= left;
    if (fits) last.push(part);
    else groups.push([part]);
    left = (fits ? left : most) - takes;
  }
  return groups;
}
async function all(thunks) {
  const results = [];
  for (let i = 0; i < thunks.length; i += MOST_AT_ONCE) {
    results.push(...await parallel(thunks.slice(i, i + MOST_AT_ONCE)));
  }
  return results;
}

if (typeof task !== "string" || task.trim() === "") {
  fail(`task must be a text, found ${JSON.stringify(task) ?? "none"}`);
}
if (!["files", "lines", "tokens"].includes(split)) fail(`split must be files, lines or tokens, found ${split}`);
if (weight(task) > room / 3) {
  fail(`the task alone fills a third of ${contextTokens} tokens: shorten it, or raise contextTokens`);
}
const sources = [items, glob, given.files].filter((source) => source !== undefined && source !== null).length;
if (sources !== 1) fail(`give one of items, glob and files, found ${sources === 0 ? "none" : "several"}`);
for (const name of ["items", "files"]) {
  const isList = Array.isArray(given[name]) && given[name].length > 0;
  if (given[name] !== undefined && given[name] !== null && !isList) fail(`${name} must be a list that is not empty`);
}

phase("Map");
const unread = [];
async function documents() {
  if (given.files) return given.files;
  const paths = await tools.glob(glob);
  if (paths.length === 0) fail(`no file matches ${glob}`);
  return (await all(paths.map((path) => async () => ({ path, text: await tools.read_file(path) }))))
    .filter((file, i) => file || unread.push(paths[i]) === 0);
}
const mapHead = `${roles?.map ?? MAP}\n\nTask: ${task}\n\n`;
const reduceHead = `${roles?.reduce ?? REDUCE}\n\nTask: ${task}\n\n`;
const body = room - Math.max(weight(mapHead), weight(reduceHead)) - 100;
if (body < room / 3) {
  fail(`roles and task leave too little of ${contextTokens} tokens: shorten them, or raise contextTokens`);
}

function partsOf(name, text, pieces) {
  const label = (i) => pieces.length === 1 ? name : `${name} (part ${i + 1} of ${pieces.length})`;
  return pieces.map((piece, i) => ({ label: label(i), text: `## ${label(i)}\n${piece}` }));
}
const shown = (item) => typeof item === "string" ? item : JSON.stringify(item);
const unit = split === "files" ? body : count("size", split === "lines" ? 200 : 1000);
const parts = items
  ? items.flatMap((item, i) => partsOf(`item ${i + 1}`, shown(item), cut(shown(item), body - 60)))
  : (await documents()).flatMap(({ path, text }) => {
    const pieces = split === "lines" ? cutLines(text, unit) : [text];
    const most = Math.min(body - weight(path) - 60, split === "tokens" ? unit * 3 : body);
    return partsOf(path, text, pieces.flatMap((piece) => cut(piece, most)));
  });
const perAgent = given.perAgent ? count("perAgent", 1) : parts.length > MANY_PARTS ? Infinity : 1;
const groups = pack(parts, { most: body, perGroup: perAgent });
const labelOf = (group) => group.length === 1 ? group[0].label : `${group[0].label} … ${group.at(-1).label}`;
const noteWords = Math.floor(body / 24);
const read = await all(
  groups.map((group) => () =>
    agent(`${mapHead}Answer in at most ${noteWords} words.\n\n${group.map(({ text }) => text).join("\n\n")}`, {
      ...{ label: labelOf(group), model: models?.map, tools: [] },
    })
  ),
);
groups.forEach((group, i) => read[i] === null && unread.push(...group.map(({ label }) => label)));
let shortened = 0;
/** No note may fill more than a quarter of a prompt: so each level leaves at most half as many. */
function note(label, text) {
  const [first] = cut(text, Math.floor(body / 4) - 60);
  if (first.length < text.length) shortened++;
  return { label, text: first };
}
let notes = read.flatMap((text, i) => text === null ? [] : [note(labelOf(groups[i]), text)]);
if (unread.length > 0) log(`${unread.length} parts were not read: ${unread.slice(0, 20).join(", ")}`);
if (notes.length === 0) throw new Error("map-reduce: no part could be read: see the failures of this run");

phase("Reduce");
let levels = 0;
do {
  levels++;
  const merging = pack(notes, { most: body, perGroup: Infinity });
  const isLast = merging.length === 1;
  const wanted = isLast ? "These are all notes: answer the task." : `Merge them in at most ${noteWords} words.`;
  const merged = await all(
    merging.map((group, i) => () =>
      agent(`${reduceHead}${wanted}\n\n${group.map(({ text }) => text).join("\n\n")}`, {
        ...{ label: isLast ? "answer" : `merge ${levels}.${i + 1}`, model: models?.reduce, tools: [] },
      })
    ),
  );
  if (merged.includes(null)) {
    throw new Error(
      "map-reduce: notes could not be merged, and leaving them out would be silent loss: resume this run",
    );
  }
  if (isLast) {
    if (shortened > 0) log(`${shortened} notes were longer than asked for and were cut`);
    return { answer: merged[0], parts: parts.length, unread, levels };
  }
  notes = merged.map((text, i) => note(`merge ${levels}.${i + 1}`, text));
} while (true);
