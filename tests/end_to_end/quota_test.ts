// A provider that says no for good: nothing more is sent there, and the run stands still instead of failing a thousand times.
import assert from "node:assert/strict";
import type { WireAnswer, WireCall } from "../wire_server.ts";
import { Place } from "./odw_process.ts";
import { documentOf, listedStatus, recordOf, resultOf } from "./recorded_run.ts";

const AGENTS = 1000;
const CONCURRENCY = 16;
const ANSWERED = 50;
/** A reset time is rounded to whole milliseconds, and timers may fire a little early. */
const CLOCK_MS = 20;

const SCRIPT = `export const meta = { name: "thousand", description: "1000 agents" };
const answers = await parallel(Array.from({ length: ${AGENTS} }, (_, index) => () => agent("item " + index)));
return answers.filter((answer) => answer !== null).length;`;

const INSUFFICIENT = {
  error: { message: "You exceeded your current quota", type: "insufficient_quota", code: "insufficient_quota" },
};
const RESET_AT = "2031-02-03T00:00:00.000Z";
const SPENT = {
  type: "error",
  error: {
    type: "invalid_request_error",
    message: "You have reached your specified API usage limits. You will regain access on 2031-02-03 at 00:00 UTC.",
  },
};

/** Refuses from the call `ANSWERED` on, after a pause in which others may arrive. */
function refusing(
  refusal: WireAnswer,
): { answer: (call: WireCall) => Promise<WireAnswer>; refused: () => number; mend: () => void } {
  let refused = 0;
  let isMended = false;
  return {
    answer: async ({ prompt, index }) => {
      await Promise.resolve();
      if (isMended || index < ANSWERED) return `answer to ${prompt}`;
      refused++;
      return refusal;
    },
    refused: () => refused,
    mend: () => isMended = true,
  };
}

const CASES: [string, string, WireAnswer, RegExp, string | null][] = [
  ["a quota that is used up", "openai-chat", { status: 429, body: INSUFFICIENT }, /quota/i, null],
  ["a quota with its reset time", "anthropic-messages", { status: 400, body: SPENT }, /usage limits|quota/i, RESET_AT],
  [
    "a key that became invalid",
    "openai-chat",
    { status: 401, body: { error: { message: "bad key" } } },
    /bad key/,
    null,
  ],
];

for (const [name, api, refusal, reason, resetAt] of CASES) {
  Deno.test(`${name} costs at most the calls in flight, and pauses the run with its reason`, async () => {
    await using place = await Place.make();
    const provider = refusing(refusal);
    await using server = await place.serve(api, { answer: provider.answer });
    await place.write("thousand.js", SCRIPT);
    const ended = await place.odw(["run", "thousand.js", "--output", "json"]);
    assert.equal(ended.code, 3, ended.stderr);
    assert.ok(provider.refused() >= 1 && provider.refused() <= CONCURRENCY, `${provider.refused()} were refused`);
    assert.ok(server.calls.length <= ANSWERED + CONCURRENCY, `${server.calls.length} requests`);
    const { runId, status } = documentOf(ended);
    assert.equal(status, "paused");
    assert.match(ended.stderr, reason);
    assert.match(ended.stderr, new RegExp(`odw resume ${runId}`));
    const record = await recordOf(place, runId!);
    assert.match(record.reason ?? "", reason);
    assert.equal(record.resumesAt, resetAt);
    if (resetAt) assert.match(ended.stderr, /2031/);
    assert.equal(await listedStatus(place, runId!), "paused");

    provider.mend();
    assert.equal(resultOf(await place.odw(["resume", runId!, "--output", "json"])), AGENTS);
    assert.equal(server.calls.length, AGENTS + provider.refused());
  });
}

Deno.test("with --wait a run goes on by itself at the reset time, and not before", async () => {
  await using place = await Place.make();
  const waitMs = 2000;
  let refusedAt = 0;
  const late: number[] = [];
  await using server = await place.serve("openai-chat", {
    answer: ({ prompt, index }) => {
      if (index === ANSWERED) {
        refusedAt = performance.now();
        return { status: 429, headers: { "retry-after": String(waitMs / 1000) }, body: INSUFFICIENT };
      }
      if (index > ANSWERED + CONCURRENCY) late.push(performance.now());
      return `answer to ${prompt}`;
    },
  });
  await place.write("thousand.js", SCRIPT);
  const ended = await place.odw(["run", "thousand.js", "--wait", "--output", "json"]);
  assert.equal(resultOf(ended), AGENTS);
  assert.equal(server.calls.length, AGENTS + 1);
  assert.ok(late[0]! - refusedAt >= waitMs - CLOCK_MS, `went on after ${late[0]! - refusedAt} ms`);
});

Deno.test("a fallback model takes over when the user allowed it", async () => {
  await using place = await Place.make();
  const provider = refusing({ status: 429, body: INSUFFICIENT });
  await using first = await place.serve("openai-chat", { answer: provider.answer });
  await using second = await place.serve("openai-chat", { answer: ({ prompt }) => `second answer to ${prompt}` });
  const of = (url: string) => ({ api: "openai-chat", baseUrl: `${url}/v1`, apiKey: "k" });
  await place.configure({
    providers: { one: of(first.url), two: of(second.url) },
    models: { default: "one/m", fallback: "two/m" },
  });
  await place.write("thousand.js", SCRIPT);
  const ended = await place.odw(["run", "thousand.js", "--output", "json"]);
  assert.equal(resultOf(ended), AGENTS);
  assert.ok(first.calls.length <= ANSWERED + CONCURRENCY, `${first.calls.length} requests`);
  assert.equal(second.calls.length, AGENTS - ANSWERED);
});
