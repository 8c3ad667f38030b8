// Tree search: expand, score, prune, and go back to what was left aside when a branch leads nowhere. Beam and depth are bounded.
export const meta = {
  name: "tree-search",
  description: "Searches alternatives that build on each other: expand, score, prune, backtrack; gives the best path",
  whenToUse:
    "Each step opens several ways on and only later steps show which was right: root causes, designs, proofs, optimizations",
  phases: [
    { title: "Expand", detail: "the best nodes of a level, side by side" },
    { title: "Score", detail: "every new node on its own" },
  ],
  args: {
    task: { type: "string", description: "What is searched for", required: true },
    items: { type: "array", description: "Where to start, as texts; absent: the search starts from the task" },
    criteria: {
      type: "string",
      description: "What a high score means",
      default: "How surely this path leads to the goal",
    },
    beam: { type: "integer", description: "Nodes that are expanded on a level", default: 2 },
    branch: { type: "integer", description: "Ways on from a node", default: 3 },
    depth: { type: "integer", description: "Steps of a path at most", default: 3 },
    goodEnough: {
      type: "number",
      description: "Score from 0 to 1 at which a finished path ends the search",
      default: 0.9,
    },
    prune: { type: "number", description: "Score below which a node is dropped for good", default: 0.2 },
    tools: { type: "array", description: "Tools of all agents, by name, such as read_file and grep; default none" },
    contextTokens: { type: "integer", description: "Context window that every prompt must fit into", default: 16000 },
    roles: { type: "object", description: "What the agents are: { expand, score }" },
    models: { type: "object", description: "Models by job: { expand, score }" },
  },
};

const EXAMPLE = `odw run tree-search --arg task="Why does the nightly build hang?" --arg depth=3`;
const given = typeof args === "string" ? { task: args } : args ?? {};
const { task, items, roles, models } = given;

function fail(problem) {
  throw new Error(`tree-search: ${problem}. Example: ${EXAMPLE}`);
}
function count(name, fallback, least = 1) {
  const value = Number(given[name] ?? fallback);
  if (Number.isInteger(value) && value >= least) return value;
  return fail(`${name} must be a whole number of ${least} or more, found ${given[name]}`);
}
function fraction(name, fallback) {
  const value = Number(given[name] ?? fallback);
  return value >= 0 && value <= 1 ? value : fail(`${name} must be a number from 0 to 1, found ${given[name]}`);
}
if (typeof task !== "string" || task.trim() === "") {
  fail(`task must be a text, found ${JSON.stringify(task) ?? "none"}`);
}
for (const name of ["items", "tools"]) {
  if (given[name] && !Array.isArray(given[name])) fail(`${name} must be a list, found ${JSON.stringify(given[name])}`);
}
const beam = count("beam", 2);
const branch = count("branch", 3);
const depth = count("depth", 3);
const goodEnough = fraction("goodEnough", 0.9);
const prune = fraction("prune", 0.2);
const room = Math.floor(count("contextTokens", 16000, 500) * 0.6) * 3;
const toolNames = given.tools ?? [];

/** A share of the prompt's room, in thirds of a token; a value that is cut says so to whoever reads it. */
function fit(value, share) {
  const whole = typeof value === "string" ? value : JSON.stringify(value, null, 1);
  // Other scripts than Latin take a whole token for each character.
  const weight = whole.length + 2 * (whole.match(/[^\x00-\u02ff]/g)?.length ?? 0);
  if (weight <= room * share) return whole;
  const most = Math.floor(whole.length * room * share / weight);
  return `${compact(whole, { maxChars: most })}\n[cut: ${whole.length - most} more characters]`;
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
const ground = `Goal: ${fit(task, 0.25)}`;
const shownPath = (path) =>
  path.length === 0 ? "(the start)" : path.map((step, i) => `${i + 1}. ${fit(step, 0.5 / path.length)}`).join("\n");

async function expand(node) {
  const next = await agent(
    `${
      roles?.expand ??
        `You search step by step. Name up to ${branch} next steps that differ from each other in kind; each one or two sentences.`
    }` +
      `\n\n${ground}\n\nPath so far:\n${shownPath(node.path)}`,
    {
      label: `expand ${node.path.length}: ${(node.path.at(-1) ?? "start").slice(0, 40)}`,
      phase: "Expand",
      schema: STEPS,
      model: models?.expand,
      tools: toolNames,
    },
  );
  return (next?.steps ?? []).slice(0, branch).map((step) => [...node.path, step]);
}
async function score(path) {
  const judged = await agent(
    `${roles?.score ?? "You judge a path of a search. Be strict: most paths lead nowhere."}\n\n${ground}\n\n` +
      `A high score means: ${fit(given.criteria ?? "How surely this path leads to the goal", 0.1)}\n\nPath:\n${
        shownPath(path)
      }`,
    {
      label: `score: ${path.at(-1).slice(0, 40)}`,
      phase: "Score",
      schema: SCORE,
      model: models?.score,
      tools: toolNames,
    },
  );
  return judged && { path, ...judged };
}

const byScore = (a, b) => b.score - a.score;
let frontier = items?.length ? items.map((item) => ({ path: [String(item)], score: 0.5 })) : [{ path: [], score: 0.5 }];
/** Scored, not expanded and not pruned: where the search goes back to. */
let aside = [];
let best = null;
const told = { expanded: 0, scored: 0, pruned: 0, backtracks: 0, unscored: 0 };
// As many levels as a straight way down takes, and half as many again for ways back.
const mostLevels = depth + Math.ceil(depth / 2);

for (let level = 0; level < mostLevels && frontier.length > 0; level++) {
  const chosen = frontier.sort(byScore).slice(0, beam);
  aside.push(...frontier.slice(beam));
  told.expanded += chosen.length;
  const paths = (await parallel(chosen.map((node) => () => expand(node)))).flatMap((found) => found ?? []);
  const judged = await parallel(paths.map((path) => () => score(path)));
  const scored = judged.filter((node) => node !== null);
  told.scored += scored.length;
  told.unscored += judged.length - scored.length;
  const kept = scored.filter((node) => node.score >= prune);
  told.pruned += scored.length - kept.length;
  for (const node of kept) if (!best || isBetter(node, best)) best = node;
  log(
    `level ${level + 1}: ${paths.length} paths, ${scored.length - kept.length} pruned, best ${
      best ? best.score.toFixed(2) : "none"
    }`,
  );
  if (best?.isFinished && best.score >= goodEnough) break;
  frontier = kept.filter((node) => !node.isFinished && node.path.length < depth);
  // A way on that is worse than one that was left aside: go back.
  aside.sort(byScore);
  if (aside.length > 0 && (frontier.length === 0 || aside[0].score > Math.max(...frontier.map((node) => node.score)))) {
    told.backtracks++;
    frontier.push(...aside.splice(0, beam));
  }
}
function isBetter(node, other) {
  return node.isFinished === other.isFinished ? node.score > other.score : node.isFinished;
}

if (told.scored === 0) throw new Error("tree-search: no path could be scored: see the failures of this run");
const others = aside.filter((node) => node !== best).sort(byScore).slice(0, 3);
return {
  ...{ steps: best?.path ?? [], score: best?.score ?? 0, evidence: best?.evidence ?? "every path was pruned" },
  ...{
    isFinished: best?.isFinished ?? false,
    alternatives: others.map(({ path, score }) => ({ steps: path, score })),
    told,
  },
};
