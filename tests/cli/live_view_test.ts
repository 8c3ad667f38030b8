// Promises of the live view, seen through a tiny terminal.
// deno-lint-ignore-file no-control-regex
import assert from "node:assert/strict";
import type { Event, EventBody } from "../../src/run.ts";
import { noUsage } from "../../src/provider.ts";
import { drawFrame } from "../../src/cli/live/frame.ts";
import { openLiveView } from "../../src/cli/live/live_view.ts";
import { RunProgress } from "../../src/cli/live/run_progress.ts";
import { plainStyle } from "../../src/cli/style.ts";
import { widthOf } from "../../src/cli/text_width.ts";
import { createFakeEngine, eventsOf, runRecord } from "./fake_engine.ts";
import { cli, fakeWorld, type FakeWorldOptions } from "./fake_world.ts";
import { Terminal } from "./terminal_emulator.ts";

const RUN = { id: "01JD0000000000000000000001", name: "deep 研究 run" };

function started(step: string, label: string, phase?: string): EventBody {
  return {
    type: "step_started",
    step,
    request: { prompt: "" },
    handling: { label, ...(phase ? { phase } : {}) },
    model: "anthropic/claude-sonnet-5-5",
  };
}

function completed(step: string): EventBody {
  const usage = { ...noUsage(), inputTokens: 1000, outputTokens: 50 };
  return { type: "step_completed", step, value: null, model: "m", attempts: 1, usage, costUsd: 0.01, durationMs: 5 };
}

/** 5,000 agents in 40 phases: 4,000 done, 100 failed, 900 at work. */
function bigRun(): Event[] {
  const bodies: EventBody[] = [];
  for (let i = 0; i < 5000; i++) {
    bodies.push(
      started(`s${i}`, `レビュー 👩‍💻 src/module_${i}/file\n\x1b[31m${i}.ts`, `Phase ${i % 40} with a rather long title`),
    );
    if (i < 4000) bodies.push(completed(`s${i}`));
    else if (i < 4100) bodies.push({ type: "step_skipped", step: `s${i}` });
  }
  for (let i = 0; i < 100; i++) {
    bodies.push({ type: "failure_recorded", failure: { label: `f${i}`, phase: null, reason: "x\x07y ".repeat(50) } });
  }
  bodies.push({ type: "log_written", level: "info", message: "日本語 ".repeat(100) });
  return eventsOf(bodies);
}

Deno.test("a frame fits the terminal at every width and height, with 5,000 agents and wide characters", () => {
  const progress = new RunProgress(RUN);
  for (const event of bigRun()) progress.add(event);
  assert.equal(progress.total.done, 4000);
  assert.equal(progress.total.running, 900);
  for (const columns of [1, 8, 20, 40, 60, 80, 200]) {
    for (const rows of [1, 2, 3, 5, 10, 24, 60]) {
      const lines = drawFrame(progress, { columns, rows }, { elapsedMs: 64_000, now: 0, style: plainStyle });
      assert.ok(lines.length <= Math.max(1, rows - 1), `${lines.length} lines on ${rows} rows`);
      for (const line of lines) assert.ok(widthOf(line) <= Math.max(1, columns - 1), `${columns}: ${line}`);
      assert.doesNotMatch(lines.join(""), /[\x00-\x1f\x7f]/);
    }
  }
});

Deno.test("an event costs the same after 50,000 agents as at the start", () => {
  const progress = new RunProgress(RUN);
  for (let i = 0; i < 50_000; i++) progress.add(...eventsOf([started(`s${i}`, "x", `phase ${i}`)]) as [Event]);
  const before = performance.now();
  for (let i = 0; i < 50_000; i++) progress.add(...eventsOf([completed(`s${i}`)]) as [Event]);
  assert.ok(performance.now() - before < 2000);
  assert.equal(progress.total.done, 50_000);
});

Deno.test("counts follow queue, start, retry, end and replay of a step", () => {
  const progress = new RunProgress(RUN);
  const events = eventsOf([
    { type: "phase_started", title: "A" },
    { type: "step_queued", step: "1", label: "one", phase: "A" },
    { type: "step_queued", step: "2", label: "two" },
    started("1", "one", "A"),
    { type: "step_retried", step: "1", attempt: 1, reason: "overloaded", waitMs: 1 },
    { type: "step_replayed", step: "3", phase: "A" },
  ]);
  for (const event of events) progress.add(event);
  assert.deepEqual(progress.phases, [{
    title: "A",
    running: 1,
    waiting: 1,
    done: 0,
    failed: 0,
    skipped: 0,
    cached: 1,
  }]);
  assert.equal(progress.running.get("1")?.retry, "overloaded");
  for (const event of eventsOf([completed("1")])) progress.add(event);
  assert.deepEqual(progress.total, { running: 0, waiting: 1, done: 1, failed: 0, skipped: 0, cached: 1 });
});

