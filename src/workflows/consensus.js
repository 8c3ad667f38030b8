// Consensus: evaluators that know nothing of each other vote with weight; the agreement is told, and a tie has its own judge.
export const meta = {
  name: "consensus",
  description: "A matter of judgement: independent evaluators vote, with the agreement reported and a tie broken",
  whenToUse: "A choice on which reasonable evaluators could differ: classify, decide, rate, pick one of several",
  phases: [
    { title: "Choices", detail: "only when none are given" },
    { title: "Evaluate", detail: "all evaluators side by side" },
    { title: "Tie-break", detail: "only when the vote is open" },
  ],
  args: {
    task: { type: "string", description: "The question to decide", required: true },
    choices: { type: "array", description: "What can be voted for, as texts; absent: an agent lists them first" },
    items: { type: "array", description: "What is to be judged, when the task alone does not say it" },
    evaluators: {
      type: "array",
      description:
        "Evaluators as texts (the view each takes), or { view, model, temperature, weight }; default five views",
    },
    margin: { type: "number", description: "Lead in weight, 0 to 1, below which the tie-break decides", default: 0.1 },
    contextTokens: { type: "integer", description: "Context window that every prompt must fit into", default: 16000 },
    roles: { type: "object", description: "What the tie-breaker is: { tieBreak }" },
    models: {
      type: "object",
      description: "Models by job: { evaluate, tieBreak }; evaluate may be a list, used in turn",
    },
  },
};

const EXAMPLE = `odw run consensus --arg task="Should the cache be per user?" --arg 'choices=["yes","no"]'`;
const VIEWS = [
  { view: "Take the question literally and decide by the facts alone", temperature: 0.2 },
  { view: "Ask first what would have to be true for each choice, then decide", temperature: 0.5 },
  { view: "Look for the strongest case against the obvious choice, then decide", temperature: 0.8 },
  { view: "Decide as the person who has to live with the consequences for years", temperature: 0.5 },
  { view: "Decide as an expert of the field who has seen this go wrong", temperature: 0.8 },
];
const given = typeof args === "string" ? { task: args } : args ?? {};
const { task, items, roles, models } = given;

function fail(problem) {
  throw new Error(`consensus: ${problem}. Example: ${EXAMPLE}`);
}
function readEvaluator(evaluator, i) {
  const { view, model, temperature, weight = 1 } = typeof evaluator === "string"
    ? { view: evaluator }
    : evaluator ?? {};
  if (typeof view !== "string") fail(`evaluators[${i}] must be a text or { view, model, temperature, weight }`);
  if (!(Number(weight) > 0)) fail(`evaluators[${i}].weight must be a number above 0, found ${weight}`);
  const inTurn = Array.isArray(models?.evaluate) ? models.evaluate[i % models.evaluate.length] : models?.evaluate;
  return { view, temperature, weight: Number(weight), model: model ?? inTurn };
}
if (typeof task !== "string" || task.trim() === "") {
  fail(`task must be a text, found ${JSON.stringify(task) ?? "none"}`);
}
for (const name of ["choices", "evaluators"]) {
  if (given[name] && !Array.isArray(given[name])) fail(`${name} must be a list, found ${JSON.stringify(given[name])}`);
}
const evaluators = (given.evaluators?.length ? given.evaluators : VIEWS).map(readEvaluator);
const margin = Number(given.margin ?? 0.1);
if (!(margin >= 0 && margin <= 1)) fail(`margin must be a number from 0 to 1, found ${given.margin}`);
const contextTokens = Number(given.contextTokens ?? 16000);
if (!(contextTokens >= 500)) fail(`contextTokens must be a number of 500 or more, found ${given.contextTokens}`);
const room = Math.floor(contextTokens * 0.6) * 3;

/** A share of the prompt's room, in thirds of a token; a value that is cut says so to whoever reads it. */
function fit(value, share) {
  const whole = typeof value === "string" ? value : JSON.stringify(value, null, 1);
  // Other scripts than Latin take a whole token for each character.
  const weight = whole.length + 2 * (whole.match(/[^\x00-\u02ff]/g)?.length ?? 0);
  if (weight <= room * share) return whole;
  const most = Math.floor(whole.length * room * share / weight);
  return `${compact(whole, { maxChars: most })}\n[cut: ${whole.length - most} more characters]`;
}
const subject = items === undefined || items === null ? "" : `\n\nTo be judged:\n${fit(items, 0.4)}`;
const question = `Question: ${fit(task, 0.2)}${subject}`;

