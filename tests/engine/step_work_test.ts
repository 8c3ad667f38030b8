// Agents with tools and worktrees: what the journal keeps of them, and that no worktree is lost.
import assert from "node:assert/strict";
import type { Worktrees } from "../../src/worktree.ts";
import { denied, eventOf, namedWorktrees, run, script, toolBench } from "./tool_bench.ts";

const ISOLATED = `{ isolation: "worktree", tools: ["w"] }`;

Deno.test("every tool call stands in the journal with its input, outcome and the beginning of a long output", async () => {
  await using bench = await toolBench({
    async act({ work }) {
      const read = { call: "t1", name: "read_file", access: "read" as const, input: { path: "a.ts" } };
      const write = { call: "t2", name: "write_file", access: "write" as const, input: { path: "b.ts" } };
      await work.onToolStarted(read);
      work.onToolEnded(read, { result: { content: "x".repeat(20_000), isError: false }, durationMs: 2.4 });
      await work.onToolStarted(write);
      const kept = await bench.eventsOf(id(), "tool_started");
      work.onCompacted({ fromTokens: 900, toTokens: 300 });
      return kept.map(({ name }) => name);
    },
  });
  let runId = "";
  const id = () => runId;
  const engine = await bench.open();
  ({ id: runId } = await engine.start({ script: script(`return await agent("p", { tools: ["w"] });`) }));
  const { result } = await engine.outcome(runId);
  assert.deepEqual(result, ["read_file", "write_file"], "a writing call is on the disk before it begins");
  const [step] = await engine.steps(runId);
  assert.deepEqual(step?.toolCalls.map(({ call, name, isError, durationMs }) => [call, name, isError, durationMs]), [
    ["t1", "read_file", false, 2],
    ["t2", "write_file", null, null],
  ]);
  assert.equal(step?.toolCalls[0]?.output?.length, 8000);
  assert.equal((await bench.eventsOf(runId, "tool_ended"))[0]?.outputChars, 20_000);
  assert.equal((await bench.eventsOf(runId, "context_compacted"))[0]?.toTokens, 300);
});

Deno.test("an isolated agent works in its own worktree, and the step says where and what became of it", async () => {
  const log: string[] = [];
  await using bench = await toolBench({ act: ({ work }) => work.root, worktrees: namedWorktrees(log) });
  const engine = await bench.open();
  const { id, result } = await run(
    engine,
    `return [await agent("a", ${ISOLATED}), await agent("b", { tools: ["w"] })];`,
  );
  assert.deepEqual(result, ["/trees/1/sub", bench.home]);
  const steps = await engine.steps(id);
  assert.deepEqual(steps[0]?.worktree, {
    path: "/trees/1/sub",
    root: "/trees/1",
    branch: "odw/r/1",
    base: steps[0]?.id,
    isKept: true,
    changedFiles: 2,
  });
  assert.equal(steps[1]?.worktree, null);
  assert.deepEqual(log, ["create 1", "release 1"]);
});

Deno.test("`last` names the worktree of the newest run, and a deleted run's untouched worktrees are swept", async () => {
  const log: string[] = [];
  const diff = (ref: string) => Promise.resolve(`diff ${ref}`);
  const sweep = () => Promise.resolve(void log.push("sweep")).then(() => []);
  await using bench = await toolBench({ act: () => null, worktrees: { ...namedWorktrees(log), diff, sweep } });
  const engine = await bench.open();
  const { id } = await run(engine, "return 1;");
  assert.equal(await engine.worktreeDiff("last"), `diff ${id}`);
  assert.equal(await engine.worktreeDiff("odw/r/1"), "diff odw/r/1");
  await engine.deleteRun("last");
  assert.deepEqual(log, ["sweep"]);
});

Deno.test("a run says what its agents left that git does not show, and what went with a worktree", async () => {
  const log: string[] = [];
  const release = () => Promise.resolve({ isKept: true, changedFiles: 1, unseen: ["out/"] });
  const create: Worktrees["create"] = async (owner) => ({
    ...await namedWorktrees(log).create!(owner),
    uncommitted: ["a.txt", "b.txt"],
  });
  await using bench = await toolBench({ act: () => null, worktrees: { create, release } });
  const engine = await bench.open();
  const { id } = await run(engine, `return await agent("a", ${ISOLATED});`);
  const said = (await bench.eventsOf(id, "log_written")).map(({ message }) => message);
  assert.match(said.join("\n"), /without the uncommitted changes in a\.txt, b\.txt/);
  assert.match(said.join("\n"), /left out\/ in its worktree, which git does not show/);
  assert.deepEqual((await engine.steps(id))[0]?.worktree, {
    ...{ path: "/trees/1/sub", root: "/trees/1", branch: "odw/r/1", base: (await engine.steps(id))[0]?.id },
    ...{ isKept: true, changedFiles: 1, unseen: ["out/"] },
  });
});

