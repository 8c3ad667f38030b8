// Workflows behind the official OpenAI client.
import assert from "node:assert/strict";
import OpenAI from "openai";
import { runRecord } from "../cli/fake_engine.ts";
import { startTestServer, type TestServer, TOKEN } from "./test_server.ts";

const WORKFLOWS = [{ name: "summarize", description: "d", whenToUse: null, source: "built-in" }];

function client({ url }: TestServer): OpenAI {
  return new OpenAI({ apiKey: TOKEN, baseURL: `${url}/openai/v1`, maxRetries: 0 });
}

Deno.test("the model list names every workflow, and the planner", async () => {
  await using served = startTestServer({ workflows: WORKFLOWS });
  const models = await client(served).models.list();
  assert.deepEqual(models.data.map(({ id }) => id), ["odw/summarize", "odw/plan"]);
});

Deno.test("a completion starts the workflow with the last user message, and gives its answer and usage", async () => {
  await using served = startTestServer({ workflows: WORKFLOWS, events: [{ type: "run_started" }] });
  const messages = [{ role: "system" as const, content: "x" }, { role: "user" as const, content: "the parser" }];
  const answer = await client(served).chat.completions.create({ model: "odw/summarize", messages });
  assert.equal(answer.choices[0]?.message.content, "all good");
  assert.equal(answer.choices[0]?.finish_reason, "stop");
  const { inputTokens, outputTokens } = runRecord().usage;
  assert.deepEqual(
    [answer.usage?.prompt_tokens, answer.usage?.completion_tokens, answer.usage?.total_tokens],
    [inputTokens, outputTokens, inputTokens + outputTokens],
  );
  assert.deepEqual(served.engine.started, [{ script: { name: "summarize" }, args: "the parser", onAsk: "default" }]);
});

Deno.test("a user message that is a JSON object becomes the args", async () => {
  await using served = startTestServer({ workflows: WORKFLOWS });
  const content = [{ type: "text" as const, text: '{"files":' }, { type: "text" as const, text: "[1]}" }];
  await client(served).chat.completions.create({ model: "summarize", messages: [{ role: "user", content }] });
  assert.deepEqual(served.engine.started[0]?.args, { files: [1] });
});

Deno.test("a stream gives progress that clients skip, the answer, and usage when it was asked for", async () => {
  await using served = startTestServer({ workflows: WORKFLOWS, events: [{ type: "phase_started", title: "Read" }] });
  const stream = await client(served).chat.completions.create({
    model: "odw/summarize",
    messages: [{ role: "user", content: "t" }],
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = "";
  let usage = 0;
  const reasons: unknown[] = [];
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? "";
    if (chunk.choices[0]?.finish_reason) reasons.push(chunk.choices[0].finish_reason);
    usage = chunk.usage?.total_tokens ?? usage;
  }
  assert.deepEqual([text, reasons], ["all good", ["stop"]]);
  assert.ok(usage > 0);
  const raw = await served.post("/openai/v1/chat/completions", {
    model: "odw/summarize",
    messages: [{ role: "user", content: "t" }],
    stream: true,
  });
  assert.match(await raw.text(), /^: phase Read$/m);
});

Deno.test("response_format json_schema brings the result into that shape", async () => {
  await using served = startTestServer({ workflows: WORKFLOWS, record: { result: { n: 1 } } });
  const schema = { type: "object", properties: { n: { type: "integer" } } };
  const answer = await client(served).chat.completions.create({
    model: "odw/summarize",
    messages: [{ role: "user", content: "t" }],
    response_format: { type: "json_schema", json_schema: { name: "n", schema } },
  });
  assert.deepEqual(JSON.parse(answer.choices[0]?.message.content ?? ""), { n: 1 });
  assert.deepEqual(served.engine.started[0]?.args, { name: "summarize", args: "t", schema });
});

Deno.test("an unknown model, a task without text and a failed run are errors that the client understands", async () => {
  await using served = startTestServer({
    workflows: WORKFLOWS,
    record: { status: "failed", error: { name: "Error", message: "boom" } },
  });
  const ask = (model: string, content: string) =>
    client(served).chat.completions.create({ model, messages: [{ role: "user", content }] });
  await assert.rejects(ask("odw/nope", "t"), (error: InstanceType<typeof OpenAI.APIError>) => {
    assert.equal(error.status, 404);
    assert.match(error.message, /odw\/summarize, odw\/plan/);
    return true;
  });
  await assert.rejects(ask("odw/summarize", " "), /no user message/);
  await assert.rejects(ask("odw/summarize", "t"), /boom/);
});

Deno.test("a client that goes away cancels its run, or leaves it, as the server was told", async () => {
  for (const onClientGone of ["cancel", "leave"] as const) {
    await using served = startTestServer({ workflows: WORKFLOWS, runsUntilCancelled: true, followsOn: true }, {
      onClientGone,
    });
    const gone = new AbortController();
    const stream = await client(served).chat.completions.create(
      { model: "odw/summarize", messages: [{ role: "user", content: "t" }], stream: true },
      { signal: gone.signal },
    );
    for await (const _ of stream) break;
    gone.abort();
    if (onClientGone === "cancel") {
      while (served.engine.cancelled.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.equal(served.engine.cancelled.length, onClientGone === "cancel" ? 1 : 0);
    served.engine.end();
  }
});
