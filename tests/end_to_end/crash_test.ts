// Thirty deaths: runs that are killed with SIGKILL at random moments lose nothing and pay for nothing twice.
import assert from "node:assert/strict";
import type { WireAnswer, WireCall, WireServer } from "../wire_server.ts";
import { Arrivals } from "./arrivals.ts";
import { HeldAnswers } from "./held_answers.ts";
import { hashed } from "./hashed_answer.ts";
import { Place } from "./odw_process.ts";
import { completedPrompts, documentOf, journalOf, recordOf, resultOf, untilInterrupted } from "./recorded_run.ts";
import { type SeededRandom, seededRandom } from "./seeded_random.ts";
import { StartedRun } from "./started_run.ts";

const RUNS = 10;
const KILLS_OF_A_RUN = 3;
const CONCURRENCY = 8;
const AGENTS = 200;
/** Milliseconds that an answer takes. */
const FASTEST = 10;
const SLOWEST = 60;
/** Some kills hit the process while it starts. */
const EARLY_SHARE = 0.2;
const EARLY_MS = 250;

/** Every prompt names its run, and no answer depends on that name. */
const PIPELINE = `export const meta = { name: "pipeline", description: "200 agents in two stages" };
const items = Array.from({ length: ${AGENTS / 2} }, (_, index) => index);
const schema = { type: "object", properties: { verdict: { type: "string" } }, required: ["verdict"] };
const judged = await pipeline(
  items,
  (item) => agent(\`read \${item} (\${args.tag})\`, { label: \`read \${item}\`, phase: "Read" }),
  (note, item) => agent(\`judge \${item}: \${note} (\${args.tag})\`, { schema, phase: "Judge" }),
);
return { count: judged.length, judged };
`;

interface Scene {
  place: Place;
  server: WireServer;
  arrivals: Map<string, Arrivals>;
  random: SeededRandom;
}

Deno.test("a pipeline of 200 agents killed 30 times gives the result of an undisturbed run and repeats no completed call", async () => {
  const random = seededRandom("crash_test");
  const delays = random.fork("delays");
  const arrivals = new Map<string, Arrivals>();
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", {
    answer: async (call) => {
      arrivals.get(tagOf(call.prompt))?.add();
      await passed(delays.between(FASTEST, SLOWEST));
      return answerOf(call);
    },
  });
  await place.write("pipeline.js", PIPELINE);
  const calm = resultOf(await place.odw(["run", "pipeline.js", "--arg", "tag=calm", "--output", "json"]));
  assert.equal(server.calls.length, AGENTS);

  const tags = Array.from({ length: RUNS }, (_, index) => `run-${index}`);
  for (const tag of tags) arrivals.set(tag, new Arrivals());
  const survivors = await Promise.allSettled(
    tags.map((tag) => survive(tag, { place, server, arrivals, random: random.fork(tag) })),
  );
  for (const survivor of survivors) {
    if (survivor.status === "rejected") throw survivor.reason;
    assert.deepEqual(survivor.value.result, calm);
  }
  const repeats = server.calls.length - AGENTS * (RUNS + 1);
  console.log(`crash_test: ${RUNS * KILLS_OF_A_RUN} kills, ${repeats} calls in flight were repeated`);
  assert.ok(repeats <= RUNS * KILLS_OF_A_RUN * CONCURRENCY);
});

/** Starts a run, kills and resumes it, and lets it end. What was in the journal at each kill is never asked again. */
async function survive(tag: string, scene: Scene): Promise<{ result: unknown }> {
  const { place, server, random } = scene;
  const start = ["run", "pipeline.js", "--arg", `tag=${tag}`, "--concurrency", String(CONCURRENCY)];
  await using processes = new AsyncDisposableStack();
  let run = processes.use(new StartedRun(place, start));
  const id = await run.id;
  let completed = new Set<string>();
  for (let kills = 0; kills < KILLS_OF_A_RUN; kills++) {
    const mark = server.calls.length;
    await randomMoment(run, { tag, remaining: AGENTS - completed.size, isResumed: kills > 0 }, scene);
    await run.kill();
    // A resume waits by itself for the end of a dead owner's lease.
    if (random.next() < 0.5) await untilInterrupted(place, id);
    const asked = promptsSince(mark, tag, server);
    completed = assertPaidOnce(asked, completed, completedPrompts(await journalOf(place, id)), tag);
    run = processes.use(new StartedRun(place, ["resume", id]));
  }
  const mark = server.calls.length;
  const ended = await run.ended;
  assert.equal(ended.code, 0, ended.stderr);
  assertPaidOnce(promptsSince(mark, tag, server), completed, completedPrompts(await journalOf(place, id)), tag);
  const { status, result, census } = await recordOf(place, id);
  assert.equal(status, "completed");
  assert.equal(census.done, AGENTS);
  return { result };
}

