// Schemas are upgraded in one transaction, from every older one, and never downgraded.
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { migrate, MIGRATIONS } from "../../src/store/migrations.ts";
import { openStore } from "../../src/store/open.ts";
import type { EventBody } from "../../src/run.ts";
import { completed, exported, failed, NOTHING, rejection, resumed, SPEC, started, streamOf } from "./fixtures.ts";
import { OLD_TIME, type OldRun, writeSchema1 } from "./schema_1.ts";
import { temporaryFolder } from "./sqlite_harness.ts";

/** A later schema that exists only here: shows that the mechanism takes the steps that are missing, in order. */
const LATER = [...MIGRATIONS, "ALTER TABLE runs ADD COLUMN note TEXT", "UPDATE runs SET note = 'upgraded'"];

for (let from = 0; from < LATER.length; from++) {
  Deno.test(`a database of schema ${from} is brought to schema ${LATER.length} with its rows`, () => {
    const db = new DatabaseSync(":memory:");
    migrate(db, "odw.db", LATER.slice(0, from));
    if (from > 0) insertRun(db);
    migrate(db, "odw.db", LATER);
    assert.equal(version(db), LATER.length);
    const notes = db.prepare("SELECT note FROM runs").all().map((row) => row["note"]);
    assert.deepEqual(notes, from === 0 ? [] : ["upgraded"]);
    db.close();
  });
}

Deno.test("a journal of schema 1 keeps every run and event, and its runs are counted as those of today", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/odw.db`;
  const runs = oldRuns();
  writeSchema1(path, runs);
  await using store = await openStore(path);
  assert.deepEqual((await store.listRuns({})).map((run) => run.id), runs.map((run) => run.id).reverse());
  for (const run of runs) {
    const events = await store.events(run.id, { after: 0 });
    assert.deepEqual(events, run.events.map((event, i) => ({ ...event, seq: i + 1, at: OLD_TIME + i })));
  }
  const [mixed, resumedRun, fresh] = await Promise.all(runs.map((run) => store.getRun(run.id)));
  assert.deepEqual(mixed!.census, { done: 2, failed: 1, skipped: 2, cached: 0, empty: 1 });
  assert.deepEqual([mixed!.agents, mixed!.status, mixed!.usage.costUsd], [5, "completed", 1]);
  assert.deepEqual(resumedRun!.census, { done: 2, failed: 0, skipped: 0, cached: 1, empty: 0 });
  assert.deepEqual(fresh!.census, { done: 0, failed: 0, skipped: 0, cached: 0, empty: 0 });
  assert.deepEqual(fresh!.spec, SPEC);
  assert.deepEqual((await store.recorded(runs[1]!.id)).steps, new Map([["a#0", "kept"], ["b#0", "answer"]]));
  const check = await store.check();
  assert.deepEqual([check.schemaVersion, check.problems], [MIGRATIONS.length, []]);
});

Deno.test("a run of schema 1 is resumed, counted on, exported and deleted like any other", async () => {
  await using folder = await temporaryFolder();
  writeSchema1(`${folder.path}/odw.db`, oldRuns());
  await using store = await openStore(`${folder.path}/odw.db`);
  const id = await store.findRun("0000000000mixed");
  await store.append(id, [resumed(), { type: "step_replayed", step: "a#0" }, started("e#0"), completed("e#0")]);
  const run = await store.getRun(id);
  assert.deepEqual(run.census, { done: 3, failed: 0, skipped: 0, cached: 1, empty: 1 });
  assert.equal(run.agents, 5);
  const lines = await exported(store, id);
  await store.deleteRun(id);
  await store.importRun(streamOf(lines));
  assert.deepEqual(await store.getRun(id), run);
  assert.deepEqual((await store.check()).problems, []);
});

Deno.test("an upgrade that finds no space fails as a full disk and changes nothing", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/odw.db`;
  writeSchema1(path, oldRuns());
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA max_page_count = 1`);
  assert.throws(() => migrate(db, path), /full/);
  assert.equal(version(db), 1);
  assert.equal(db.prepare("SELECT id FROM runs").all().length, 3);
  db.close();
});

Deno.test("a migration that fails leaves the schema, the rows and the version as they were", () => {
  const db = new DatabaseSync(":memory:");
  migrate(db, "odw.db");
  insertRun(db);
  assert.throws(() => migrate(db, "odw.db", [...MIGRATIONS, "DELETE FROM runs", "SELECT nonsense"]), /nonsense/);
  assert.equal(version(db), MIGRATIONS.length);
  assert.equal(db.prepare("SELECT id FROM runs").all().length, 1);
  db.close();
});

Deno.test("openStore() refuses a database of a newer odw, says which schemas these are, and changes nothing", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/odw.db`;
  const newer = new DatabaseSync(path);
  migrate(newer, path, LATER);
  newer.close();
  const before = await Deno.readFile(path);
  const error = await rejection(openStore(path));
  assert.equal(error.code, "store");
  assert.match(
    error.message,
    new RegExp(`newer odw wrote it \\(schema ${LATER.length}, this odw knows up to ${MIGRATIONS.length}\\)`),
  );
  assert.match(error.message, /update odw/);
  assert.deepEqual(await Deno.readFile(path), before);
});

