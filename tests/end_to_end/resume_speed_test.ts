// A finished run of 10,000 agents answers from its journal alone, and fast.
import assert from "node:assert/strict";
import { Place } from "./odw_process.ts";
import { setPermits } from "./provider_permits.ts";
import { documentOf } from "./recorded_run.ts";

const AGENTS = 10_000;
/** The resume does all of the script's work and none of the provider's, which answers here faster than any real one. */
const MOST_SHARE = 0.5;

const SCRIPT = `export const meta = { name: "large", description: "${AGENTS} agents" };
const lengths = [];
for (let start = 0; start < ${AGENTS}; start += 2500) {
  const items = Array.from({ length: 2500 }, (_, index) => start + index);
  const answers = await parallel(items.map((item) => () => agent("item " + item)));
  lengths.push(answers.join(" ").length);
}
return lengths;`;

Deno.test("a finished run of 10,000 agents resumes without a request, in at most half of its own time", async () => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", {
    answer: ({ prompt }) => `answer to ${prompt}`,
    plainJson: true,
    delayMs: 50,
  }, {
    limits: { agents: AGENTS },
  });
  await setPermits(place, 64);
  await place.write("large.js", SCRIPT);
  const run = ["run", "large.js", "--concurrency", "64", "--output", "json"];
  const first = await timed(() => place.odw(run));
  assert.equal(first.ended.code, 0, first.ended.stderr);
  assert.equal(server.calls.length, AGENTS);
  const document = documentOf(first.ended);

  const second = await timed(() => place.odw(["resume", document.runId!, "--output", "json"]));
  assert.equal(second.ended.code, 0, second.ended.stderr);
  console.log(`resume_speed_test: run ${Math.round(first.ms)} ms, resume ${Math.round(second.ms)} ms`);
  assert.equal(server.calls.length, AGENTS);
  const resumed = documentOf(second.ended);
  assert.deepEqual(resumed.result, document.result);
  assert.equal(resumed.census.cached, AGENTS);
  assert.deepEqual(resumed.usage, { ...document.usage, cachedAgents: AGENTS });
  assert.ok(second.ms <= first.ms * MOST_SHARE, `${second.ms} ms after ${first.ms} ms`);
});

async function timed<T>(work: () => Promise<T>): Promise<{ ended: T; ms: number }> {
  const startedAt = performance.now();
  const ended = await work();
  return { ended, ms: performance.now() - startedAt };
}