Deno.test("worktrees are made when a permit is given, not for all calls that wait", async () => {
  const log: string[] = [];
  let most = 0;
  await using bench = await toolBench({
    act() {
      most = Math.max(most, log.filter((line) => line.startsWith("create")).length - released());
      return "done";
    },
    worktrees: namedWorktrees(log, false),
    concurrency: 2,
  });
  const released = () => log.filter((line) => line.startsWith("release")).length;
  const engine = await bench.open();
  await run(engine, `await parallel(Array.from({ length: 30 }, (_, i) => () => agent("p" + i, ${ISOLATED})));`);
  assert.equal(released(), 30);
  assert.ok(most <= 2, String(most));
});

Deno.test("a worktree is released when its agent fails, is skipped, or the run is cancelled or leaves it behind", async () => {
  const log: string[] = [];
  await using bench = await toolBench({
    async act({ prompt, signal }) {
      if (prompt === "fails") throw new Error("no");
      return await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
    worktrees: namedWorktrees(log),
  });
  const engine = await bench.open();
  const failed = await run(engine, `return await agent("fails", ${ISOLATED});`);
  assert.equal((await engine.steps(failed.id))[0]?.worktree?.isKept, true);

  const skipped = await engine.start({ script: script(`return await agent("hangs", ${ISOLATED});`) });
  const { step } = await eventOf(engine, skipped.id, "step_isolated");
  await engine.skip(skipped.id, step);
  assert.equal((await engine.outcome(skipped.id)).result, null);
  assert.equal((await engine.steps(skipped.id))[0]?.worktree?.isKept, true);

  const cancelled = await engine.start({ script: script(`return await agent("hangs", ${ISOLATED});`) });
  await eventOf(engine, cancelled.id, "step_isolated");
  await engine.cancel(cancelled.id);
  assert.equal((await engine.outcome(cancelled.id)).status, "cancelled");
  assert.equal((await bench.eventsOf(cancelled.id, "worktree_released")).length, 1);

  const left = await run(engine, `agent("hangs", ${ISOLATED}); await agent("fails"); return "done";`);
  assert.equal(left.status, "completed");
  assert.equal((await bench.eventsOf(left.id, "worktree_released")).length, 1);
  assert.deepEqual(log, [1, 2, 3, 4].flatMap((n) => [`create ${n}`, `release ${n}`]));
});

Deno.test("a worktree that cannot be made throws its error to the script in both dialects, and no agent starts", async () => {
  let started = 0;
  await using bench = await toolBench({
    act: () => ++started,
    worktrees: { create: () => Promise.reject(denied("outside git")) },
  });
  const engine = await bench.open();
  const meta = await run(engine, `return await agent("p", ${ISOLATED}).catch((e) => [e.code, e.message]);`);
  assert.deepEqual(meta.result, ["denied", "outside git"]);
  const text = `module.exports.execute = () => agent({ prompt: "p", isolation: "worktree" }).catch((e) => e.message);`;
  const { id } = await engine.start({ script: { text, file: "b.js" } });
  assert.equal((await engine.outcome(id)).result, "outside git");
  assert.equal(started, 0);
  assert.equal(meta.census.failed, 0);
});

Deno.test("a resume says which interrupted agents had used writing tools, and on what", async () => {
  await using bench = await toolBench({ act: () => "again" });
  const engine = await bench.open();
  const text = `return [await agent("writes", { tools: ["w"] }), await agent("reads", { tools: ["w"] })];`;
  const { id } = await engine.create({ script: script(text) });
  const store = await bench.store();
  const handling = (label: string) => ({ type: "step_started" as const, step: `${label}#1`, handling: { label } });
  const started = (label: string) => ({ ...handling(label), request: { prompt: label }, model: "far/m" });
  await store.append(id, [
    { type: "run_started" },
    started("writes"),
    { type: "tool_started", step: "writes#1", call: "t1", name: "edit_file", access: "write", input: { path: "a.ts" } },
    { type: "tool_started", step: "writes#1", call: "t2", name: "read_file", access: "read", input: { path: "b.ts" } },
    started("reads"),
    { type: "tool_started", step: "reads#1", call: "t1", name: "read_file", access: "read", input: { path: "c.ts" } },
  ]);
  await engine.resume({ ref: id });
  await engine.outcome(id);
  const warnings = (await bench.eventsOf(id, "log_written")).map(({ message }) => message);
  assert.equal(warnings.length, 1);
  assert.match(
    warnings[0] ?? "",
    /^writes was interrupted after it had used edit_file a\.ts \(not ended\): it runs again/,
  );
});
