// agent() in dialect A: options, warnings, values, errors, and promises that nobody awaits.
import assert from "node:assert/strict";
import { OdwError } from "../../src/errors.ts";
import type { Json } from "../../src/json.ts";
import { emptyTold, runBody } from "./fake_host.ts";

const budgetError = () =>
  new OdwError("budget_exceeded", "Workflow token budget exceeded (12 / 10 output tokens)", {
    name: "WorkflowBudgetExceededError",
  });

Deno.test("agent() hands prompt, options and the current phase to the host", async () => {
  const told = emptyTold();
  const schema = { type: "object", properties: { a: { type: "string" } } };
  await runBody(
    `phase("Scan"); await agent("one", { label: "l", schema: ${JSON.stringify(schema)}, model: "m", effort: "xhigh",
      isolation: "worktree", agentType: "Explore", stallMs: 0, tools: ["read"], disallowedTools: ["x"], timeoutMs: 5, maxTurns: 2,
      maxTokens: 9, temperature: 0, system: "s", retries: 1 });
     phase("Write"); await agent("two"); await agent("three", { phase: "Own", model: undefined, schema: null });`,
    {},
    told,
  );
  assert.deepEqual(told.requests, [
    {
      prompt: "one",
      schema,
      model: "m",
      effort: "xhigh",
      isolation: "worktree",
      agentType: "Explore",
      tools: ["read"],
      disallowedTools: ["x"],
      maxTurns: 2,
      maxTokens: 9,
      temperature: 0,
      system: "s",
    },
    { prompt: "two" },
    { prompt: "three" },
  ]);
  assert.deepEqual(told.handlings, [
    { phase: "Scan", line: 1, label: "l", stallMs: 0, timeoutMs: 5, retries: 1 },
    { phase: "Write", line: 4 },
    { phase: "Own", line: 4 },
  ]);
  assert.deepEqual(told.phases, ["Scan", "Write"]);
  assert.deepEqual(told.logs, []);
});

Deno.test("unknown options, unknown efforts and prompts that are no text are warned about once each", async () => {
  const told = emptyTold();
  await runBody(
    `for (let i = 0; i < 3; i++) await agent({ a: i }, { colour: 1, effort: "extreme", role: "r", model: 7 }); await agent(5, "opts")`,
    {},
    told,
  );
  assert.deepEqual(told.requests.map((request) => request.prompt), ['{"a":0}', '{"a":1}', '{"a":2}', "5"]);
  assert.deepEqual(Object.keys(told.requests[0] ?? {}), ["prompt"]);
  assert.equal(told.logs.length, 6);
  assert(told.logs.every(([level]) => level === "warn"));
  assert.match(
    told.logs.map(([, text]) => text).join("\n"),
    /"colour"[^]*"effort" must be low, medium, high, xhigh, max, found "extreme"/,
  );
});

Deno.test("agent() gives text verbatim, plain objects, and null", async () => {
  const answers: Json[] = ["", { a: [1] }, null];
  const given = { answer: (_r: unknown, _h: unknown, index: number) => answers[index] ?? null };
  assert.deepEqual(
    await runBody(
      `const b = []; for (let i = 0; i < 3; i++) b.push(await agent("p")); return [b, Object.getPrototypeOf(b[1]) === Object.prototype]`,
      given,
    ),
    [["", { a: [1] }, null], true],
  );
});

Deno.test("a host's error reaches the script with name, message and code, and its cause reaches the engine", async () => {
  const given = { answer: () => Promise.reject(budgetError()) };
  const seen = await runBody(
    `try { await agent("a") } catch (e) { return [e instanceof Error, e.name, e.message, e.code] }`,
    given,
  );
  assert.deepEqual(seen, [true, "WorkflowBudgetExceededError", budgetError().message, "budget_exceeded"]);
  await assert.rejects(runBody(`await agent("a")`, given), (error: OdwError) => {
    assert.deepEqual([error.code, error.name], ["script_failed", "WorkflowBudgetExceededError"]);
    assert.equal((error.cause as OdwError).code, "budget_exceeded");
    return true;
  });
});

Deno.test("an un-awaited rejection is logged once and never ends the run; one that is awaited late is not", async () => {
  const told = emptyTold();
  const given = {
    answer: () => Promise.reject(new OdwError("agent_cap", "cap reached", { name: "WorkflowAgentCapError" })),
  };
  const result = await runBody(
    `agent("lost"); parallel("not an array"); const late = agent("kept"); await new Promise((r) => setTimeout(r, 5));
     try { await late } catch (e) { return e.name }`,
    given,
    told,
  );
  assert.equal(result, "WorkflowAgentCapError");
  assert.deepEqual(told.logs.map(([, text]) => text).sort(), [
    "unhandled rejection: TypeError: parallel() expects an array of functions",
    "unhandled rejection: WorkflowAgentCapError: cap reached",
  ]);
});
