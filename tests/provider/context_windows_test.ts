// How large a context is known to be before anybody asks.
import assert from "node:assert/strict";
import { openProvider } from "../../src/provider/open.ts";
import { startWireServer, wireProvider } from "../wire_server.ts";
import { asked, patient, settingsWith } from "./settings.ts";

Deno.test("the context of a known model is known, that of another is not until a refusal names it", async () => {
  const message = "This model's maximum context length is 9000 tokens and your request has 100 input tokens";
  await using server = startWireServer({
    answer: ({ index }) => index === 0 ? { status: 400, body: { error: { message } } } : "ok",
  });
  const provider = openProvider(settingsWith([wireProvider(server, "openai-chat")]));
  assert.equal(provider.contextTokens?.("wire/anthropic/claude-haiku-4-5"), 200_000);
  assert.equal(provider.contextTokens?.("wire/test-model"), undefined);
  assert.equal(provider.contextTokens?.("nobody/x"), undefined);
  await provider.generate(asked("hi", { maxTokens: 20_000 }), patient());
  assert.equal(provider.contextTokens?.("wire/test-model"), 9000);
});
