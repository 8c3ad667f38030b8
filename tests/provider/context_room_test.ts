// Servers that count the limit of output as part of the context: the limit gives way, the prompt does not.
import assert from "node:assert/strict";
import type { ProviderApi } from "../../src/config.ts";
import { openProvider } from "../../src/provider/open.ts";
import { startWireServer, type WireCall, wireProvider } from "../wire_server.ts";
import { asked, patient, settingsWith } from "./settings.ts";

const CONTEXT = 8192;
const refusal = (message: string) => ({ status: 400, body: { error: { message, type: "invalid_request_error" } } });

interface Server {
  name: string;
  api: Exclude<ProviderApi, "simulated">;
  says: (input: number, output: number) => string;
}

const SERVERS: Server[] = [
  {
    name: "vLLM",
    api: "openai-chat",
    says: (input, output) =>
      `'max_tokens' or 'max_completion_tokens' is too large: ${output}. This model's maximum context length is ${CONTEXT} ` +
      `tokens and your request has ${input} input tokens (${output} > ${CONTEXT} - ${input}).`,
  },
  {
    name: "OpenAI",
    api: "openai-chat",
    says: (input, output) =>
      `This model's maximum context length is ${CONTEXT} tokens. However, you requested ${input + output} tokens ` +
      `(${input} in the messages, ${output} in the completion). Please reduce the length of the messages or completion.`,
  },
  {
    name: "OpenRouter",
    api: "openai-chat",
    says: (input, output) =>
      `This endpoint's maximum context length is ${CONTEXT} tokens. However, you requested about ${input + output} ` +
      `tokens (${input} of text input, ${output} in the output). Please reduce the length of either one.`,
  },
  {
    name: "Anthropic",
    api: "anthropic-messages",
    says: (input, output) =>
      `input length and \`max_tokens\` exceed context limit: ${input} + ${output} > ${CONTEXT}, decrease input length or ` +
      "`max_tokens` and try again",
  },
  {
    name: "Text Generation Inference",
    api: "openai-chat",
    says: (input, output) =>
      `Input validation error: \`inputs\` tokens + \`max_new_tokens\` must be <= ${CONTEXT}. Given: ${input} \`inputs\` ` +
      `tokens and ${output} \`max_new_tokens\``,
  },
];

/** A token is a word here. */
const inputTokens = (call: WireCall) => `${call.system} ${call.prompt}`.trim().split(/\s+/).length;

for (const { name, api, says } of SERVERS) {
  const answer = (call: WireCall) => {
    const input = inputTokens(call);
    const output = Number(call.body.max_tokens);
    return input + output > CONTEXT ? refusal(says(input, output)) : "ok";
  };
  const limits = (calls: WireCall[]) => calls.map((call) => Number(call.body.max_tokens));

  Deno.test(`${name}: a limit of output that does not fit beside the prompt gives way to what fits`, async () => {
    await using server = startWireServer({ answer });
    const provider = openProvider(settingsWith([wireProvider(server, api)]));
    assert.equal((await provider.generate(asked("one two three", { maxTokens: 16_384 }), patient())).text, "ok");
    assert.deepEqual(limits(server.calls), [16_384, CONTEXT - 3]);
    await provider.generate(asked("word ".repeat(1000), { maxTokens: 16_384 }), patient());
    await provider.generate(asked("short again", { maxTokens: 16_384 }), patient());
    const [, , long, short] = limits(server.calls);
    assert.equal(server.calls.length, 4, "the context is remembered");
    assert.ok(long! < CONTEXT - 1000 && short! > CONTEXT - 200, "a long prompt does not narrow the calls after it");
  });

  Deno.test(`${name}: a prompt that fills the context is context_overflow after one request`, async () => {
    await using server = startWireServer({ answer });
    const provider = openProvider(settingsWith([wireProvider(server, api)]));
    const request = asked("word ".repeat(CONTEXT), { maxTokens: 16_384 });
    await assert.rejects(provider.generate(request, patient()), { code: "context_overflow", retryable: false });
    assert.equal(server.calls.length, 1);
  });
}
