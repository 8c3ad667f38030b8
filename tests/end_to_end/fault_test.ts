// A provider that fails every fifth request in every way: all agents end done or explained, and none is paid for twice.
import assert from "node:assert/strict";
import { type Fault, faultAnswer, FAULTS, RETRY_AFTER_MS } from "../fault_server.ts";
import type { WireAnswer, WireCall } from "../wire_server.ts";
import { Place } from "./odw_process.ts";
import { setPermits } from "./provider_permits.ts";
import { documentOf, recordOf } from "./recorded_run.ts";
import { type SeededRandom, seededRandom } from "./seeded_random.ts";

const AGENTS = 1000;
const FAULT_SHARE = 0.2;
/** Agents that never get an answer: two for each fault. */
const DOOMED = 2 * FAULTS.length;
const RETRIES = 3;
const STALL_ATTEMPTS = 3;
/** Every fourth agent has a time limit; only these meet streams that never end, which nothing else stops. */
const TIMED_EVERY = 4;
const TIMEOUT_MS = 2500;
/** Timers may fire this much early. */
const TIMER_MS = 5;

const SCRIPT = `export const meta = { name: "weather", description: "1000 agents on a bad day" };
const items = Array.from({ length: ${AGENTS} }, (_, index) => index);
const limit = (item) => item % ${TIMED_EVERY} === 0 ? { timeoutMs: ${TIMEOUT_MS} } : {};
return await parallel(items.map((item) => () => agent("item " + item, { label: "item " + item, ...limit(item) })));`;

type Dealt = Fault | "answer";

interface Deal {
  dealt: Dealt;
  arrivedAt: number;
  repliedAt: number;
}

Deno.test("1000 agents of a provider that fails every fifth request end done or explained, within the retry policy", async () => {
  const dealer = new Dealer(seededRandom("fault_test"));
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", { answer: (call) => dealer.deal(call) }, {
    agent: { retries: RETRIES, stallAttempts: STALL_ATTEMPTS, stallMs: 600, warmCache: false },
    limits: { concurrency: 128 },
  });
  await setPermits(place, 128);
  await place.write("weather.js", SCRIPT);
  const document = documentOf(await place.odw(["run", "weather.js", "--output", "json"]));
  assert.equal(document.status, "completed");
  const results = document.result as (string | null)[];
  assert.equal(results.length, AGENTS);
  const failed = results.flatMap((answer, item) => answer === null ? [`item ${item}`] : []);
  console.log(`fault_test: ${server.calls.length} requests, ${failed.length} agents failed`);

  // An agent that was silent to its end throws, so parallel() tells of it.
  const labelled = document.failures.map(({ label, reason }): [string, string] => [
    label.replace(/^parallel\[(\d+)\]$/, "item $1"),
    reason,
  ]);
  const reasons = new Map(labelled);
  assert.deepEqual([...reasons.keys()].sort(), [...failed].sort(), "every failed agent has its line, and only those");
  for (const reason of reasons.values()) assert.ok(reason.length > 10, reason);
  assert.equal(document.census.done, AGENTS - failed.length);
  assert.equal(document.census.failed, failed.length);
  results.forEach((answer, item) => dealer.check(`item ${item}`, answer));

  dealer.isHealthy = true;
  const before = server.calls.length;
  const second = documentOf(await place.odw(["resume", document.runId!, "--output", "json"]));
  assert.deepEqual(second.result, results.map((_, item) => answerTo(`item ${item}`)));
  assert.deepEqual(server.calls.slice(before).map(({ prompt }) => prompt).sort(), [...failed].sort());
  const { failures } = await recordOf(place, document.runId!);
  assert.deepEqual(failures, []);
});

/** Answers or fails by chance, and remembers what each prompt was dealt. */
class Dealer {
  isHealthy = false;
  readonly #random: SeededRandom;
  readonly #deals = new Map<string, Deal[]>();

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  deal({ prompt }: WireCall): WireAnswer {
    const dealt = this.isHealthy ? "answer" : this.#choose(prompt);
    const now = performance.now();
    const deals = this.#deals.get(prompt) ?? [];
    this.#deals.set(prompt, [...deals, { dealt, arrivedAt: now, repliedAt: now }]);
    return dealt === "answer" ? answerTo(prompt) : faultAnswer(dealt);
  }

  /** That the program kept the policy for this prompt, and that `answer` is what came of it. */
  check(prompt: string, answer: string | null): void {
    const deals = this.#deals.get(prompt) ?? [];
    const kinds = deals.map(({ dealt }) => dealt);
    const told = `${prompt} was dealt ${kinds.join(", ")}`;
    assert.ok(kinds.length >= 1, told);
    assert.ok(!kinds.slice(0, -1).includes("answer"), `${told}: asked again after an answer`);
    const silences = kinds.filter((kind) => kind === "silence").length;
    assert.ok(silences <= STALL_ATTEMPTS, `${told}: more than ${STALL_ATTEMPTS} stalls`);
    assert.ok(kinds.length - silences <= 1 + RETRIES, `${told}: more than ${RETRIES} retries`);
    deals.forEach(({ dealt, repliedAt }, index) => {
      const next = deals[index + 1];
      if (dealt !== "rate limit" || !next) return;
      const waitedMs = next.arrivedAt - repliedAt;
      assert.ok(waitedMs >= RETRY_AFTER_MS - TIMER_MS, `${told}: came back after ${waitedMs} ms`);
    });
    assert.equal(answer, kinds.at(-1) === "answer" ? answerTo(prompt) : null, told);
    if (answer === null && !isTimed(prompt)) this.#checkGivenUp(kinds, told);
  }

  /** Nobody gives up early: the retries or the stalls were used up. */
  #checkGivenUp(kinds: Dealt[], told: string): void {
    const silences = kinds.filter((kind) => kind === "silence").length;
    const isUsedUp = silences === STALL_ATTEMPTS || kinds.length - silences === 1 + RETRIES;
    assert.ok(isUsedUp, `${told}: given up too early`);
  }

  #choose(prompt: string): Dealt {
    const every = Math.floor(AGENTS / DOOMED);
    const item = itemOf(prompt);
    if (item % every === 8) return faultOf(prompt, Math.floor(item / every));
    if (this.#random.next() >= FAULT_SHARE) return "answer";
    return faultOf(prompt, this.#random.between(0, FAULTS.length - 1));
  }
}

function faultOf(prompt: string, choice: number): Fault {
  const fault = FAULTS[choice % FAULTS.length]!;
  return fault === "endless stream" && !isTimed(prompt) ? "half answer" : fault;
}

function itemOf(prompt: string): number {
  return Number(prompt.replace("item ", ""));
}

function isTimed(prompt: string): boolean {
  return itemOf(prompt) % TIMED_EVERY === 0;
}

function answerTo(prompt: string): string {
  return `answer to ${prompt}`;
}
