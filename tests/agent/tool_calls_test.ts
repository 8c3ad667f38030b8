// The tool loop, seen through run(): what goes back to the model, in which order, and what is told of it.
import assert from "node:assert/strict";
import type { Json } from "../../src/json.ts";
import type { GenerateRequest } from "../../src/provider.ts";
import { bench, fails, says } from "./scripted_provider.ts";
import { calls, scriptedTools, workplace } from "./scripted_tools.ts";

const asks = (...named: [string, Json][]) => says("", { finishReason: "tool_calls", toolCalls: calls(...named) });

function results(request: GenerateRequest | undefined) {
  const last = request?.messages.findLast(({ role }) => role === "tool");
  assert.ok(last?.role === "tool");
  return last.results;
}

Deno.test("an unknown tool gets an error result that lists the tools", async () => {
  const replies = [asks(["fly", {}]), says("ok")];
  const { run, provider } = bench(replies, { tools: scriptedTools() });
  const work = workplace();
  assert.equal((await run({}, { work })).status, "completed");
  assert.deepEqual(results(provider.requests[1]), [{
    id: "c1",
    name: "fly",
    content: 'There is no tool "fly" in this call; there are: read_file, grep, write_file',
    isError: true,
  }]);
  assert.deepEqual(work.told, ["start t1 fly read", "end t1 error"]);
});

Deno.test("arguments that are no JSON get an error result with the parser's reason, and the tool is not called", async () => {
  const tools = scriptedTools({ read_file: () => assert.fail("called") });
  const { run, provider } = bench([asks(["read_file", '{"path": "a']), says("ok")], { tools });
  await run({}, { work: workplace() });
  const [result] = results(provider.requests[1]);
  assert.ok(result?.isError);
  assert.match(result.content, /arguments of read_file are not one JSON object \(.*JSON.*\): call it again/);
});

Deno.test("a tool that throws, and one that is denied, give results that the model can act on", async () => {
  const tools = scriptedTools({
    read_file: () => Promise.reject(new Error("disk on fire")),
    grep: () => ({ content: "denied: needs --allow", isError: true, code: "denied" }),
  });
  const { run, provider } = bench([asks(["read_file", {}], ["grep", {}]), says("ok")], { tools });
  assert.equal((await run({}, { work: workplace() })).status, "completed");
  assert.deepEqual(results(provider.requests[1]).map(({ content, isError }) => [content, isError]), [
    ["read_file broke: disk on fire", true],
    ["denied: needs --allow", true],
  ]);
});

Deno.test("a call that fails three times in the same way comes back with a hint", async () => {
  const tools = scriptedTools({ read_file: () => ({ content: "no such file", isError: true }) });
  const again = () => asks(["read_file", { path: "x" }]);
  const { run, provider } = bench([again(), again(), again(), says("ok")], { tools });
  await run({}, { work: workplace() });
  const told = provider.requests.slice(1).map((request) => results(request)[0]?.content);
  assert.deepEqual(told.slice(0, 2), ["no such file", "no such file"]);
  assert.match(told[2] ?? "", /^no such file\n\nThis same call has failed the same way 3 times/);
});

Deno.test("calls of one message that all read run at once, and their results stay in order", async () => {
  const both = Promise.withResolvers<void>();
  let open = 0;
  const perform = async (input: Json) => {
    if (++open === 2) both.resolve();
    await both.promise;
    return { content: JSON.stringify(input), isError: false };
  };
  const tools = scriptedTools({ read_file: perform, grep: perform });
  const { run, provider } = bench([asks(["read_file", { n: 1 }], ["grep", { n: 2 }]), says("ok")], { tools });
  assert.equal((await run({}, { work: workplace() })).status, "completed");
  assert.deepEqual(results(provider.requests[1]).map(({ id, content }) => [id, content]), [
    ["c1", '{"n":1}'],
    ["c2", '{"n":2}'],
  ]);
});

Deno.test("as soon as one call of a message changes something, they run one after the other, in order", async () => {
  const work = workplace();
  const tools = scriptedTools({
    write_file: async (_input, context) => {
      await context.onPermitted?.();
      work.told.push("written");
      return { content: "ok", isError: false };
    },
  });
  const { run } = bench([asks(["read_file", {}], ["Write", {}], ["read_file", {}]), says("ok")], { tools });
  await run({}, { work });
  assert.deepEqual(work.told, [
    ...["start t1 read_file read", "end t1 ok"],
    ...["start t2 write_file write", "written", "end t2 ok"],
    ...["start t3 read_file read", "end t3 ok"],
  ]);
});

Deno.test("nothing is changed before the start of the call is recorded", async () => {
  const recorded = Promise.withResolvers<void>();
  const told: string[] = [];
  const work = workplace({
    onToolStarted: async () => {
      queueMicrotask(() => recorded.resolve());
      await recorded.promise;
      told.push("recorded");
    },
  });
  const tools = scriptedTools({
    write_file: async (_input, context) => {
      await context.onPermitted?.();
      told.push("written");
      return { content: "", isError: false };
    },
  });
  const { run, provider } = bench([asks(["write_file", {}]), says("ok")], { tools });
  await run({}, { work });
  assert.deepEqual(told, ["recorded", "written"]);
  assert.equal(results(provider.requests[1])[0]?.content, "(no output)");
});

