// The tasks extension: what a host sends and gets that declares it, checked by the extension's own schemas.
import assert from "node:assert/strict";
import { InMemoryTransport } from "@modelcontextprotocol/client";
import { isCreateTaskResultV2, isDetailedTaskV2 } from "@modelcontextprotocol/ext-tasks/core/v2";
import { serveMcpStdio } from "../../src/mcp/open.ts";
import type { Question, RunRecord } from "../../src/run.ts";
import type { SamplingAddress } from "../../src/sampling.ts";
import { createFakeEngine, type FakeEngine } from "../cli/fake_engine.ts";

const TASKS = "io.modelcontextprotocol/tasks";
const QUESTION: Question = { key: "q1", text: "Which colour?", choices: ["red", "blue"] };

interface Reply {
  // deno-lint-ignore no-explicit-any -- a test looks at whatever came back
  result?: any;
  error?: { code: number; message: string };
}

interface Wire extends AsyncDisposable {
  engine: FakeEngine;
  launched: string[];
  lent: (SamplingAddress | null)[];
  send(method: string, params: Record<string, unknown>): Promise<Reply>;
}

async function open(record: Partial<RunRecord>, capabilities: Record<string, unknown>): Promise<Wire> {
  const [here, there] = InMemoryTransport.createLinkedPair();
  const launched: string[] = [];
  const lent: Wire["lent"] = [];
  const engine = createFakeEngine({
    record,
    runsUntilCancelled: true,
    respond(answer) {
      engine.append({ type: "question_answered", key: QUESTION.key, answer });
      engine.end({ status: "running", question: null });
    },
  });
  const ended = serveMcpStdio({
    version: "0.1.0",
    approveInChat: false,
    engine: () => Promise.resolve(engine),
    warnings: () => Promise.resolve([]),
    launch(id, { sampling }) {
      launched.push(id);
      lent.push(sampling);
      return Promise.resolve();
    },
    reports: () => Promise.reject(new Error("not asked for")),
    saveResult: () => Promise.resolve(null),
  }, { transport: there });
  const waiting = new Map<unknown, (reply: Reply) => void>();
  here.onmessage = (message) => waiting.get((message as { id?: unknown }).id)?.(message as Reply);
  await here.start();
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": capabilities,
  };
  return {
    engine,
    launched,
    lent,
    send(method, params) {
      const id = waiting.size + 1;
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        void here.send({ jsonrpc: "2.0", id, method, params: { ...params, _meta } });
      });
    },
    async [Symbol.asyncDispose]() {
      await here.close();
      await ended;
    },
  };
}

const DECLARED = { extensions: { [TASKS]: {} }, elicitation: { form: {} } };
const START = { name: "workflow_start", arguments: { name: "compare" } };

Deno.test("the server offers the tasks extension", async () => {
  await using wire = await open({}, {});
  const { result } = await wire.send("server/discover", {});
  assert.deepEqual(result.capabilities.extensions, { [TASKS]: {} });
});

Deno.test("a started run is a task for a host that declares the extension, and its end is the call's answer", async () => {
  await using wire = await open({ status: "running", result: null }, DECLARED);
  const { result: created } = await wire.send("tools/call", START);
  assert.ok(isCreateTaskResultV2(created), JSON.stringify(created));
  assert.deepEqual([created.status, wire.launched], ["working", [created.taskId]]);
  const { taskId } = created;
  const { result: working } = await wire.send("tasks/get", { taskId });
  assert.ok(isDetailedTaskV2(working), JSON.stringify(working));
  assert.equal(working.status, "working");
  wire.engine.end({ status: "completed", result: "the answer" });
  const { result: done } = await wire.send("tasks/get", { taskId });
  assert.ok(isDetailedTaskV2(done), JSON.stringify(done));
  assert.equal(done.status, "completed");
  assert.equal(done.status === "completed" && done.result["isError"], false);
  const text = (done as unknown as { result: { content: { text: string }[] } }).result.content[0]!.text;
  assert.equal(JSON.parse(text).result, "the answer");
});