Deno.test("what an earlier opening wrote is there at the next one", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/odw.db`;
  const first = await openStore(path);
  const id = await first.createRun(SPEC);
  await first.append(id, [started("a#0"), completed("a#0", "kept")]);
  await first[Symbol.asyncDispose]();
  await using second = await openStore(path);
  assert.equal((await second.steps(id))[0]!.value, "kept");
});

/** Of every fate that a step can have; of a run that was resumed; of one that has not begun. */
function oldRuns(): OldRun[] {
  const { hard: _hard, ...limits } = SPEC.limits;
  const created = { type: "run_created", spec: { ...SPEC, limits } } as EventBody;
  const skipped = (step: string): EventBody => ({ type: "step_skipped", step });
  const none = {
    endedAt: null,
    agents: 0,
    failedAgents: 0,
    cachedAgents: 0,
    tokens: { input: 0, output: 0 },
    costUsd: 0,
  };
  const mixed: EventBody[] = [
    created,
    { type: "run_started" },
    ...[started("a#0"), completed("a#0", "")],
    ...[started("b#0"), completed("b#0", "x")],
    ...[started("c#0"), failed("c#0")],
    ...[started("d#0"), skipped("d#0"), skipped("e#0")],
    { type: "run_completed", result: null, usage: NOTHING, durationMs: 1 },
  ];
  const again: EventBody[] = [
    created,
    { type: "run_started" },
    ...[started("a#0"), completed("a#0", "kept"), started("b#0"), failed("b#0"), skipped("c#0")],
    { type: "run_resumed" } as EventBody,
    ...[{ type: "step_replayed" as const, step: "a#0" }, started("b#0"), completed("b#0")],
  ];
  return [
    {
      ...none,
      id: "0000000000mixed",
      status: "completed",
      endedAt: OLD_TIME + mixed.length - 1,
      agents: 4,
      failedAgents: 1,
      tokens: { input: 30, output: 15 },
      costUsd: 1,
      events: mixed,
    },
    {
      ...none,
      id: "000000000resume",
      status: "running",
      agents: 2,
      cachedAgents: 1,
      tokens: { input: 30, output: 15 },
      costUsd: 1,
      events: again,
    },
    { ...none, id: "00000000waiting", status: "queued", events: [created] },
  ];
}

function insertRun(db: DatabaseSync): void {
  db.exec(
    `INSERT INTO runs (id, name, started_at, status, last_seq, agents, failed_agents, cached_agents, input_tokens,
     output_tokens) VALUES ('1', 'n', 0, 'queued', 0, 0, 0, 0, 0, 0)`,
  );
}

function version(db: DatabaseSync): number {
  return Number(Object.values(db.prepare("PRAGMA user_version").get()!)[0]);
}