Deno.test("an abort during a tool rejects with the signal's reason, and the call is told as ended", async () => {
  const stop = new AbortController();
  const work = workplace();
  const tools = scriptedTools({
    read_file: () => {
      stop.abort(new Error("stopped"));
      return new Promise(() => {});
    },
  });
  const { run } = bench([asks(["read_file", {}])], { tools });
  await assert.rejects(run({}, { work, signal: stop.signal }), /stopped/);
  assert.deepEqual(work.told, ["start t1 read_file read", "end t1 error"]);
});

Deno.test("the last turn is asked for an answer without tools, and a model that calls one all the same fails", async () => {
  const { run, provider } = bench([asks(["grep", {}]), asks(["grep", {}])], { tools: scriptedTools() });
  const result = await run({ maxTurns: 2 }, { work: workplace() });
  assert.ok(result.status === "failed");
  assert.match(result.error.message, /still called tools in turn 2/);
  const [first, last] = provider.requests;
  assert.equal(first?.toolChoice, undefined);
  assert.equal(last?.toolChoice, "none");
  assert.deepEqual(last?.tools, first?.tools);
  const told = last?.messages.at(-1);
  assert.match(told?.role === "user" ? told.content : "", /No more tools can be called/);
});

Deno.test("without a workplace no tools are offered", async () => {
  const { run, provider } = bench([says("ok")], { tools: scriptedTools() });
  await run();
  assert.ok(provider.requests[0] && !("tools" in provider.requests[0]));
});

Deno.test("an agent with a schema uses tools first, and from its third attempt on answers without them", async () => {
  const bad = says("not JSON");
  const replies = [asks(["grep", {}]), bad, bad, says('{"n":1}')];
  const { run, provider } = bench(replies, { tools: scriptedTools() });
  const result = await run({ schema: { type: "object", properties: { n: { type: "number" } } } }, {
    work: workplace(),
  });
  assert.deepEqual(result.status === "completed" && result.value, { n: 1 });
  assert.deepEqual(provider.requests.map(({ toolChoice }) => toolChoice), [undefined, undefined, undefined, "none"]);
});

Deno.test("a refusal after tools fails as a refusal", async () => {
  const replies = [asks(["grep", {}]), says("I will not", { finishReason: "refusal" })];
  const { run } = bench(replies, { tools: scriptedTools() });
  const result = await run({}, { work: workplace() });
  assert.equal(result.status === "failed" && result.error.code, "refusal");
});

const long = { content: "x".repeat(40_000), isError: false };
const overflow = () => fails("context_overflow", { retryable: false, status: 400 });

Deno.test("an overflow is healed once: the oldest result goes, the instructions and the last turn stay", async () => {
  const tools = scriptedTools({ read_file: () => long, grep: () => long });
  const replies = [
    asks(["read_file", { path: "a" }]),
    says("", {
      finishReason: "tool_calls",
      toolCalls: [{ id: "c9", name: "grep", input: {} }],
    }),
  ];
  const { run, provider } = bench([...replies, overflow(), says("ok")], { tools });
  const work = workplace();
  const result = await run({ prompt: "the task" }, { work });
  assert.equal(result.status === "completed" && result.value, "ok");
  const [prompt, , first, , last] = provider.requests[3]?.messages ?? [];
  assert.deepEqual(prompt, { role: "user", content: "the task" });
  assert.ok(first?.role === "tool" && last?.role === "tool");
  assert.equal(
    first.results[0]?.content,
    '[The result of read_file {"path":"a"} was dropped to make room; call it again if you need it]',
  );
  assert.equal(last.results[0]?.content, long.content);
  assert.equal(work.told.at(-1), "compacted");
});

Deno.test("an overflow that compaction cannot heal fails as the provider put it", async () => {
  const tools = scriptedTools({ read_file: () => long });
  const { run } = bench([asks(["read_file", {}]), overflow()], { tools });
  const result = await run({}, { work: workplace() });
  assert.equal(result.status === "failed" && result.error.code, "context_overflow");
});

Deno.test("a conversation that would fill a known context is compacted before it is sent", async () => {
  const tools = scriptedTools({ read_file: () => long });
  const turn = (id: string) =>
    says("", { finishReason: "tool_calls", toolCalls: [{ id, name: "read_file", input: {} }] });
  const { run, provider } = bench([turn("a"), turn("b"), turn("c"), says("ok")], { tools });
  provider.window = 25_000;
  const work = workplace();
  assert.equal((await run({}, { work })).status, "completed");
  const kept = provider.requests[3]?.messages.flatMap((message) => message.role === "tool" ? message.results : []);
  assert.deepEqual(kept?.map(({ content }) => content.length > 1000), [false, false, true]);
  assert.ok(work.told.includes("compacted"));
});

Deno.test("time in a tool counts towards timeoutMs", async () => {
  const tools = scriptedTools({ read_file: () => new Promise(() => {}) });
  const timeUp = Promise.withResolvers<void>();
  const { run } = bench([asks(["read_file", {}])], { tools, sleep: () => timeUp.promise });
  const work = workplace({ onToolStarted: () => Promise.resolve(timeUp.resolve()) });
  const result = await run({}, { work, handling: { timeoutMs: 5 } });
  assert.equal(result.status === "failed" && result.error.code, "timeout");
});