Deno.test("without the declaration a start answers at once, and tasks are not there", async () => {
  await using wire = await open({ status: "running", result: null }, {});
  const { result } = await wire.send("tools/call", START);
  assert.equal(result.resultType, "complete");
  assert.equal(result.structuredContent.status, "running");
  const { error } = await wire.send("tasks/get", { taskId: result.structuredContent.run_id });
  assert.equal(error?.code, -32601);
});

Deno.test("a failed run ends its task with an error that the model reads; a paused one says how to go on", async () => {
  const cases: [Partial<RunRecord>, RegExp][] = [
    [{ status: "failed", result: null, error: { name: "Error", message: "boom" } }, /Error: boom/],
    [{ status: "paused", result: null, reason: "budget_exceeded" }, /odw resume/],
  ];
  for (const [record, message] of cases) {
    await using wire = await open(record, DECLARED);
    const { result } = await wire.send("tasks/get", { taskId: "01JD" });
    assert.ok(isDetailedTaskV2(result), JSON.stringify(result));
    assert.deepEqual([result.status, (result as { result?: { isError?: boolean } }).result?.isError], [
      "completed",
      true,
    ]);
    assert.match(JSON.stringify(result), message);
  }
});

Deno.test("a run's question is the task's input, and tasks/update answers it", async () => {
  await using wire = await open({ status: "waiting", question: QUESTION, result: null, isOwned: true }, DECLARED);
  const { result } = await wire.send("tasks/get", { taskId: "01JD" });
  assert.ok(isDetailedTaskV2(result), JSON.stringify(result));
  assert.equal(result.status, "input_required");
  assert.deepEqual(Object.keys((result as unknown as { inputRequests: object }).inputRequests), ["q1"]);
  const other = { q0: { action: "accept", content: { answer: "blue" } } };
  await wire.send("tasks/update", { taskId: "01JD", inputResponses: other });
  assert.equal(wire.engine.asked.length, 0, "an answer to another question answers nothing");
  const inputResponses = { q1: { action: "accept", content: { answer: "blue" } } };
  const updated = await wire.send("tasks/update", { taskId: "01JD", inputResponses });
  assert.equal(updated.error, undefined);
  assert.deepEqual(wire.engine.asked.map(([what, , answer]) => [what, answer]), [["respond", "blue"]]);
});

Deno.test("tasks/cancel ends the run, and an unknown task is an error", async () => {
  await using wire = await open({ status: "running", result: null }, DECLARED);
  const { error } = await wire.send("tasks/get", { taskId: "nobody" });
  assert.match(error?.message ?? "", /nobody/);
  const cancelled = await wire.send("tasks/cancel", { taskId: "01JD" });
  assert.equal(cancelled.error, undefined);
  const { result } = await wire.send("tasks/get", { taskId: "01JD" });
  assert.equal(result.status, "cancelled");
});

Deno.test("what a task's run asks the host's model is the task's input, the same until it is answered", async () => {
  await using wire = await open({ status: "running", result: null }, { ...DECLARED, sampling: {} });
  const { result: created } = await wire.send("tools/call", START);
  const { port, token } = wire.lent[0] ?? assert.fail("no way to the host's model");
  const sample = { messages: [{ role: "user", content: { type: "text", text: "hello" } }], maxTokens: 10 };
  const headers = { authorization: `Bearer ${token}` };
  const asked = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers, body: JSON.stringify(sample) });
  const { taskId } = created;
  const { result: first } = await wire.send("tasks/get", { taskId });
  assert.ok(isDetailedTaskV2(first), JSON.stringify(first));
  const { inputRequests } = first as unknown as { inputRequests: Record<string, unknown> };
  assert.deepEqual(Object.values(inputRequests), [{ method: "sampling/createMessage", params: sample }]);
  assert.deepEqual((await wire.send("tasks/get", { taskId })).result.inputRequests, inputRequests);
  const answer = { role: "assistant", model: "m", content: { type: "text", text: "from the task" } };
  const inputResponses = { [Object.keys(inputRequests)[0]!]: answer };
  assert.equal((await wire.send("tasks/update", { taskId, inputResponses })).error, undefined);
  assert.match(await asked.text(), /from the task/);
  assert.equal((await wire.send("tasks/get", { taskId })).result.status, "working");
});
