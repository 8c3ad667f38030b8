// Tree search: expand, score, prune, and go back to what was left aside when a branch leads nowhere. Beam and depth are bounded.
export const meta = {
  name: "tree-search",
  description: "Searches alternatives that build on each other: expand, score, prune, backtrack; gives the best path",
  whenToUse: "Each step opens several ways on and only later steps show which was right: root causes, designs, proofs",
  phases: [
    { title: "Expand", detail: "the best nodes of a level, side by side" },
    { title: "Score", detail: "every new node on its own" },
  ],
  args: {
    task: { type: "string", description: "What is searched for", required: true },
    items: { type: "array", description: "Where to start, as texts; absent: the search starts from the task" },
    criteria: { type: "string", description: "What a high score means; default: the path surely leads to the goal" },
    beam: { type: "integer", description: "Nodes that are expanded on a level", default: 2 },
    branch: { type: "integer", description: "Ways on from a node", default: 3 },
    depth: { type: "integer", description: "Steps of a path at most", default: 3 },
    goodEnough: { type: "number", description: "Score of a finished path that ends the search", default: 0.9 },
    prune: { type: "number", description: "Score below which a node is dropped for good", default: 0.2 },
    tools: { type: "array", description: "Tools of all agents, by name, such as read_file and grep; default none" },
    contextTokens: { type: "integer", description: "Context window that every prompt must fit into", default: 16000 },
    roles: { type: "object", description: "What the agents are: { expand, score }" },
    models: { type: "object", description: "Models by job: { expand, score }" },
  },
};

const EXAMPLE = `odw run tree-search --arg task="Why does the nightly build hang?" --arg depth=3`;
const given = typeof args === "string" ? { task: args } : args ?? {};
const { task, items, roles, models, criteria = "How surely this path leads to the goal" } = given;
function fail(problem) {
  throw new Error(`tree-search: ${problem}. Example: ${EXAMPLE}`);
}
function number(name, { fallback, least, most = Infinity }) {
  const value = Number(given[name] ?? fallback);
  if (value >= least && value <= most && (most === 1 || Number.isInteger(value))) return value;
  return fail(
    `${name} must be a ${most === 1 ? "number from 0 to 1" : `whole number of ${least} or more`}, found ${given[name]}`,
  );
}
if (typeof task !== "string" || !task.trim()) fail(`task must be a text, found ${JSON.stringify(task) ?? "none"}`);
for (const name of ["items", "tools"]) {
  if (given[name] && !Array.isArray(given[name])) fail(`${name} must be a list, found ${JSON.stringify(given[name])}`);
}
const beam = number("beam", { fallback: 2, least: 1 });
const branch = number("branch", { fallback: 3, least: 1 });
const depth = number("depth", { fallback: 3, least: 1 });
const goodEnough = number("goodEnough", { fallback: 0.9, least: 0, most: 1 });
const prune = number("prune", { fallback: 0.2, least: 0, most: 1 });
const room = Math.floor(number("contextTokens", { fallback: 16000, least: 500 }) * 0.6) * 3;
/** Thirds of a token, at most: other scripts than Latin take a whole one for each character. */
const weight = (text) => text.length + 2 * (text.match(/[\u0300-\uffff]/g)?.length ?? 0);
/** A value's share of the prompt; what is cut says so to whoever reads it. */
function fit(value, share) {
  const whole = typeof value === "string" ? value : JSON.stringify(value, null, 1);
  let text = whole;
  while (weight(text) > room * share) text = text.slice(0, Math.floor(text.length * room * share / weight(text)));
  return text === whole ? whole : `${text}\n[cut: ${whole.length - text.length} more characters]`;
}
const STEPS = {
  type: "object",
  properties: { steps: { type: "array", items: { type: "string" }, minItems: 1, maxItems: branch } },
  required: ["steps"],
};
const SCORE = {
  type: "object",
  properties: {
    evidence: { type: "string", description: "What speaks for and against this path, in two sentences" },
    score: { type: "number", minimum: 0, maximum: 1 },
    isFinished: { type: "boolean", description: "The path reaches the goal: no further step is needed" },
  },
  required: ["evidence", "score", "isFinished"],
};
const EXPAND =
  `You search step by step. Name up to ${branch} next steps that differ in kind; each one or two sentences.`;
const JUDGE = "You judge a path of a search. Be strict: most paths lead nowhere.";
const goal = `Goal: ${fit(task, 0.25)}`;
const shown = (path) => path.map((step, i) => `${i + 1}. ${fit(step, 0.5 / path.length)}`).join("\n") || "(the start)";

async function expand({ path }) {
  const label = `expand ${path.length}: ${(path.at(-1) ?? "start").slice(0, 40)}`;
  const next = await agent(`${roles?.expand ?? EXPAND}\n\n${goal}\n\nPath so far:\n${shown(path)}`, {
    ...{ label, phase: "Expand", schema: STEPS, model: models?.expand, tools: given.tools ?? [] },
  });
  return (next?.steps ?? []).slice(0, branch).map((step) => [...path, step]);
}
async function score(path) {
  const wanted = `A high score means: ${fit(criteria, 0.1)}`;
  const judged = await agent(`${roles?.score ?? JUDGE}\n\n${goal}\n\n${wanted}\n\nPath:\n${shown(path)}`, {
    ...{ label: `score: ${path.at(-1).slice(0, 40)}`, phase: "Score", schema: SCORE },
    ...{ model: models?.score, tools: given.tools ?? [] },
  });
  return judged && { path, ...judged };
}

const better = (a, b) => Number(b.isFinished) - Number(a.isFinished) || b.score - a.score;
const told = { expanded: 0, scored: 0, pruned: 0, backtracks: 0, unscored: 0 };
const starts = items?.length ? items.map((item) => [typeof item === "string" ? item : JSON.stringify(item)]) : [[]];
/** Scored, not pruned, not expanded: the next level comes from here, and a search that went wrong comes back here. */
const open = starts.map((path) => ({ path, score: 0.5, isFinished: false }));
let level = [];
let best = null;
// As many rounds as a straight way down takes, and half as many again for ways back.
for (let round = 1; round <= depth + Math.ceil(depth / 2) && open.length > 0; round++) {
  const chosen = open.sort(better).splice(0, beam);
  // What was left aside is now better than all that the last level brought: that is the way back.
  if (round > 1 && !chosen.some((node) => level.includes(node))) told.backtracks++;
  const paths = (await parallel(chosen.map((node) => () => expand(node)))).flatMap((found) => found ?? []);
  const judged = await parallel(paths.map((path) => () => score(path)));
  const scored = judged.filter((node) => node !== null);
  level = scored.filter((node) => node.score >= prune);
  told.expanded += chosen.length;
  told.scored += scored.length;
  told.unscored += judged.length - scored.length;
  told.pruned += scored.length - level.length;
  best = [best, ...level].filter(Boolean).sort(better)[0] ?? null;
  log(`round ${round}: ${paths.length} paths, best ${best ? best.score.toFixed(2) : "none"}`);
  if (best?.isFinished && best.score >= goodEnough) break;
  open.push(...level.filter((node) => !node.isFinished && node.path.length < depth));
}
if (told.scored === 0) throw new Error("tree-search: no path could be scored: see the failures of this run");
const { path: steps = [], score: reached = 0, evidence = "every path was pruned", isFinished = false } = best ?? {};
const alternatives = open.filter((node) => node !== best).sort(better).slice(0, 3);
return {
  ...{ steps, score: reached, evidence, isFinished, told },
  alternatives: alternatives.map(({ path, score }) => ({ steps: path, score })),
};
