// Every route, with a good and a bad request, and a client made from the OpenAPI document.
import assert from "node:assert/strict";
import { OdwError } from "../../src/errors.ts";
import type { EventBody } from "../../src/run.ts";
import { noUsage } from "../../src/provider.ts";
import { planHash } from "../../src/plan_hash.ts";
import { NO_GRANTS } from "../no_tools.ts";
import { step } from "../cli/fake_engine.ts";
import { problemOf, startTestServer, type TestServer } from "./test_server.ts";

const STEP = "aaaa1111#0";
const CHECK = { dialect: "meta" as const, problems: [], estimate: null, tools: [] };
const PLAN = {
  task: "t",
  choice: { topology: "map-reduce" as const, reason: "many items" },
  characteristics: {
    manyItems: true,
    itemSource: null,
    stages: [],
    mustBeCorrect: false,
    isTestable: false,
    isUncertain: false,
    isSearch: false,
  },
  way: "rules" as const,
  notes: [],
  script: { text: "export const meta = {}", file: "built-in:map-reduce" },
  args: {},
  check: CHECK,
  wants: [],
  hash: "abc",
};

function serve(): TestServer {
  return startTestServer({
    steps: [step(), step({ id: "bbbb2222#0" })],
    workflows: [],
    checked: CHECK,
    plan: PLAN,
    events: EVENTS,
  });
}

const EVENTS: EventBody[] = [
  { type: "run_started" },
  { type: "step_started", step: STEP, request: { prompt: "p" }, handling: {}, model: "m" },
  {
    type: "step_completed",
    step: STEP,
    value: "v",
    model: "m",
    attempts: 1,
    usage: noUsage(),
    costUsd: 0,
    durationMs: 1,
  },
  { type: "step_started", step: "bbbb2222#0", request: { prompt: "q" }, handling: {}, model: "m" },
];

/** The run that every fake engine has. */
const RUN = "last";

const GOOD: [method: "GET" | "POST", path: string, body: unknown, status: number, wanted: RegExp][] = [
  ["POST", "/v1/runs", { script: "export const meta = {…}", args: { a: 1 } }, 201, /"status"/],
  ["POST", "/v1/runs", { name: "summarize", model: "m", limits: { concurrency: 2, costUsd: null } }, 201, /"usage"/],
  ["GET", "/v1/runs?limit=1&status=completed,failed", null, 200, /"runs"/],
  ["GET", `/v1/runs/${RUN}`, null, 200, /"census"/],
  ["GET", `/v1/runs/${RUN}/steps?limit=1`, null, 200, /"nextCursor":"aaaa1111#0"/],
  ["GET", `/v1/runs/${RUN}/steps/${encodeURIComponent(STEP)}`, null, 200, /Review the file/],
  ["GET", `/v1/runs/${RUN}/result`, null, 200, /all good/],
  ["GET", `/v1/runs/${RUN}/script`, null, 200, /./],
  ["GET", `/v1/runs/${RUN}/graph`, null, 200, /"edges":\[\{"from":"aaaa1111#0","to":"bbbb2222#0"\}\]/],
  ["POST", `/v1/runs/${RUN}/pause`, null, 202, /"id"/],
  ["POST", `/v1/runs/${RUN}/cancel`, null, 202, /"id"/],
  ["POST", `/v1/runs/${RUN}/resume`, { limits: { tokens: 5 } }, 202, /"id"/],
  ["POST", `/v1/runs/${RUN}/respond`, { answer: "yes" }, 202, /"id"/],
  ["POST", `/v1/runs/${RUN}/steps/${encodeURIComponent(STEP)}/skip`, null, 202, /"id"/],
  ["POST", "/v1/plans", { task: "read all files" }, 200, /map-reduce/],
  ["POST", "/v1/checks", { script: "x" }, 200, /"problems"/],
  ["GET", "/v1/workflows", null, 200, /"workflows"/],
  ["GET", "/v1/models", null, 200, /"providers"/],
  ["GET", `/v1/runs/${RUN}/events?after=1`, null, 200, /id: 2\nevent: step_started/],
  ["GET", "/openapi.json", null, 200, /"openapi":"3.1.0"/],
];

for (const [method, path, body, status, wanted] of GOOD) {
  Deno.test(`${method} ${path} answers ${status}${body ? ` to ${JSON.stringify(body).slice(0, 40)}` : ""}`, async () => {
    await using served = serve();
    const response = await send(served, method, path, body);
    const text = await response.text();
    assert.equal(response.status, status, text);
    assert.match(text, wanted);
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  });
}

