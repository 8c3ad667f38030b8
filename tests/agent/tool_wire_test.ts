// The tool loop over HTTP, in each of the four wire formats.
import assert from "node:assert/strict";
import { openAgentRunner } from "../../src/agent/open.ts";
import { openProvider } from "../../src/provider/open.ts";
import { settingsWith } from "../provider/settings.ts";
import { streamOf } from "../wire_reply.ts";
import { startWireServer, type WireAnswer, type WireCall, wireProvider } from "../wire_server.ts";
import { type Perform, scriptedTools, workplace } from "./scripted_tools.ts";
import type { AgentRequest } from "../../src/agent.ts";

const APIS: WireCall["api"][] = ["anthropic-messages", "openai-chat", "openai-responses", "ollama-chat"];

interface Asked {
  answers: ((call: WireCall) => WireAnswer)[];
  perform?: Record<string, Perform>;
  request?: Partial<AgentRequest>;
}

async function ask(api: WireCall["api"], { answers, perform = {}, request = {} }: Asked) {
  await using server = startWireServer({ answer: (call) => answers[call.index]?.(call) ?? "too many calls" });
  const settings = settingsWith([wireProvider(server, api)]);
  const runner = openAgentRunner({ provider: openProvider(settings), settings, tools: scriptedTools(perform) });
  const asked = { prompt: "look", model: "wire/wire-model", ...request };
  const call = await runner.prepare(asked, {}, { dialect: "meta", model: null });
  const result = await runner.run(call, { signal: new AbortController().signal, work: workplace() });
  return { result, bodies: server.calls.map(({ body }) => body) };
}

const echo: Perform = (input) => ({ content: `saw ${JSON.stringify(input)}`, isError: false });
const text = (value: unknown) => JSON.stringify(value);

for (const api of APIS) {
  Deno.test(`${api}: parallel calls with split arguments are answered in order, then the final message comes`, async () => {
    const toolCalls = [
      { name: "read_file", input: { path: "a/long/path/that/is/split/into/pieces.ts" } },
      { name: "grep", input: { path: "b" } },
    ];
    const answers = [() => ({ text: "Looking.", toolCalls }), () => "found"];
    const { result, bodies } = await ask(api, { answers, perform: { read_file: echo, grep: echo } });
    assert.equal(result.status === "completed" && result.value, "found");
    const sent = text(bodies[1]);
    const first = sent.indexOf('saw {\\"path\\":\\"a/long/path/that/is/split/into/pieces.ts');
    assert.ok(first > 0 && sent.indexOf('saw {\\"path\\":\\"b') > first, sent);
    assert.deepEqual(bodies[0]?.tools, bodies[1]?.tools);
  });

  Deno.test(`${api}: an overflow after tools is healed by compaction`, async () => {
    const long: Perform = () => ({ content: "y".repeat(5000), isError: false });
    const turn = () => ({ toolCalls: [{ name: "grep", input: {} }] });
    const refuse = () => ({ status: 400, body: { error: { message: "prompt is too long: 9 tokens > 8 maximum" } } });
    const { result, bodies } = await ask(api, { answers: [turn, turn, refuse, () => "ok"], perform: { grep: long } });
    assert.equal(result.status === "completed" && result.value, "ok");
    assert.equal(text(bodies[2]).split("yyyy".repeat(1000)).length - 1, 2);
    assert.equal(text(bodies[3]).split("yyyy".repeat(1000)).length - 1, 1);
    assert.match(text(bodies[3]), /was dropped to make room/);
  });

  Deno.test(`${api}: in the last turn no tool may be called`, async () => {
    const turn = () => ({ toolCalls: [{ name: "grep", input: {} }] });
    const { result, bodies } = await ask(api, { answers: [turn, () => "ok"], request: { maxTurns: 2 } });
    assert.equal(result.status === "completed" && result.value, "ok");
    if (api === "ollama-chat") assert.ok(bodies[0]?.tools && !bodies[1]?.tools);
    else assert.deepEqual(bodies[1]?.tool_choice, api === "anthropic-messages" ? { type: "none" } : "none");
    assert.match(text(bodies[1]), /No more tools can be called/);
  });

  Deno.test(`${api}: a refusal after tools fails the agent as a refusal`, async () => {
    if (api === "ollama-chat") return;
    const turn = () => ({ toolCalls: [{ name: "grep", input: {} }] });
    const { result } = await ask(api, { answers: [turn, () => ({ text: "No.", finishReason: "refusal" })] });
    assert.equal(result.status === "failed" && result.error.code, "refusal");
  });
}

for (const api of APIS.filter((one) => one !== "ollama-chat")) {
  Deno.test(`${api}: arguments that are no JSON come back as an error result, in a conversation that is JSON`, async () => {
    const broken = (call: WireCall) => {
      const whole = streamOf(api, { toolCalls: [{ name: "grep", input: { p: 1 } }] }, {
        model: "m",
        index: call.index,
      });
      return { raw: [whole.replaceAll('{\\"p\\":1}', '{\\"p\\":')] };
    };
    const { result, bodies } = await ask(api, { answers: [broken, () => "ok"] });
    assert.equal(result.status === "completed" && result.value, "ok");
    const sent = text(bodies[1]);
    assert.match(sent, /arguments of grep are not one JSON object/);
    for (const [, argumentsText = ""] of sent.matchAll(/"arguments":("(?:[^"\\]|\\.)*")/g)) {
      JSON.parse(JSON.parse(argumentsText));
    }
  });
}

Deno.test("a server that refuses tool_choice is asked without it", async () => {
  const turn = () => ({ toolCalls: [{ name: "grep", input: {} }] });
  const refuse = () => ({ status: 400, body: { error: { message: "tool_choice none is not supported" } } });
  const answers = [turn, refuse, () => "ok"];
  const { result, bodies } = await ask("openai-chat", { answers, request: { maxTurns: 2 } });
  assert.equal(result.status === "completed" && result.value, "ok");
  assert.equal(bodies[2]?.tool_choice, undefined);
});

Deno.test("anthropic-messages: tools and system are marked for the cache, and so is the growing conversation", async () => {
  const { bodies } = await ask("anthropic-messages", {
    answers: [() => "ok"],
    request: { system: "s".repeat(4096) },
  });
  assert.match(text(bodies[0]?.system), /cache_control/);
  assert.deepEqual(bodies[0]?.cache_control, { type: "ephemeral" });
});
