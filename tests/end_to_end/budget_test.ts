// A hard budget holds to the token, by the count of the server that is paid.
import assert from "node:assert/strict";
import type { WireReply } from "../wire_reply.ts";
import type { WireCall } from "../wire_server.ts";
import { Place } from "./odw_process.ts";
import { setPermits } from "./provider_permits.ts";
import { documentOf, recordOf } from "./recorded_run.ts";
import { seededRandom } from "./seeded_random.ts";

const CONCURRENCY = 64;
const AGENTS = 600;
const MOST_OUTPUT = 200;
const BUDGET_TOKENS = 20_000;
const BUDGET_USD = 0.05;
/** USD per million tokens. */
const PRICE = { input: 3, output: 15 };

const SCRIPT = `export const meta = { name: "spender", description: "${AGENTS} agents" };
const items = Array.from({ length: ${AGENTS} }, (_, index) => index);
const answers = await parallel(items.map((item) => () => agent("item " + item, { tools: [], maxTokens: ${MOST_OUTPUT} })));
return answers.filter((answer) => answer !== null).length;`;

/** Answers with a usage by chance, up to what the request allows, and keeps the bill. A call is billed when it arrives. */
class Till {
  inputTokens = 0;
  outputTokens = 0;
  readonly #random = seededRandom("budget_test");

  get usd(): number {
    return (this.inputTokens * PRICE.input + this.outputTokens * PRICE.output) / 1e6;
  }

