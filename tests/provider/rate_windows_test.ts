// Rate windows that an answer's headers report as used up.
import assert from "node:assert/strict";
import { openProvider } from "../../src/provider/open.ts";
import { rateResetAt } from "../../src/provider/retry_hints.ts";
import { startWireServer, wireProvider } from "../wire_server.ts";
import { asked, patient, settingsWith } from "./settings.ts";

const NOW = Date.parse("2026-11-22T12:00:00Z");

Deno.test("headers without a window, with something left, without a reset, or from another vendor say nothing", () => {
  const cases: Record<string, string>[] = [
    {},
    { "x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": "6s" },
    { "x-ratelimit-remaining-requests": "0" },
    { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "soon" },
    { "anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": "2026-11-22T12:01:00Z" },
  ];
  for (const headers of cases) assert.equal(rateResetAt(new Headers(headers), "openai-chat", NOW), undefined);
  const past = {
    "anthropic-ratelimit-tokens-remaining": "0",
    "anthropic-ratelimit-tokens-reset": "2026-11-22T11:59:00Z",
  };
  assert.equal(rateResetAt(new Headers(past), "anthropic-messages", NOW), undefined);
});

Deno.test("of several used-up windows the one that opens last counts", () => {
  const headers = new Headers({
    "x-ratelimit-remaining-requests": "0",
    "x-ratelimit-reset-requests": "500ms",
    "x-ratelimit-remaining-tokens": "0",
    "x-ratelimit-reset-tokens": "1m30s",
  });
  assert.equal(rateResetAt(headers, "openai-responses", NOW), NOW + 90_000);
});

Deno.test("an answer carries the time at which its provider's used-up window opens", async () => {
  const resetAt = new Date(Date.now() + 3_600_000);
  const stream = (await import("../wire_reply.ts")).streamOf;
  await using server = startWireServer({
    answer: (call) => ({
      raw: [new Response(stream(call.api, { text: "ok" }, call)).text()],
      headers: {
        "anthropic-ratelimit-output-tokens-remaining": "0",
        "anthropic-ratelimit-output-tokens-reset": resetAt.toISOString(),
      },
    }),
  });
  const provider = openProvider(settingsWith([wireProvider(server, "anthropic-messages")]));
  const result = await provider.generate(asked("x"), patient());
  assert.equal(result.text, "ok");
  assert.ok(Math.abs((result.rateResetAt ?? 0) - resetAt.getTime()) < 50);
});
