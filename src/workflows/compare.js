// Compare: every option against every criterion by an agent of its own; weights and ranking are plain arithmetic.
export const meta = {
  name: "compare",
  description: "Compares options against criteria: every pair is rated on its own, the ranking is computed, not felt",
  whenToUse: "Choosing a library, a design, a vendor",
  phases: [{ title: "Rate" }, { title: "Conclude" }],
  args: {
    options: { type: "array", description: "What is compared, as texts", required: true },
    criteria: {
      type: "array",
      description: "What counts, as texts or { name, weight }",
      default: ["fitness", "cost", "risk"],
    },
    context: { type: "string", description: "What the decision is for" },
    tools: { type: "array", description: "Tools for the raters, such as web_search; default none" },
    contextTokens: { type: "integer", description: "Context window that every prompt must fit into", default: 16000 },
    models: { type: "object", description: "Models by job: { rate, conclude }" },
  },
};

const EXAMPLE = `odw run compare --args '{"options":["SQLite","PostgreSQL"],"criteria":["cost","scale"]}'`;
const given = typeof args === "string" ? {} : args ?? {};
const { models } = given;
const contextTokens = Number(given.contextTokens ?? 16000);
function fail(problem) {
  throw new Error(`compare: ${problem}. Example: ${EXAMPLE}`);
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
const { options, context = "", criteria = ["fitness", "cost", "risk"] } = given;
if (!Array.isArray(options) || options.length < 2) fail("options must be a list of two or more");
if (!Array.isArray(criteria) || criteria.length === 0) fail("criteria must be a list that is not empty");
const weighted = criteria.map((one) => typeof one === "string" ? { name: one, weight: 1 } : { weight: 1, ...one });
if (weighted.some(({ name, weight }) => typeof name !== "string" || !(weight > 0))) {
  fail("criteria must be texts or { name, weight }");
}
const RATING = {
  type: "object",
  properties: { reason: { type: "string" }, rating: { type: "number", minimum: 0, maximum: 10 } },
  required: ["reason", "rating"],
};
const shown = (value) => fit(typeof value === "string" ? value : JSON.stringify(value), 0.3);

phase("Rate");
const pairs = options.flatMap((option) => weighted.map((criterion) => ({ option, ...criterion })));
const ratings = await parallel(
  pairs.map(({ option, name }) => () =>
    agent(
      `Rate one option by one criterion, 0 (worst) to 10 (best). Think of nothing else.\n\nFor: ${
        shown(context)
      }\n\nCriterion: ${fit(name, 0.1)}\n\nOption: ${shown(option)}`,
      {
        ...{
          label: `${shown(option).slice(0, 40)}: ${name}`,
          schema: RATING,
          model: models?.rate,
          tools: given.tools ?? [],
        },
      },
    )
  ),
);
const table = options.map((option) => {
  const rows = pairs.flatMap((pair, i) =>
    pair.option === option
      ? [{
        criterion: pair.name,
        weight: pair.weight,
        rating: ratings[i]?.rating ?? null,
        reason: ratings[i]?.reason ?? "not rated",
      }]
      : []
  );
  const rated = rows.filter(({ rating }) => rating !== null);
  const weight = rated.reduce((sum, row) => sum + row.weight, 0);
  return {
    option,
    score: weight > 0 ? rated.reduce((sum, row) => sum + row.weight * row.rating, 0) / weight : null,
    isComplete: rated.length === rows.length,
    rows,
  };
}).sort((a, b) => (b.score ?? -1) - (a.score ?? -1));
if (table.every(({ score }) => score === null)) {
  throw new Error("compare: nothing could be rated: see the failures of this run");
}

phase("Conclude");
/** Every option stays in sight; it is the reasons that get shorter. */
const most = Math.max(1, Math.floor(room * 0.6 / pairs.length) - 100);
const short = table.map(({ option, score, rows }) => ({
  ...{ option: shown(option).slice(0, 80), score },
  rows: rows.map(({ criterion, rating, reason }) => ({
    criterion,
    rating,
    reason: compact(reason, { maxChars: most }),
  })),
}));
const conclusion = await agent(
  `Conclude in at most six sentences: which option, why, and under which condition another one.\n\nFor: ${
    shown(context)
  }\n\n${fit(short, 0.6)}`,
  { label: "conclusion", model: models?.conclude, tools: [] },
);
return { best: table[0].option, table, conclusion };
