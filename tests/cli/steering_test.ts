// Promises of pause, cancel, skip, respond, watch and wait.
import assert from "node:assert/strict";
import { runCli } from "../../src/cli/cli.ts";
import { noUsage } from "../../src/provider.ts";
import type { RunRecord } from "../../src/run.ts";
import { createFakeEngine, RUN_ID, runRecord } from "./fake_engine.ts";
import { cli, fakeWorld, settle } from "./fake_world.ts";

for (const argv of [["pause"], ["cancel"], ["skip", "last"], ["respond", "last"], ["wait"], ["watch"]]) {
  Deno.test(`${argv[0]} says which argument is missing, and exits 2`, async () => {
    const { code, err } = await cli(argv);
    assert.equal(code, 2);
    assert.match(err, new RegExp(`missing required argument '\\w+'; see odw ${argv[0]} --help`));
  });
}

for (
  const argv of [["pause", "x"], ["cancel", "x"], ["skip", "x", "s"], ["respond", "x", "a"], ["wait", "x"], [
    "watch",
    "x",
  ]]
) {
  Deno.test(`${argv[0]} of an unknown run exits 2, and steers nothing`, async () => {
    const engine = createFakeEngine();
    const { code, err } = await cli(argv, { engine });
    assert.equal(code, 2);
    assert.match(err, /there is no run "x"/);
    assert.deepEqual([...engine.asked, ...engine.cancelled], []);
  });
}

Deno.test("pause, skip and respond reach the run without network, and say what follows", async () => {
  const engine = createFakeEngine({ record: { status: "running" } });
  const paused = await cli(["pause", "01JD"], { engine });
  assert.match(paused.err, new RegExp(`running agents finish first; go on with: odw resume ${RUN_ID}\n$`));
  assert.deepEqual(paused.world.connections[0]?.need, { providers: false });
  const skipped = await cli(["skip", "last", "review\x1b a.ts"], { engine });
  assert.match(skipped.err, /its call returns null\n$/);
  assert.equal(skipped.err.includes("\x1b"), false);
  assert.match(
    (await cli(["respond", "last", "yes,", "please"], { engine })).err,
    new RegExp(`^answered run ${RUN_ID}\n$`),
  );
  assert.deepEqual(engine.asked, [
    ["pause", RUN_ID],
    ["skip", RUN_ID, "review\x1b a.ts"],
    ["respond", RUN_ID, "yes, please"],
  ]);
});

Deno.test("respond to a run that nobody works on says how to go on", async () => {
  const engine = createFakeEngine({ record: { status: "paused", reason: "the question is answered" } });
  const { err } = await cli(["respond", "last", "yes"], { engine });
  assert.equal(err, `answered run ${RUN_ID}; go on with: odw resume ${RUN_ID}\n`);
});

Deno.test("cancel returns when the run has stopped, and says how to go on", async () => {
  const engine = createFakeEngine({ runsUntilCancelled: true });
  const { code, err } = await cli(["cancel", "last"], { engine });
  assert.equal(code, 0);
  assert.deepEqual(engine.cancelled, [RUN_ID]);
  assert.match(err, new RegExp(`run ${RUN_ID} is cancelled; .*odw resume ${RUN_ID}\n$`));
});

const OTHERS: RunRecord[] = [
  runRecord({ id: "b", status: "paused", reason: "quota" }),
  runRecord({ id: "c", status: "failed", error: { name: "E", message: "x" } }),
  runRecord({ id: "d", failedAgents: 1 }),
];

const WAITS: [argv: string[], code: number][] = [
  [["last"], 0],
  [["b"], 3],
  [["last", "b", "last"], 3],
  [["b", "c", "last"], 1],
  [["d"], 0],
  [["--strict", "d"], 4],
  [["--strict", "d", "b"], 3],
];

for (const [argv, code] of WAITS) {
  Deno.test(`wait ${argv.join(" ")} exits ${code}: the worst of its runs`, async () => {
    assert.equal((await cli(["wait", ...argv], { engine: createFakeEngine({ others: OTHERS }) })).code, code);
  });
}

Deno.test("wait leaves the runs alone at Ctrl-C", async () => {
  const engine = createFakeEngine({ neverEnds: true });
  const world = fakeWorld({ engine });
  const code = runCli(["wait", "last"], world);
  await settle();
  world.interrupt();
  assert.equal(await code, 130);
  assert.deepEqual(engine.cancelled, []);
  assert.match(world.stderr.text, /stopped waiting; the runs go on/);
});

Deno.test("watch prints plain lines without a terminal, then the summary, and nothing on stdout", async () => {
  const usage = noUsage();
  const engine = createFakeEngine({
    events: [
      { type: "phase_started", title: "Scan" },
      { type: "step_started", step: "a#1", request: { prompt: "" }, handling: { label: "scan\x1b a" }, model: "m" },
      { type: "step_completed", step: "a#1", value: "", model: "m", attempts: 1, usage, costUsd: 0, durationMs: 100 },
    ],
  });
  const { code, out, err } = await cli(["watch", "last"], { engine });
  assert.deepEqual({ code, out }, { code: 0, out: "" });
  assert.match(
    err,
    /^run \S+: review\nphase: Scan\n\[scan␛ a\] started \(m\)\n\[scan␛ a\] completed after 0\.1s, .*\ncompleted · /,
  );
});

Deno.test("watch counts its live clock from the run's start, and leaves the run alone at Ctrl-C", async () => {
  const engine = createFakeEngine({
    neverEnds: true,
    record: { status: "running", startedAt: "2026-11-22T09:58:00.000Z" },
  });
  const world = fakeWorld({ engine, stderrIsTerminal: true });
  const code = runCli(["watch", "last"], world);
  await settle();
  assert.match(world.stderr.text, /2m 00s/);
  world.interrupt();
  assert.equal(await code, 0);
  assert.deepEqual(engine.cancelled, []);
  assert.match(world.stderr.text, /left run \S+ alone; odw watch \S+ shows it again\n$/);
});
