// A damaged journal is found, named, copied once and never mended or made anew behind the user's back.
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openStore } from "../../src/store/open.ts";
import { completed, exported, rejection, SPEC, started, streamOf } from "./fixtures.ts";
import { type TemporaryFolder, temporaryFolder, writeRun } from "./sqlite_harness.ts";

interface Damaged extends TemporaryFolder {
  journal: string;
  runId: string;
  bytes: Uint8Array;
}

/** A journal with a run of 200 steps whose file `damage` then changed. */
async function damaged(damage: (bytes: Uint8Array) => void): Promise<Damaged> {
  const folder = await temporaryFolder();
  const journal = `${folder.path}/odw.db`;
  const runId = await writeRun(journal, 200);
  const bytes = await Deno.readFile(journal);
  damage(bytes);
  await Deno.writeFile(journal, bytes);
  return { ...folder, journal, runId, bytes };
}

async function copiesIn(folder: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(`${folder}/backups`), (entry) => entry.name);
  return names.filter((name) => name.includes("corrupt")).map((name) => `${folder}/backups/${name}`);
}

/** The same pages; SQLite counts a change in the header of a copy. */
function assertSameBytes(copy: Uint8Array, bytes: Uint8Array): void {
  assert.equal(copy.length, bytes.length);
  assert.deepEqual(copy.subarray(100), bytes.subarray(100));
}

const SCHEMA = (bytes: Uint8Array) => bytes.fill(0xee, 100, 4096);
const MIDDLE = (bytes: Uint8Array) => bytes.fill(0xee, 4096 * 30, 4096 * 45);

/** Inside the texts of the answers, where SQLite itself sees nothing wrong. */
function texts(bytes: Uint8Array): void {
  const text = new TextDecoder("latin1").decode(bytes);
  for (const found of text.matchAll(/"value":"yyy/g)) bytes.fill(0x22, found.index + 20, found.index + 24);
}

Deno.test("openStore() refuses a journal whose schema is damaged, keeps a copy, and leaves the file as it is", async () => {
  await using file = await damaged(SCHEMA);
  const error = await rejection(openStore(file.journal));
  assert.equal(error.code, "store");
  const [copy, ...others] = await copiesIn(file.path);
  assert.deepEqual(others, []);
  assert.match(copy!, /odw\.db\.corrupt-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/);
  for (const part of [file.journal, "corrupted", ".recover", "odw export", copy!]) {
    assert.ok(error.message.includes(part), `${part} is missing in: ${error.message}`);
  }
  assertSameBytes(await Deno.readFile(copy!), file.bytes);
  assert.deepEqual(await Deno.readFile(file.journal), file.bytes);
});

for (const [where, damage] of [["in the middle", MIDDLE], ["inside recorded texts", texts]] as const) {
  Deno.test(`reading a journal that is damaged ${where} says so, names the copy, and check() finds it`, async () => {
    await using file = await damaged(damage);
    await using store = await openStore(file.journal);
    const reads = [store.recorded(file.runId), store.steps(file.runId), exported(store, file.runId)];
    for (const error of await Promise.all(reads.map(rejection))) {
      assert.equal(error.code, "store");
      const [copy] = await copiesIn(file.path);
      for (const part of [file.journal, "corrupted", ".recover", copy!]) assert.ok(error.message.includes(part));
    }
    const check = await store.check();
    assert.ok(check.problems.some((problem) => /malformed|Tree|missing|JSON/.test(problem)), check.problems.join("\n"));
    assert.ok(check.problems.at(-1)!.includes(".corrupt-"));
    assert.equal((await copiesIn(file.path)).length, 1);
  });
}

Deno.test("the copy is made once, whoever meets the damage, and anew for a file that came later", async () => {
  await using file = await damaged(SCHEMA);
  for (let i = 0; i < 3; i++) await rejection(openStore(file.journal));
  const [first, ...others] = await copiesIn(file.path);
  assert.deepEqual(others, []);
  await Deno.utime(first!, new Date(2020, 0), new Date(2020, 0));
  const renamed = first!.replace(/corrupt-.*/, "corrupt-2020-01-01T00-00-00Z");
  await Deno.rename(first!, renamed);
  const error = await rejection(openStore(file.journal));
  assert.equal((await copiesIn(file.path)).length, 2);
  assert.ok(!error.message.includes(renamed), error.message);
});

Deno.test("the copy holds what stood in the -wal file, and a journal in use goes on beside it", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/odw.db`;
  await using store = await openStore(path);
  const id = await store.createRun(SPEC);
  await store.append(id, [started("a#0"), completed("a#0", "in the wal")]);
  const other = new DatabaseSync(path);
  other.exec(`UPDATE events SET body = '{"type' WHERE seq = 2`);
  other.close();
  assert.match((await rejection(store.steps(id))).message, /corrupted.*a copy of it is kept at/);
  const copy = new DatabaseSync((await copiesIn(folder.path))[0]!);
  assert.equal(copy.prepare("SELECT count(*) AS n FROM events").get()!["n"], 3);
  copy.close();
  await store.append(id, [started("b#0"), completed("b#0", "later")]);
  assert.equal((await store.recorded(id)).steps.get("b#0"), "later");
});

Deno.test("runs that the damage did not hit can be exported and go on in a new journal", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/odw.db`;
  const ids = [await writeRun(path, 40), await writeRun(path, 40), await writeRun(path, 40)];
  const bytes = await Deno.readFile(path);
  const text = new TextDecoder("latin1").decode(bytes);
  const middle = [...text.matchAll(new RegExp(`${ids[1]}.{4,8}step_completed`, "gs"))];
  for (const { index } of middle.slice(10, 12)) {
    const page = Math.floor(index / 4096) * 4096;
    bytes.fill(0xee, page, page + 4096);
  }
  await Deno.writeFile(path, bytes);
  const rescued: string[][] = [];
  {
    await using store = await openStore(path);
    assert.equal((await rejection(exported(store, ids[1]!))).code, "store");
    for (const id of [ids[0]!, ids[2]!]) rescued.push(await exported(store, id));
  }
  for (const name of ["odw.db", "odw.db-wal", "odw.db-shm"]) {
    await Deno.rename(`${folder.path}/${name}`, `${folder.path}/old-${name}`).catch(() => {});
  }
  await using renewed = await openStore(path);
  for (const lines of rescued) await renewed.importRun(streamOf(lines));
  assert.deepEqual((await renewed.listRuns({})).map((run) => run.id), [ids[2], ids[0]]);
  assert.equal((await renewed.recorded(ids[2]!)).steps.size, 40);
});

Deno.test("check() finds a run whose row or events were changed by hand", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/odw.db`;
  await using store = await openStore(path);
  const ids = [await store.createRun(SPEC), await store.createRun(SPEC), await store.createRun(SPEC)];
  for (const id of ids) await store.append(id, [{ type: "run_started" }, started("a#0"), completed("a#0")]);
  const db = new DatabaseSync(path);
  db.prepare("UPDATE runs SET done_agents = 7 WHERE id = ?").run(ids[0]!);
  db.prepare("DELETE FROM events WHERE run_id = ? AND seq = 2").run(ids[1]!);
  db.exec("PRAGMA foreign_keys = OFF");
  db.prepare("DELETE FROM runs WHERE id = ?").run(ids[2]!);
  db.close();
  const problems = (await store.check()).problems.join("\n");
  assert.match(problems, new RegExp(`run ${ids[0]}: its row does not agree with its events in doneAgents`));
  assert.match(problems, new RegExp(`run ${ids[1]}: event 2 is missing`));
  assert.match(problems, /table events.*its run is missing/);
});