/** A part of a run: nothing of `before` was asked again, nothing twice, and at most the calls in flight are not in the journal `now`. */
function assertPaidOnce(asked: string[], before: Set<string>, now: Set<string>, tag: string): Set<string> {
  assert.deepEqual(asked.filter((prompt) => before.has(prompt)), [], `${tag} asked again what was in the journal`);
  assert.equal(new Set(asked).size, asked.length, `${tag} asked twice in one part`);
  const lost = asked.filter((prompt) => !now.has(prompt));
  assert.ok(lost.length <= CONCURRENCY, `${tag}: ${lost.length} calls were asked and are not in the journal`);
  assert.deepEqual([...before].filter((prompt) => !now.has(prompt)), [], `${tag} lost a recorded step`);
  return now;
}

async function randomMoment(
  run: StartedRun,
  part: { tag: string; remaining: number; isResumed: boolean },
  { arrivals, random }: Scene,
): Promise<void> {
  const isEarly = part.isResumed && part.remaining > AGENTS / 2 && random.next() < EARLY_SHARE;
  if (isEarly) return await passed(random.between(0, EARLY_MS));
  const seen = arrivals.get(part.tag) ?? assert.fail();
  const moment = seen.reach(seen.count + random.between(1, Math.ceil(part.remaining * 0.7)));
  const end = run.ended.then(({ stderr }) => assert.fail(`${part.tag} ended before it was killed: ${stderr}`));
  await Promise.race([moment, end]);
  await passed(random.between(0, FASTEST));
}

function promptsSince(mark: number, tag: string, server: WireServer): string[] {
  return server.calls.slice(mark).map(({ prompt }) => prompt).filter((prompt) => tagOf(prompt) === tag);
}

function tagOf(prompt: string): string {
  return prompt.match(/\(([^)]*)\)$/)?.[1] ?? "";
}

function answerOf({ prompt }: WireCall): WireAnswer {
  const asked = prompt.replace(/ \([^)]*\)$/, "");
  return asked.startsWith("read") ? `note ${hashed(asked)}` : { json: { verdict: hashed(asked) } };
}

/** How long a server thinks, and where in a run the kill falls. */
function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

Deno.test("five identical calls are five calls, and a kill leaves the three that were answered in their places", async () => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", {
    answer: async ({ index }) => {
      if (index === 3 || index === 4) await held.hold();
      return `answer ${index}`;
    },
  });
  using held = new HeldAnswers();
  await place.write(
    "same.js",
    `export const meta = { name: "same", description: "d" };
return await parallel([1, 2, 3, 4, 5].map(() => () => agent("the same")));`,
  );
  await using run = new StartedRun(place, ["run", "same.js", "--concurrency", "5"]);
  await held.asked.reach(2);
  const steps = new Map<string, unknown>();
  for (let count = 0; count < 3; count++) {
    const { step, value } = await run.until("step_completed", (event) => !steps.has(event.step));
    steps.set(step, value);
  }
  await run.kill();
  held.release();
  const id = await run.id;
  await untilInterrupted(place, id);
  const document = documentOf(await place.odw(["resume", id, "--output", "json"]));
  assert.equal(document.status, "completed");
  assert.equal(server.calls.length, 7);
  const answers = document.result as string[];
  assert.deepEqual([...answers].sort(), ["answer 0", "answer 1", "answer 2", "answer 5", "answer 6"]);
  for (const [step, value] of steps) assert.equal(answers[Number(step.split("#")[1]) - 1], value);
});
