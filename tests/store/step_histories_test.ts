// What the writer keeps of a run's steps agrees with the journal, whoever wrote it.
import assert from "node:assert/strict";
import { openStore } from "../../src/store/open.ts";
import { completed, failed, resumed, SPEC, started } from "./fixtures.ts";
import { temporaryFolder } from "./sqlite_harness.ts";

Deno.test("steps that two processes write in turn are counted once each", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/odw.db`;
  await using one = await openStore(path);
  await using other = await openStore(path);
  const id = await one.createRun(SPEC);
  await one.append(id, [started("a#0"), started("b#0")]);
  await other.append(id, [failed("a#0"), started("a#0"), started("c#0")]);
  await one.append(id, [started("c#0"), completed("a#0")]);
  await other.append(id, [started("b#0")]);
  const { agents, census } = await one.getRun(id);
  assert.deepEqual({ agents, census }, { agents: 3, census: { done: 1, failed: 0, skipped: 0, cached: 0, empty: 0 } });
  assert.deepEqual((await other.check()).problems, []);
});

Deno.test("a run that goes on in the process that paused it counts what it replays once", async () => {
  await using folder = await temporaryFolder();
  await using store = await openStore(`${folder.path}/odw.db`);
  const id = await store.createRun(SPEC);
  await store.append(id, [started("a#0"), started("b#0"), completed("a#0"), failed("b#0")]);
  await store.append(id, [resumed(), { type: "step_replayed", step: "a#0" }, started("b#0"), completed("b#0")]);
  const { agents, census } = await store.getRun(id);
  assert.deepEqual({ agents, census }, { agents: 2, census: { done: 2, failed: 0, skipped: 0, cached: 1, empty: 0 } });
  assert.deepEqual((await store.check()).problems, []);
});

Deno.test("a write that failed leaves nothing behind that a later one would count", async () => {
  await using folder = await temporaryFolder();
  await using store = await openStore(`${folder.path}/odw.db`);
  const id = await store.createRun(SPEC);
  await store.append(id, [started("a#0")]);
  const unwritable = { ...started("b#0"), type: null } as unknown as ReturnType<typeof started>;
  await assert.rejects(store.append(id, [started("c#0"), unwritable]));
  await store.append(id, [started("b#0"), started("c#0")]);
  assert.equal((await store.getRun(id)).agents, 3);
  assert.deepEqual((await store.check()).problems, []);
});

Deno.test("steps are told apart by their whole ids, also those that odw would not make", async () => {
  await using folder = await temporaryFolder();
  await using store = await openStore(`${folder.path}/odw.db`);
  const id = await store.createRun(SPEC);
  const key = "0123456789abcdef".repeat(2);
  const ids = [key, `${key}#0`, `${key}#1`, `${key}#01`, `${key}#${"9".repeat(400)}`, `${key}#-1`, `#1`, "a", "A", ""];
  await store.append(id, ids.map((step) => started(step)));
  await store.append(id, ids.map((step) => started(step)));
  assert.equal((await store.getRun(id)).agents, ids.length);
  assert.deepEqual((await store.check()).problems, []);
});