let choices = given.choices?.map(String);
if (!choices?.length) {
  phase("Choices");
  const listed = await agent(
    `List the answers that a reasonable person could give to this question: two to five, short, each excluding the others.\n\n${question}`,
    { label: "choices", tools: [], model: models?.tieBreak, schema: choiceList() },
  );
  choices = [...new Set(listed?.choices ?? [])];
}
if (choices.length < 2) fail(`a vote needs two or more choices, found ${JSON.stringify(choices)}`);

const VOTE = {
  type: "object",
  properties: {
    reason: { type: "string", description: "The deciding reason, in one or two sentences" },
    choice: { type: "string", enum: choices },
    confidence: { type: "number", minimum: 0, maximum: 1 },
  },
  required: ["reason", "choice", "confidence"],
};
const listing = `Choices:\n${choices.map((choice) => `- ${choice}`).join("\n")}`;

phase("Evaluate");
const answers = await parallel(
  evaluators.map(({ view, model, temperature }, i) => () =>
    agent(
      `You are one of several evaluators who decide alone. Choose exactly one of the choices.\n\n${question}\n\n${listing}\n\n${view}.`,
      {
        ...{ label: `evaluator ${i + 1}`, schema: VOTE, model, temperature, tools: [] },
      },
    )
  ),
);
const votes = answers.flatMap((vote, i) =>
  vote ? [{ ...vote, evaluator: evaluators[i].view, weight: evaluators[i].weight }] : []
);
const missing = evaluators.length - votes.length;
if (missing > 0) log(`${missing} of ${evaluators.length} evaluators failed: they count for no choice`);
if (votes.length * 2 <= evaluators.length) {
  throw new Error(
    `consensus: only ${votes.length} of ${evaluators.length} evaluators answered: no vote without a majority of them`,
  );
}

const tally = choices.map((choice) => ({
  choice,
  weight: votes.filter((vote) => vote.choice === choice).reduce((sum, vote) => sum + vote.weight * vote.confidence, 0),
})).sort((a, b) => b.weight - a.weight);
const total = tally.reduce((sum, { weight }) => sum + weight, 0);
const share = (weight) => total > 0 ? weight / total : 0;
const [first, second] = tally;
const backers = votes.filter(({ choice }) => choice === first.choice).length;
const end = (choice, decidedBy, reason) => ({
  ...{ choice, decidedBy, reason, votes, missing },
  agreement: share(tally.find((one) => one.choice === choice)?.weight ?? 0),
  tally: tally.map(({ choice, weight }) => ({ choice, share: share(weight) })),
});
if (share(first.weight) - share(second.weight) > margin) {
  const best = votes.filter(({ choice }) => choice === first.choice).sort((a, b) => b.confidence - a.confidence)[0];
  return end(first.choice, backers === votes.length ? "all" : "vote", best.reason);
}

phase("Tie-break");
const open = tally.filter(({ weight }) => share(first.weight) - share(weight) <= margin).map(({ choice }) => choice);
const reasons = votes.filter(({ choice }) => open.includes(choice)).map(({ choice, reason }) => ({ choice, reason }));
const decision = await agent(
  `${roles?.tieBreak ?? "A vote is open. Weigh the reasons, not their number, and decide."}\n\n${question}\n\n` +
    `Still open: ${open.join(" | ")}\n\nReasons given:\n${fit(reasons, 0.3)}`,
  {
    ...{ label: "tie-break", tools: [], model: models?.tieBreak },
    schema: { ...VOTE, properties: { ...VOTE.properties, choice: { type: "string", enum: open } } },
  },
);
if (decision === null) return end(first.choice, "undecided", "the vote is open, and the tie-break failed");
return end(decision.choice, "tie-break", decision.reason);

function choiceList() {
  const list = { type: "array", items: { type: "string" }, minItems: 2, maxItems: 5 };
  return { type: "object", properties: { choices: list }, required: ["choices"] };
}
