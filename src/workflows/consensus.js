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
    evaluators: { type: "array", description: "Views as texts or { view, model, temperature, weight }; default five" },
    margin: { type: "number", description: "Lead in weight, 0 to 1, below which the tie-break decides", default: 0.1 },
    contextTokens: { type: "integer", description: "Context window that every prompt must fit into", default: 16000 },
    roles: { type: "object", description: "What the agents are: { evaluate, tieBreak }" },
    models: { type: "object", description: "Models by job: { evaluate, tieBreak }; evaluate may be a list" },
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
  const { view, weight = 1, ...rest } = typeof evaluator === "string" ? { view: evaluator } : evaluator ?? {};
  if (typeof view !== "string") fail(`evaluators[${i}] must be a text or { view, model, temperature, weight }`);
  if (!(Number(weight) > 0)) fail(`evaluators[${i}].weight must be a number above 0, found ${weight}`);
  const inTurn = Array.isArray(models?.evaluate) ? models.evaluate[i % models.evaluate.length] : models?.evaluate;
  return { model: inTurn, ...rest, view, weight: Number(weight) };
}
if (typeof task !== "string" || !task.trim()) fail(`task must be a text, found ${JSON.stringify(task) ?? "none"}`);
for (const name of ["choices", "evaluators"]) {
  if (given[name] && !Array.isArray(given[name])) fail(`${name} must be a list, found ${JSON.stringify(given[name])}`);
}
const evaluators = (given.evaluators?.length ? given.evaluators : VIEWS).map(readEvaluator);
const margin = Number(given.margin ?? 0.1);
if (!(margin >= 0 && margin <= 1)) fail(`margin must be a number from 0 to 1, found ${given.margin}`);
const room = Math.floor(Number(given.contextTokens ?? 16000) * 0.6) * 3;
if (!(room >= 900)) fail(`contextTokens must be a number of 500 or more, found ${given.contextTokens}`);

/** Thirds of a token, at most: other scripts than Latin take a whole one for each character. */
const weight = (text) => text.length + 2 * (text.match(/[\u0300-\uffff]/g)?.length ?? 0);
/** A value's share of the prompt; what is cut says so to whoever reads it. */
function fit(value, share) {
  const whole = typeof value === "string" ? value : JSON.stringify(value, null, 1);
  let text = whole;
  while (weight(text) > room * share) text = text.slice(0, Math.floor(text.length * room * share / weight(text)));
  return text === whole ? whole : `${text}\n[cut: ${whole.length - text.length} more characters]`;
}
const subject = items === undefined || items === null ? "" : `\n\nTo be judged:\n${fit(items, 0.4)}`;
const question = `Question: ${fit(task, 0.2)}${subject}`;

let choices = given.choices?.map(String);
if (!choices?.length) {
  phase("Choices");
  const list = { type: "array", items: { type: "string" }, minItems: 2, maxItems: 5 };
  const schema = { type: "object", properties: { choices: list }, required: ["choices"] };
  const listed = await agent(
    `List two to five short answers to this question that exclude each other.\n\n${question}`,
    { label: "choices", tools: [], model: models?.tieBreak, schema },
  );
  choices = [...new Set(listed?.choices ?? [])];
}
if (choices.length < 2) fail(`a vote needs two or more choices, found ${JSON.stringify(choices)}`);

const EVALUATE = "You are one of several evaluators who decide alone. Choose exactly one of the choices.";
const TIE_BREAK = "A vote is open. Weigh the reasons, not their number, and decide.";
const voteOn = (choices) => ({
  type: "object",
  properties: {
    reason: { type: "string", description: "The deciding reason, in one or two sentences" },
    choice: { type: "string", enum: choices },
    confidence: { type: "number", minimum: 0, maximum: 1 },
  },
  required: ["reason", "choice", "confidence"],
});
const listing = `Choices:\n${choices.map((choice) => `- ${fit(choice, 0.25 / choices.length)}`).join("\n")}`;

phase("Evaluate");
const answers = await parallel(
  evaluators.map(({ view, model, temperature }, i) => () =>
    agent(
      `${roles?.evaluate ?? EVALUATE}\n\n${question}\n\n${listing}\n\n${fit(view, 0.1)}.`,
      { label: `evaluator ${i + 1}`, schema: voteOn(choices), model, temperature, tools: [] },
    )
  ),
);
const votes = answers.flatMap((vote, i) =>
  vote ? [{ ...vote, evaluator: evaluators[i].view, weight: evaluators[i].weight }] : []
);
const missing = evaluators.length - votes.length;
if (missing > 0) log(`${missing} of ${evaluators.length} evaluators failed: they count for no choice`);
if (votes.length <= missing) {
  throw new Error(`consensus: only ${votes.length} of ${evaluators.length} evaluators answered`);
}

const sum = (list) => list.reduce((total, { weight, confidence }) => total + weight * confidence, 0);
const total = sum(votes) || 1;
const tally = choices.map((choice) => ({ choice, share: sum(votes.filter((vote) => vote.choice === choice)) / total }))
  .sort((a, b) => b.share - a.share);
const [first, second] = tally;
const end = (choice, decidedBy, reason) => ({
  ...{ choice, decidedBy, reason, agreement: tally.find((one) => one.choice === choice).share },
  ...{ tally, votes, missing },
});
if (first.share - second.share > margin) {
  const backers = votes.filter(({ choice }) => choice === first.choice).sort((a, b) => b.confidence - a.confidence);
  return end(first.choice, backers.length === votes.length ? "all" : "vote", backers[0].reason);
}

phase("Tie-break");
const open = tally.filter(({ share }) => first.share - share <= margin).map(({ choice }) => choice);
const reasons = votes.filter(({ choice }) => open.includes(choice)).map(({ choice, reason }) => ({ choice, reason }));
const decision = await agent(
  `${roles?.tieBreak ?? TIE_BREAK}\n\n${question}\n\n` +
    `Still open: ${fit(open.join(" | "), 0.15)}\n\nReasons given:\n${fit(reasons, 0.2)}`,
  { label: "tie-break", tools: [], model: models?.tieBreak, schema: voteOn(open) },
);
if (decision === null) return end(first.choice, "undecided", "the vote is open, and the tie-break failed");
return end(decision.choice, "tie-break", decision.reason);
