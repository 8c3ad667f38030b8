// Pipeline: every item goes through the same stages on its own; nothing waits for the slowest. A check sends it back, at most so often.
export const meta = {
  name: "pipeline",
  description: "Items go through ordered stages without a barrier; a check at the end sends an item back to be mended",
  whenToUse: "One or many items that each go through the same steps, such as migrate, test, fix",
  phases: [
    { title: "Stages", detail: "per item, one agent per stage" },
    { title: "Check", detail: "with a bounded way back" },
  ],
  args: {
    task: { type: "string", description: "What shall become of every item", required: true },
    items: { type: "array", description: "The items, as texts or objects; default: the task itself is the one item" },
    glob: { type: "string", description: "Files as items, such as src/**/*.ts: agents get the path and read_file" },
    stages: { type: "array", description: "What each stage does, as texts; default: do what the task says" },
    check: { type: "string", description: "How to see that an item is done; absent: nothing is checked" },
    retries: { type: "integer", description: "How often a failed check sends an item back", default: 2 },
    tools: { type: "array", description: "Tools of the agents, by name; default none, with glob read_file" },
    contextTokens: { type: "integer", description: "Context window that every prompt must fit into", default: 16000 },
    roles: { type: "object", description: "What the agents are: { work, check }" },
    models: { type: "object", description: "Models by job: { work, check }" },
  },
};

const EXAMPLE = `odw run pipeline --args '{"task":"To French","items":["one"],"stages":["Translate","Polish"]}'`;
const VERDICT = {
  type: "object",
  properties: {
    isDone: { type: "boolean" },
    problem: { type: "string", description: "What is wrong and how to mend it; empty when it is done" },
  },
  required: ["isDone", "problem"],
};
const given = typeof args === "string" ? { task: args } : args ?? {};
const { task, glob, check, roles, models } = given;

function fail(problem) {
  throw new Error(`pipeline: ${problem}. Example: ${EXAMPLE}`);
}
function count(name, fallback, least) {
  const value = Number(given[name] ?? fallback);
  if (Number.isInteger(value) && value >= least) return value;
  return fail(`${name} must be a whole number of ${least} or more, found ${given[name]}`);
}
/** A stage is a text, or { name, prompt, role, model, tools, isolation }. */
function readStage(stage, i) {
  if (typeof stage === "string" && stage.trim() !== "") return { name: `stage ${i + 1}`, prompt: stage };
  if (typeof stage?.prompt === "string") return { name: `stage ${i + 1}`, ...stage };
  return fail(`stages[${i}] must be a text or { name, prompt }, found ${JSON.stringify(stage)}`);
}

if (typeof task !== "string" || !task.trim()) fail(`task must be a text, found ${JSON.stringify(task) ?? "none"}`);
if (given.items && glob) fail("give items or glob, found both");
for (const name of ["items", "stages", "tools"]) {
  if (given[name] && !Array.isArray(given[name])) fail(`${name} must be a list, found ${JSON.stringify(given[name])}`);
}
if (check && typeof check !== "string") fail("check must be a text that says when an item is done");
const stages = (given.stages?.length ? given.stages : ["Do what the task says"]).map(readStage);
const retries = count("retries", 2, 0);
const room = Math.floor(count("contextTokens", 16000, 500) * 0.6) * 3;
const toolNames = given.tools ?? (glob ? ["read_file"] : []);
const items = glob ? await tools.glob(glob) : given.items?.length ? given.items : [task];
if (items.length === 0) fail(`no file matches ${glob}`);

/** Thirds of a token, at most: other scripts than Latin take a whole one for each character. */
const weight = (text) => text.length + 2 * (text.match(/[\u0300-\uffff]/g)?.length ?? 0);
/** A value's share of the prompt; what is cut says so to whoever reads it. */
function fit(value, share) {
  const whole = typeof value === "string" ? value : JSON.stringify(value, null, 1);
  let text = whole;
  while (weight(text) > room * share) text = text.slice(0, Math.floor(text.length * room * share / weight(text)));
  return text === whole ? whole : `${text}\n[cut: ${whole.length - text.length} more characters]`;
}
const nameOf = (item, i) => typeof item === "string" && item.length <= 60 ? item : item?.name ?? `item ${i + 1}`;
const WORK =
  "You do one stage of the work on one item. The next stage gets your answer as it is: the result, no comments.";
const CHECK = "You check the result of others' work. Trust nothing that you cannot see.";

async function work({ stage, item, index, previous, problem }) {
  const parts = [
    `${stage.role ?? roles?.work ?? WORK}\n\nTask: ${fit(task, 0.2)}\n\nThis stage: ${fit(stage.prompt, 0.15)}`,
    `Item:\n${fit(item, 0.25)}`,
    previous === item ? "" : `Result so far:\n${fit(previous, 0.25)}`,
    problem ? `The check failed. Mend this:\n${fit(problem, 0.1)}` : "",
  ];
  return await agent(parts.filter(Boolean).join("\n\n"), {
    ...{ label: `${nameOf(item, index)}: ${stage.name}`, phase: "Stages", model: stage.model ?? models?.work },
    ...{ tools: stage.tools ?? toolNames, isolation: stage.isolation },
  });
}
/** The way back: the last stage works again with what was wrong. */
async function mend(value, item, index) {
  for (let attempt = 1;; attempt++) {
    const verdict = await agent(
      `${roles?.check ?? CHECK}\n\nTask: ${fit(task, 0.2)}\n\nIt is done when: ${fit(check, 0.15)}\n\n` +
        `Item:\n${fit(item, 0.25)}\n\nResult:\n${fit(value, 0.35)}`,
      {
        ...{ label: `${nameOf(item, index)}: check ${attempt}`, phase: "Check", model: models?.check },
        ...{ schema: VERDICT, tools: toolNames },
      },
    );
    const { isDone, problem } = verdict ?? { isDone: false, problem: "not checked: the checker failed" };
    const end = { value, isDone, problem, attempts: attempt };
    if (verdict === null || isDone || attempt > retries) return end;
    const mended = await work({ stage: stages.at(-1), item, index, previous: value, problem });
    if (mended === null) return end;
    value = mended;
  }
}

phase("Stages");
const results = [];
// pipeline() takes 4096 at once.
for (let from = 0; from < items.length; from += 4096) {
  const steps = stages.map((stage) => (previous, item, i) => work({ stage, item, index: from + i, previous }));
  const last = (value, item, i) => check ? mend(value, item, from + i) : { value, isDone: true };
  results.push(...await pipeline(items.slice(from, from + 4096), ...steps, last));
}
const done = results.filter((result) => result?.isDone).length;
log(`${done} of ${items.length} items ${check ? "passed the check" : "went through all stages"}`);
if (results.every((result) => result === null)) {
  throw new Error("pipeline: no item went through: see the failures of this run");
}
return {
  done,
  results: results.map((result, i) => ({
    item: items[i],
    ...(result ?? { value: null, isDone: false, problem: "a stage failed" }),
  })),
};
