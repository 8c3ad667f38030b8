// Adversarial: propose, let critics attack, mend what they prove, let them attack again, until nothing stands or the rounds are used up.
export const meta = {
  name: "adversarial",
  description: "One answer that must be correct: proposed, attacked by independent critics, mended, attacked again",
  whenToUse: "A plan, a claim, a design or a text where a plausible mistake would be expensive",
  phases: [
    { title: "Propose" },
    { title: "Critique", detail: "all critics side by side" },
    { title: "Fix", detail: "only what stands" },
  ],
  args: {
    task: { type: "string", description: "What the answer must achieve", required: true },
    context: { type: "string", description: "What proposer and critics have to know; text or JSON" },
    draft: { type: "string", description: "An answer that exists already; absent: it is proposed first" },
    critics: { type: "array", description: "What each looks for; default: correctness, completeness, risk" },
    rounds: { type: "integer", description: "How often critics attack at most", default: 3 },
    tools: { type: "array", description: "Tools of all agents, by name, such as read_file and grep; default none" },
    contextTokens: { type: "integer", description: "Context window that every prompt must fit into", default: 16000 },
    roles: { type: "object", description: "What the agents are: { propose, critique, fix }" },
    models: { type: "object", description: "Models by job: { propose, critique, fix }" },
  },
};

const EXAMPLE = `odw run adversarial --arg task="Plan the move to PostgreSQL without downtime" --arg rounds=3`;
const CRITICS = [
  "Correctness: a statement, step or number that is false, or does not follow",
  "Completeness: something that the task asks for and the answer lacks",
  "Risk: a case, input or order of events in which this fails",
];
const PROPOSE = "You propose an answer that hostile experts will then attack: claim nothing that you cannot defend.";
const ATTACK = "You attack an answer. Report only what you can show to be wrong; an empty list is a good answer.";
const FIX = "You mend an answer: change it where an objection holds, keep the rest, give the whole new answer.";
const CRITIQUE = {
  type: "object",
  properties: {
    objections: {
      type: "array",
      items: {
        type: "object",
        properties: {
          problem: { type: "string", description: "What is wrong, with the place" },
          evidence: { type: "string", description: "How to see that it is wrong" },
          severity: { type: "string", enum: ["blocker", "minor"], description: "blocker: the task is not achieved" },
        },
        required: ["problem", "evidence", "severity"],
      },
    },
  },
  required: ["objections"],
};
const given = typeof args === "string" ? { task: args } : args ?? {};
const { task, context, draft, roles, models } = given;

function fail(problem) {
  throw new Error(`adversarial: ${problem}. Example: ${EXAMPLE}`);
}
function count(name, fallback, least) {
  const value = Number(given[name] ?? fallback);
  if (Number.isInteger(value) && value >= least) return value;
  return fail(`${name} must be a whole number of ${least} or more, found ${given[name]}`);
}
if (typeof task !== "string" || !task.trim()) fail(`task must be a text, found ${JSON.stringify(task) ?? "none"}`);
const critics = given.critics?.length ? given.critics : CRITICS;
if (!Array.isArray(critics) || critics.some((critic) => typeof critic !== "string")) {
  fail("critics must be a list of texts");
}
if (given.tools && !Array.isArray(given.tools)) fail("tools must be a list of names");
const rounds = count("rounds", 3, 1);
const room = Math.floor(count("contextTokens", 16000, 500) * 0.6) * 3;
const toolNames = given.tools ?? [];

/** Thirds of a token, at most: other scripts than Latin take a whole one for each character. */
const weight = (text) => text.length + 2 * (text.match(/[\u0300-\uffff]/g)?.length ?? 0);
/** A value's share of the prompt; what is cut says so to whoever reads it. */
function fit(value, share) {
  const whole = typeof value === "string" ? value : JSON.stringify(value, null, 1);
  let text = whole;
  while (weight(text) > room * share) text = text.slice(0, Math.floor(text.length * room * share / weight(text)));
  return text === whole ? whole : `${text}\n[cut: ${whole.length - text.length} more characters]`;
}
const known = context === undefined || context === null ? "" : `\n\nContext:\n${fit(context, 0.25)}`;
const ground = `Task: ${fit(task, 0.2)}${known}`;

phase("Propose");
const proposer = { label: "propose", model: models?.propose, tools: toolNames };
let answer = draft ?? await agent(`${roles?.propose ?? PROPOSE}\n\n${ground}`, proposer);
if (answer === null) throw new Error("adversarial: nothing was proposed: see the failures of this run");

const history = [];
for (let round = 1; round <= rounds; round++) {
  phase("Critique");
  const critiques = await parallel(critics.map((critic, i) => () =>
    agent(
      `${roles?.critique ?? ATTACK}\n\n${ground}\n\nAnswer:\n${fit(answer, 0.35)}\n\nLook for: ${fit(critic, 0.1)}`,
      { label: `critic ${i + 1}, round ${round}`, model: models?.critique, schema: CRITIQUE, tools: toolNames },
    )
  ));
  const silent = critiques.filter((critique) => critique === null).length;
  const objections = critiques.flatMap((critique, i) =>
    (critique?.objections ?? []).map((objection) => ({ ...objection, critic: critics[i] }))
  );
  const standing = objections.filter(({ severity }) => severity === "blocker");
  history.push({ round, objections, unverified: silent });
  log(`round ${round}: ${standing.length} of ${objections.length} objections stand, ${silent} critics failed`);
  // Who died has refuted nothing and approved nothing.
  const isVerified = standing.length === 0 && silent === 0;
  if (standing.length === 0 || round === rounds) return end({ isVerified, standing, round, silent });

  phase("Fix");
  const wrong = standing.map(({ problem, evidence }) => ({ problem, evidence }));
  const fixed = await agent(
    `${roles?.fix ?? FIX}\n\n${ground}\n\nAnswer:\n${fit(answer, 0.3)}\n\nObjections:\n${fit(wrong, 0.2)}`,
    { label: `fix ${round}`, model: models?.fix, tools: toolNames },
  );
  if (fixed === null) return end({ isVerified: false, standing, round, silent });
  answer = fixed;
}

function end({ isVerified, standing, round, silent }) {
  return { answer, isVerified, rounds: round, open: standing, unverified: silent, history };
}