  async answer({ body, prompt, system }: WireCall): Promise<WireReply> {
    const most = Number(body.max_tokens);
    assert.ok(most > 0 && most <= MOST_OUTPUT, `max_tokens is ${body.max_tokens}`);
    // Every third answer uses all that it may.
    const output = this.#random.next() < 0.33 ? most : this.#random.between(1, most);
    const input = this.#random.between(1, prompt.length + system.length);
    this.inputTokens += input;
    this.outputTokens += output;
    await new Promise((resolve) => setTimeout(resolve, this.#random.between(5, 25)));
    return { text: `answer to ${prompt}`, usage: { input, output } };
  }
}

const CONFIG = {
  limits: { concurrency: CONCURRENCY },
  prices: { "wire/*": PRICE },
  agent: { warmCache: false },
};

async function openPlace(till: Till) {
  const place = await Place.make();
  const server = await place.serve("anthropic-messages", { answer: (call) => till.answer(call) }, CONFIG);
  await setPermits(place, CONCURRENCY);
  await place.write("spender.js", SCRIPT);
  return { place, server };
}

Deno.test("64 concurrent agents never exceed a hard token budget by one token, and use it up", async () => {
  const till = new Till();
  const { place, server } = await openPlace(till);
  await using _place = place;
  await using _server = server;
  const budget = ["--budget-tokens", String(BUDGET_TOKENS), "--budget-hard"];
  const ended = await place.odw(["run", "spender.js", ...budget, "--output", "json"]);
  assert.equal(ended.code, 3, ended.stderr);
  assert.ok(till.outputTokens <= BUDGET_TOKENS, `${till.outputTokens} tokens were paid`);
  assert.ok(till.outputTokens > BUDGET_TOKENS - MOST_OUTPUT, `only ${till.outputTokens} tokens were used`);
  assert.ok(server.peak > CONCURRENCY / 4, `only ${server.peak} at once`);
  const { runId, status, usage } = documentOf(ended);
  assert.equal(status, "paused");
  assert.equal(usage.outputTokens, till.outputTokens);
  assert.match((await recordOf(place, runId!)).reason ?? "", /budget/i);
  assert.match(ended.stderr, /budget/i);
  assert.match(ended.stderr, new RegExp(`odw resume ${runId} .*--budget-tokens`));
  const { stdout } = await place.odw(["logs", runId!, "--json"]);
  assert.match(stdout, /budget_warned/);

  const paid = till.outputTokens;
  const calls = server.calls.length;
  const resumed = await place.odw(["resume", runId!, "--budget-tokens", "1000000", "--output", "json"]);
  assert.equal(documentOf(resumed).result, AGENTS, resumed.stderr);
  assert.equal(server.calls.length, AGENTS, "replayed steps cost nothing");
  assert.equal(documentOf(resumed).usage.outputTokens, till.outputTokens);
  assert.ok(till.outputTokens > paid && calls < AGENTS);
});

Deno.test("64 concurrent agents never exceed a USD budget, which is always hard", async () => {
  const till = new Till();
  const { place, server } = await openPlace(till);
  await using _place = place;
  await using _server = server;
  const ended = await place.odw(["run", "spender.js", "--budget-usd", String(BUDGET_USD), "--output", "json"]);
  assert.equal(ended.code, 3, ended.stderr);
  assert.ok(till.usd <= BUDGET_USD + 1e-9, `$${till.usd} were paid`);
  assert.ok(till.usd > BUDGET_USD * 0.8, `only $${till.usd} were used`);
  const { runId, usage } = documentOf(ended);
  assert.ok(Math.abs((usage.costUsd ?? 0) - till.usd) < 1e-9);
  assert.match(ended.stderr, new RegExp(`odw resume ${runId} .*--budget-usd`));
});

Deno.test("a run has one budget over all its parts: a resume spends no more than what is left, and says what that is", async () => {
  const till = new Till();
  const { place, server } = await openPlace(till);
  await using _place = place;
  await using _server = server;
  const ended = await place.odw(["run", "spender.js", "--budget-usd", String(BUDGET_USD), "--output", "json"]);
  const { runId } = documentOf(ended);
  for (let part = 0; part < 2; part++) {
    const resumed = await place.odw(["resume", runId!, "--output", "json"]);
    assert.equal(resumed.code, 3, resumed.stderr);
    assert.match(
      resumed.stderr,
      /earlier parts of this run used \$0\.0\d+ of \$0\.05 \(--budget-usd\), \$0\.0\d+ left/,
    );
  }
  assert.ok(till.usd <= BUDGET_USD + 1e-9, `$${till.usd} were paid`);
  const raised = await place.odw(["resume", runId!, "--budget-usd", String(BUDGET_USD * 1.5), "--output", "json"]);
  assert.equal(raised.code, 3, raised.stderr);
  assert.ok(till.usd <= BUDGET_USD * 1.5 + 1e-9, `$${till.usd} were paid`);
  assert.ok(till.usd > BUDGET_USD, "the raised budget is used");
});

Deno.test("a soft token budget starts no agent after it is used up, and fails a script that does not catch that", async () => {
  const till = new Till();
  const { place, server } = await openPlace(till);
  await using _place = place;
  await using _server = server;
  await place.write(
    "loop.js",
    `export const meta = { name: "loop", description: "d" };
for (let item = 0; ; item++) await agent("item " + item, { tools: [], maxTokens: ${MOST_OUTPUT} });`,
  );
  const ended = await place.odw(["run", "loop.js", "--budget-tokens", "1000", "--output", "json"]);
  assert.equal(ended.code, 1, ended.stderr);
  const { error, usage } = documentOf(ended);
  assert.equal(error?.name, "WorkflowBudgetExceededError");
  assert.ok(till.outputTokens >= 1000 && till.outputTokens < 1000 + MOST_OUTPUT, `${till.outputTokens} tokens`);
  assert.equal(usage.outputTokens, till.outputTokens);
});

Deno.test("a USD budget with a model of unknown price is refused before anything starts", async () => {
  await using place = await Place.make();
  await place.configure({
    providers: { far: { api: "openai-chat", baseUrl: "https://llm.invalid/v1", apiKey: "k" } },
    models: { default: "far/unpriced" },
  });
  await place.write("spender.js", SCRIPT);
  const { code, stdout, stderr } = await place.odw(["run", "spender.js", "--budget-usd", "1"]);
  assert.deepEqual([code, stdout], [2, ""], stderr);
  assert.match(stderr, /far\/unpriced/);
  assert.match(stderr, /prices/);
  assert.deepEqual(JSON.parse((await place.odw(["ls", "--json"])).stdout), []);
});
