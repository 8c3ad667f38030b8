// Hybrid: topologies composed. What one gives is the context of the next; each is the built-in workflow of its name.
export const meta = {
  name: "hybrid",
  description:
    "Topologies one after the other: many items are worked on or searched, then the answer has to survive critics",
  whenToUse:
    "Many items and an answer that must be correct or agreed on. Called by a script it needs the setting script.nesting at 2",
  phases: [
    { title: "Gather", detail: "pipeline with stages, tree-search for a search, else map-reduce" },
    { title: "Decide", detail: "consensus, when there are choices" },
    { title: "Prove", detail: "adversarial" },
  ],
  args: {
    task: { type: "string", description: "What the answer must achieve", required: true },
    items: { type: "array", description: "The items, as texts" },
    glob: { type: "string", description: "Files as items, such as src/**/*.ts" },
    files: { type: "array", description: "Documents as [{ path, text }], as --files gives them" },
    stages: { type: "array", description: "Stages that each item goes through, as texts" },
    search: { type: "boolean", description: "Each item needs a search of its own", default: false },
    choices: { type: "array", description: "What is to be decided between, as texts" },
    critics: { type: "array", description: "What the critics look for, as texts" },
    rounds: { type: "integer", description: "How often critics attack at most", default: 2 },
    contextTokens: { type: "integer", description: "Context window that every prompt must fit into", default: 16000 },
    roles: { type: "object", description: "Roles by topology, such as { adversarial: { fix } }" },
    models: { type: "object", description: "Models by topology, such as { adversarial: { critique } }" },
  },
};

const EXAMPLE = `odw run hybrid --arg task="Which of these modules can lose data?" --files src/*.ts`;
const given = typeof args === "string" ? { task: args } : args ?? {};
const { task, items, glob, files, stages, search = false, choices, critics, rounds = 2, contextTokens = 16000 } = given;
const MOST_SEARCHES = 50;

function fail(problem) {
  throw new Error(`hybrid: ${problem}. Example: ${EXAMPLE}`);
}
if (typeof task !== "string" || task.trim() === "") {
  fail(`task must be a text, found ${JSON.stringify(task) ?? "none"}`);
}
for (const name of ["items", "files", "stages", "choices", "critics"]) {
  if (given[name] && !Array.isArray(given[name])) fail(`${name} must be a list, found ${JSON.stringify(given[name])}`);
}
if ([items, glob, files].filter(Boolean).length !== 1) fail("give one of items, glob and files");

/** A topology with what belongs to it: members that nobody gave stay away, so that its own defaults hold. */
async function run(topology, input) {
  const all = { task, contextTokens, roles: given.roles?.[topology], models: given.models?.[topology], ...input };
  const known = Object.entries(all).filter(([, value]) => value !== undefined && value !== null);
  try {
    return await workflow(topology, Object.fromEntries(known));
  } catch (error) {
    if (!error.message.startsWith("workflow() cannot be called from within a child")) throw error;
    throw new Error(
      `hybrid calls ${topology}, so workflow("hybrid") needs the setting script.nesting at 2; odw run hybrid works as it is`,
    );
  }
}

phase("Gather");
async function gather() {
  if (search) return await searchEach(await listed());
  if (!stages?.length) return (await run("map-reduce", { items, glob, files })).answer;
  const worked = await run("pipeline", {
    items: files ? files.map(({ path, text }) => `${path}\n${text}`) : items,
    glob,
    stages,
  });
  const values = worked.results.flatMap(({ item, value }) => value === null ? [] : [{ item: nameOf(item), value }]);
  return (await run("map-reduce", { items: values })).answer;
}
async function listed() {
  const found = items ?? files?.map(({ path, text }) => `${path}\n${text}`) ?? await tools.glob(glob);
  if (found.length > MOST_SEARCHES) {
    fail(`a search for each of ${found.length} items is too much: give at most ${MOST_SEARCHES}`);
  }
  return found.length > 0 ? found : fail(`no file matches ${glob}`);
}
async function searchEach(found) {
  const paths = await parallel(
    found.map((item) => () => run("tree-search", { items: [item], beam: 1, branch: 2, depth: 3 })),
  );
  const searched = paths.flatMap((path, i) => path ? [{ item: nameOf(found[i]), ...path, told: undefined }] : []);
  if (searched.length === 0) throw new Error("hybrid: no search came to an end: see the failures of this run");
  return (await run("map-reduce", { items: searched })).answer;
}
function nameOf(item) {
  return (typeof item === "string" ? item : item?.path ?? JSON.stringify(item)).split("\n")[0].slice(0, 80);
}
const gathered = await gather();

let decision = null;
if (choices?.length) {
  phase("Decide");
  decision = await run("consensus", { choices, items: [gathered] });
  log(`decided: ${decision.choice} (agreement ${Math.round(decision.agreement * 100)} %)`);
}

phase("Prove");
const draft = decision ? `${decision.choice}: ${decision.reason}\n\n${gathered}` : gathered;
const proven = await run("adversarial", { draft, critics, rounds });
return { ...proven, gathered, decision };
