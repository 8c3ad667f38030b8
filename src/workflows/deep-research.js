// Deep research: parts of the question side by side, claims with sources, each claim checked by somebody else.
export const meta = {
  name: "deep-research",
  description:
    "Splits a question, researches each part, checks every claim by another agent, and writes a report with sources",
  whenToUse:
    "A question that needs several sources. Needs --allow-web to look things up; without it every claim is from memory and marked so",
  phases: [{ title: "Plan" }, { title: "Research" }, { title: "Check" }, { title: "Report" }],
  args: {
    question: { type: "string", description: "What is to be found out", required: true },
    breadth: { type: "integer", description: "Parts of the question at most", default: 5 },
    tools: { type: "array", description: "Tools of the researchers", default: ["web_search", "web_fetch"] },
    contextTokens: { type: "integer", description: "Context window that every prompt must fit into", default: 16000 },
    models: { type: "object", description: "Models by job: { plan, research, check, report }" },
  },
};

const EXAMPLE = `odw run deep-research --arg question="Which databases support X?" --allow-web`;
const given = typeof args === "string" ? { question: args } : args ?? {};
const { models } = given;
const contextTokens = Number(given.contextTokens ?? 16000);
function fail(problem) {
  throw new Error(`deep-research: ${problem}. Example: ${EXAMPLE}`);
}
if (!(contextTokens >= 1000)) fail(`contextTokens must be a number of 1000 or more, found ${given.contextTokens}`);
/** Characters of a prompt: the rest of the window is for the answer; code takes a token for three of them. */
const room = Math.floor(contextTokens * 0.5) * 3;
/** Other scripts than Latin take a whole token for each character. */
const weight = (text) => text.length + 2 * (text.match(/[\u0300-\uffff]/g)?.length ?? 0);
/** A value's share of the prompt as text; what does not fit is left out. */
function fit(value, share) {
  const textOf = (kept) => typeof kept === "string" ? kept : JSON.stringify(kept);
  let most = Math.floor(room * share);
  let text = textOf(compact(value, { maxChars: most }));
  while (weight(text) > room * share) text = textOf(compact(value, { maxChars: most = Math.floor(most * 0.8) }));
  return text;
}
const { question } = given;
const breadth = Number(given.breadth ?? 5);
if (typeof question !== "string" || question.trim() === "") fail("question must be a text");
if (!(Number.isInteger(breadth) && breadth >= 1)) {
  fail(`breadth must be a whole number of 1 or more, found ${given.breadth}`);
}
const toolNames = given.tools ?? ["web_search", "web_fetch"];
const shown = fit(question, 0.3);
const text = { type: "string" };
const PARTS = {
  type: "object",
  properties: { parts: { type: "array", items: text, minItems: 1 } },
  required: ["parts"],
};
const CLAIM = {
  type: "object",
  properties: { claim: text, source: { type: "string", description: "The address it was read at, or: memory" } },
  required: ["claim", "source"],
};
const CLAIMS = { type: "object", properties: { claims: { type: "array", items: CLAIM } }, required: ["claims"] };

phase("Plan");
const plan_ = await agent(
  `Split this question into at most ${breadth} parts that can be researched alone.\n\n${shown}`,
  {
    ...{ label: "plan", schema: PARTS, model: models?.plan, tools: [] },
  },
);
const parts = plan_?.parts.slice(0, breadth) ?? [shown];

phase("Research");
const researched = await parallel(parts.map((part, i) => () =>
  agent(
    "Research one part of a question. Give single claims, each with the address where you read it; what no source shows has the source: memory.\n\n" +
      `Question: ${shown}\n\nPart: ${fit(part, 0.2)}`,
    { label: `part ${i + 1}`, schema: CLAIMS, model: models?.research, tools: toolNames },
  )
));
const claims = researched.flatMap((answer, i) => (answer?.claims ?? []).map((claim) => ({ part: parts[i], ...claim })));
const unanswered = parts.filter((_, i) => researched[i] === null);
if (researched.every((answer) => answer === null)) {
  throw new Error("deep-research: no part could be researched: see the failures of this run");
}

phase("Check");
const checks = await parallel(claims.map(({ claim, source }, i) => () =>
  verify({
    target: { claim, source },
    maxChars: Math.floor(room * 0.3),
    critics: [{
      prompt: "Try to refute this claim. Approve it only when its source, or one that you find, says so.",
      label: `check ${i + 1}`,
      model: models?.check,
      tools: toolNames,
    }],
  })
));
const stateOf = (check) => check?.passed ? "confirmed" : check?.refuted ? "refuted" : "unverified";
const states = claims.map((claim, i) => ({ ...claim, state: stateOf(checks[i]) }));
const usable = states.filter(({ state }) => state !== "refuted");

phase("Report");
const listed = fit(usable.map(({ claim, source, state }) => ({ claim, source, state })), 0.55);
const leftOut = usable.length - JSON.parse(listed).length;
if (leftOut > 0) log(`${leftOut} of ${usable.length} claims did not fit into the report's prompt: see the claims`);
const report = await agent(
  "Write the answer from these claims alone: first the answer in three sentences, then the grounds with their sources. Say which claims are " +
    `unverified or from memory, and what stays open.\n\nQuestion: ${shown}\n\nOpen: ${
      fit(unanswered.join("; "), 0.1)
    }\n\nClaims:\n${listed}`,
  { label: "report", model: models?.report, tools: [] },
);
if (report === null) throw new Error("deep-research: the report could not be written: see the failures of this run");
return { report, claims: states, unanswered, leftOut };
