// Calls that start together learn together what a server refuses, and none of them fails by it.
import assert from "node:assert/strict";
import { openProvider } from "../../src/provider/open.ts";
import { startWireServer, type WireCall, wireProvider } from "../wire_server.ts";
import { asked, patient, settingsWith } from "./settings.ts";

const CALLS = 8;
const refusal = (message: string) => ({ status: 400, body: { error: { message, type: "invalid_request_error" } } });

/** Holds every first request back until all of the calls have sent theirs. */
function together(): (call: WireCall) => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  return async ({ index }) => {
    if (index === CALLS - 1) resolve();
    await promise;
  };
}

Deno.test("a parameter that a 400 names is left out by every call of a fan-out that had sent it", async () => {
  const gathered = together();
  await using server = startWireServer({
    async answer(call) {
      await gathered(call);
      return "temperature" in call.body ? refusal("temperature is not supported with this model") : "ok";
    },
  });
  const provider = openProvider(settingsWith([wireProvider(server, "openai-chat")]));
  const requests = Array.from({ length: CALLS }, (_, index) => asked(`p${index}`, { temperature: 0.2 }));
  const answers = await Promise.all(requests.map((request) => provider.generate(request, patient())));
  assert.deepEqual(answers.map(({ text }) => text), requests.map(() => "ok"));
  assert.equal(server.calls.length, 2 * CALLS);
});

Deno.test("a limit of output that a refusal names is kept by every call of a fan-out that was above it", async () => {
  const gathered = together();
  await using server = startWireServer({
    async answer(call) {
      await gathered(call);
      return Number(call.body.max_tokens) > 4096
        ? refusal("max_tokens: 16000 > 4096, which is the maximum allowed number of output tokens for test-model")
        : "ok";
    },
  });
  const provider = openProvider(settingsWith([wireProvider(server, "anthropic-messages")]));
  const requests = Array.from({ length: CALLS }, (_, index) => asked(`p${index}`));
  const answers = await Promise.all(requests.map((request) => provider.generate(request, patient())));
  assert.deepEqual(answers.map(({ text }) => text), requests.map(() => "ok"));
  assert.equal(server.calls.length, 2 * CALLS);
});