const BAD: [method: "GET" | "POST", path: string, body: unknown, status: number, detail: RegExp][] = [
  ["POST", "/v1/runs", {}, 400, /give either script or name/],
  ["POST", "/v1/runs", { script: "x", name: "y" }, 400, /either/],
  ["POST", "/v1/runs", { script: "x", nmae: "y" }, 400, /nmae/],
  ["POST", "/v1/runs", { name: "x", limits: { concurrency: 0 } }, 400, /limits\.concurrency/],
  ["POST", "/v1/runs", "{", 400, /not JSON/],
  ["GET", "/v1/runs?limit=0", null, 400, /query\.limit/],
  ["GET", "/v1/runs?status=done", null, 400, /none of queued/],
  ["GET", "/v1/runs/nope", null, 404, /no run/],
  ["GET", "/v1/runs/nope/result", null, 404, /no run/],
  ["GET", "/v1/runs/nope/script", null, 404, /no run/],
  ["GET", "/v1/runs/nope/graph", null, 404, /no run/],
  ["GET", "/v1/runs/nope/events", null, 404, /no run/],
  ["GET", `/v1/runs/${RUN}/steps/nope`, null, 404, /no step/],
  ["GET", `/v1/runs/${RUN}/steps?limit=x`, null, 400, /query\.limit/],
  ["POST", `/v1/runs/${RUN}/resume`, { nope: 1 }, 400, /nope/],
  ["POST", `/v1/runs/${RUN}/respond`, {}, 400, /answer/],
  ["POST", "/v1/plans", { task: "" }, 400, /task/],
  ["POST", "/v1/checks", {}, 400, /either/],
  ["GET", `/v1/runs/${RUN}/events?detail=all`, null, 400, /detail/],
  ["GET", "/v1/nothing", null, 404, /openapi/],
  ["POST", "/v1/runs/nope/pause", null, 404, /no run/],
  ["POST", "/v1/runs/nope/cancel", null, 404, /no run/],
  ["POST", "/v1/runs/nope/steps/x/skip", null, 404, /no run/],
  ["POST", "/v1/runs/nope/respond", { answer: "yes" }, 404, /no run/],
  ["POST", "/v1/models", {}, 404, /openapi/],
  ["POST", "/openapi.json", {}, 404, /openapi/],
  ["POST", "/v1/workflows", {}, 404, /openapi/],
];

for (const [method, path, body, status, detail] of BAD) {
  Deno.test(`${method} ${path} with ${JSON.stringify(body)} is refused with ${status}`, async () => {
    await using served = serve();
    const response = await send(served, method, path, body);
    assert.equal(response.headers.get("content-type"), "application/problem+json");
    const problem = await problemOf(response);
    assert.equal(problem.status, status);
    assert.match(problem.detail, detail);
  });
}

Deno.test("a launch error is told with its place, and its code", async () => {
  const error = new OdwError("script_invalid", "review.js:3:5: unexpected token");
  await using served = startTestServer({ launchError: error });
  const problem = await problemOf(await served.post("/v1/runs", { script: "x" }));
  assert.deepEqual([problem.status, problem.code, problem.detail], [422, "script_invalid", error.message]);
});

Deno.test("a body that is no JSON by its type is refused", async () => {
  await using served = serve();
  const response = await served.post("/v1/runs", "script=x", { "content-type": "application/x-www-form-urlencoded" });
  assert.equal(response.status, 400);
  assert.match((await problemOf(response)).detail, /application\/json/);
});

Deno.test("the same idempotency key starts one run; with another body it is a conflict", async () => {
  await using served = serve();
  const headers = { "idempotency-key": "k1" };
  const twice = await Promise.all([1, 2].map(() => served.post("/v1/runs", { name: "a", args: [1] }, headers)));
  assert.deepEqual(twice.map(({ status }) => status), [201, 201]);
  await Promise.all(twice.map((response) => response.body?.cancel()));
  assert.equal(served.engine.started.length, 1);
  const other = await served.post("/v1/runs", { name: "b" }, headers);
  assert.equal((await problemOf(other)).code, "conflict");
});

Deno.test("a client made from the OpenAPI document reaches every route that it names", async () => {
  await using served = serve();
  const document = await (await served.call("/openapi.json")).json();
  const reached: string[] = [];
  for (const [path, operations] of Object.entries<Record<string, Operation>>(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const named = path.replace("{id}", RUN).replace("{key}", encodeURIComponent(STEP));
      const body = operation.requestBody ? exampleOf(path) : null;
      const response = await send(served, method.toUpperCase() as "GET", named, body);
      const [good = ""] = Object.keys(operation.responses);
      assert.equal(String(response.status), good, `${method} ${path}`);
      const [type = ""] = Object.keys(operation.responses[good]!.content);
      assert.ok(
        response.headers.get("content-type")?.startsWith(type),
        `${path}: ${response.headers.get("content-type")}`,
      );
      if (path.endsWith("/events")) await response.body?.cancel();
      else await response.text();
      reached.push(operation.operationId);
    }
  }
  assert.equal(new Set(reached).size, reached.length);
  assert.equal(reached.length, 19);
});

interface Operation {
  operationId: string;
  requestBody?: unknown;
  responses: Record<string, { content: Record<string, unknown> }>;
}

function exampleOf(path: string): unknown {
  if (path.endsWith("/respond")) return { answer: "yes" };
  if (path.endsWith("/plans")) return { task: "t" };
  return path.endsWith("/resume") ? {} : { name: "summarize" };
}

function send(served: TestServer, method: "GET" | "POST", path: string, body: unknown): Promise<Response> {
  return body === null ? served.call(path, { method }) : served.post(path, body);
}

Deno.test("an approved plan runs as it was made, with its estimate; a changed one is refused", async () => {
  await using served = serve();
  const estimate = { agents: { min: 1, typical: 2, max: 3 }, inputTokens: 10, outputTokens: 5, costUsd: 0, wallMs: 7 };
  const made = { script: { text: "export const meta = {}", file: "plan.js" }, args: { n: 1 }, check: { estimate } };
  const hash = await planHash({ script: made.script.text, args: made.args, grants: NO_GRANTS.grants });
  const started = await served.post("/v1/runs", { plan: { ...made, hash } });
  assert.equal(started.status, 201, await started.text());
  const { script, args, estimate: recorded } = served.engine.started[0]!;
  assert.deepEqual([script, args, recorded], [made.script, made.args, estimate]);
  const changed = await served.post("/v1/runs", { plan: { ...made, args: { n: 2 }, hash } });
  assert.equal((await problemOf(changed)).code, "conflict");
  assert.equal(served.engine.started.length, 1);
});