function viewAt(options: FakeWorldOptions) {
  const world = fakeWorld({ ...options, stderrIsTerminal: true });
  const view = openLiveView(RUN, world, world.now());
  const terminal = new Terminal(options.columns ?? 80);
  let seen = 0;
  const screen = async () => {
    await Promise.resolve();
    await Promise.resolve();
    terminal.write(world.stderr.text.slice(seen).replaceAll(/\x1b\[\d+m/g, ""));
    seen = world.stderr.text.length;
    return terminal.screen();
  };
  const tick = async (ms: number) => {
    await new Promise((resolve) => setTimeout(resolve, 0));
    world.tick(ms);
    return await screen();
  };
  return { world, view, terminal, screen, tick };
}

for (const columns of [20, 80, 200]) {
  Deno.test(`the view draws over itself at ${columns} columns and leaves an empty screen`, async () => {
    const { view, terminal, tick, screen } = viewAt({ columns, rows: 24 });
    const events = bigRun();
    for (let i = 0; i < events.length; i += 1000) {
      view.add(events.slice(i, i + 1000));
      const lines = await tick(100);
      assert.ok(lines.length <= 23);
      assert.equal(lines.filter((line) => line.startsWith("deep 研究")).length, 1, lines.join("\n"));
    }
    await view.close();
    assert.deepEqual(await screen(), []);
    assert.equal(terminal.wraps, 0);
  });
}

Deno.test("the view shows phases, agents at work, tokens, cost, the last log line and failures", async () => {
  const { view, tick } = viewAt({ columns: 80 });
  view.add(eventsOf([
    { type: "phase_started", title: "Scan" },
    started("1", "list files", "Scan"),
    completed("1"),
    { type: "phase_started", title: "Review" },
    started("2", "review a.ts", "Review"),
    { type: "log_written", level: "info", message: "found 12 files" },
    { type: "failure_recorded", failure: { label: "review b.ts", phase: "Review", reason: "refused" } },
  ]));
  const screen = (await tick(61_000)).join("\n");
  assert.match(screen, /^deep 研究 run .* 1m 01s$/m);
  assert.match(screen, /^✓ Scan +1 done$/m);
  assert.match(screen, /^● Review +1 running$/m);
  assert.match(screen, /^ {4}review a\.ts +anthropic\/claude-sonnet-5-5 .*\ds$/m);
  assert.match(screen, /^✗ review b\.ts failed: refused$/m);
  assert.match(screen, /^· found 12 files$/m);
  assert.match(screen, /^1 running · 1 done · 1\.0k in 50 out tokens · cost \$0\.0100$/m);
});

Deno.test("the view writes nothing when nothing has changed", async () => {
  const { world, tick } = viewAt({ columns: 80 });
  await tick(60_000);
  const before = world.stderr.text.length;
  await tick(0);
  await tick(0);
  assert.equal(world.stderr.text.length, before);
});

Deno.test("a terminal that cannot keep up misses frames and gets no queue of them", async () => {
  const world = fakeWorld({ stderrIsTerminal: true });
  const slow = Promise.withResolvers<void>();
  let writes = 0;
  world.stderr.write = () => (writes++, slow.promise);
  const view = openLiveView(RUN, world, world.now());
  for (let i = 0; i < 50; i++) world.tick(1000);
  assert.equal(writes, 1);
  slow.resolve();
  await view.close();
});

Deno.test("a narrower terminal is cleared of the lines that it wrapped", async () => {
  const { world, view, tick, screen } = viewAt({ columns: 80 });
  view.add(eventsOf([started("1", "a long label ".repeat(5), "Review")]));
  await tick(100);
  await new Promise((resolve) => setTimeout(resolve, 0));
  const before = world.stderr.text.length;
  world.stderr.resize(30, 24);
  // 3 of 4 lines are 79 wide: on 30 columns they take 3 rows each.
  assert.match(world.stderr.text.slice(before), /^\r\x1b\[\dA/);
  const up = Number(/\x1b\[(\d+)A/.exec(world.stderr.text.slice(before))?.[1]);
  assert.ok(up > 3, `went up ${up}`);
  await screen();
  await view.close();
});

Deno.test("on a terminal a run leaves its result and a summary, and nothing of the view", async () => {
  const events = [started("1", "one", "Scan"), completed("1")];
  const failures = Array.from({ length: 12 }, (_, i) => ({ label: `f${i}`, phase: null, reason: "refused" }));
  const engine = createFakeEngine({ events, record: { failures, result: "the answer" } });
  const { out, err } = await cli(["run", "a.js"], {
    engine,
    files: { "/project/a.js": "x" },
    stderrIsTerminal: true,
    columns: 80,
  });
  const terminal = new Terminal(200);
  terminal.write(err.replaceAll(/\x1b\[\d+m/g, ""));
  const screen = terminal.screen();
  assert.equal(out, "the answer\n");
  assert.deepEqual(screen.slice(0, 2), ["✗ f0 failed: refused", "✗ f1 failed: refused"]);
  assert.match(screen[10] ?? "", /2 more failures; see odw show/);
  assert.match(screen[11] ?? "", /^completed with 12 failures · 3 agents done · .* · run /);
  assert.equal(screen.length, 12);
});

Deno.test("NO_COLOR takes the colours, TERM=dumb the view, and both keep the words", async () => {
  const run = (env: Record<string, string>) => {
    const engine = createFakeEngine({ events: [started("1", "one", "Scan")], record: runRecord() });
    return cli(["run", "a.js"], { engine, env, files: { "/project/a.js": "x" }, stderrIsTerminal: true });
  };
  assert.match((await run({})).err, /\x1b\[32mcompleted\x1b\[39m/);
  const noColour = (await run({ NO_COLOR: "1" })).err;
  assert.doesNotMatch(noColour, /\x1b\[\d+m/);
  assert.match(noColour, /\x1b\[J/);
  const dumb = (await run({ TERM: "dumb" })).err;
  assert.equal(dumb.includes("\x1b"), false);
  assert.match(dumb, /completed · /);
});

Deno.test("events on a terminal's stdout are not mixed with a view", async () => {
  const engine = createFakeEngine({ events: [{ type: "run_started" }] });
  const files = { "/project/a.js": "x" };
  const { err } = await cli(["run", "a.js", "--output", "stream-json"], {
    engine,
    files,
    stderrIsTerminal: true,
    stdoutIsTerminal: true,
    env: { NO_COLOR: "1" },
  });
  assert.match(err, /^completed · [^\n]*\n$/);
});
