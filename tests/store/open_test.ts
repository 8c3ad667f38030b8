// What stands at the journal's path is never harmed, and each trouble is named with what to do.
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../../src/store/database.ts";
import { openStore } from "../../src/store/open.ts";
import { WalFile } from "../../src/store/wal_file.ts";
import { SqliteStore } from "../../src/store/sqlite_store.ts";
import { completed, rejection, SPEC, started } from "./fixtures.ts";
import { temporaryFolder, writeRun } from "./sqlite_harness.ts";

/** Opening fails as `store`, names path and remedy, and leaves the bytes as they were. */
async function refusesToOpen(path: string, ...words: RegExp[]): Promise<void> {
  const before = await Deno.readFile(path);
  const error = await rejection(openStore(path));
  assert.equal(error.code, "store");
  assert.ok(error.message.includes(path), error.message);
  for (const word of words) assert.match(error.message, word);
  assert.deepEqual(await Deno.readFile(path), before);
}

Deno.test("openStore() refuses a file that is no database and leaves it alone", async () => {
  await using folder = await temporaryFolder();
  for (const text of ["hello", "hello world ".repeat(1000)]) {
    const path = `${folder.path}/${text.length}.db`;
    await Deno.writeTextFile(path, text);
    await refusesToOpen(path, /not a SQLite database/, /move the file away/);
  }
});

Deno.test("openStore() refuses another program's database and leaves it alone", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/odw.db`;
  const other = new DatabaseSync(path);
  other.exec("CREATE TABLE songs (name TEXT)");
  other.close();
  await refusesToOpen(path, /another program/, /ODW_HOME/);
});

Deno.test("openStore() refuses a journal that lacks a table and leaves it alone", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/odw.db`;
  await writeRun(path, 1);
  const db = new DatabaseSync(path);
  db.exec("DROP TABLE events");
  db.close();
  await refusesToOpen(path, /no such table: events/);
});

Deno.test("openStore() names a folder in the way and a folder that is missing", async () => {
  await using folder = await temporaryFolder();
  const inTheWay = await rejection(openStore(folder.path));
  assert.match(inTheWay.message, /a folder has that name; move it away/);
  const missing = await rejection(openStore(`${folder.path}/none/odw.db`));
  assert.match(missing.message, /there is no folder .*none; create it/);
  await Deno.writeTextFile(`${folder.path}/file`, "");
  const underFile = await rejection(openStore(`${folder.path}/file/odw.db`));
  assert.deepEqual([inTheWay.code, missing.code, underFile.code], ["store", "store", "store"]);
});

Deno.test("openStore() and append() say that another process keeps the database locked, and work once it is free", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/odw.db`;
  await using store = await openStore(path, { busyTimeoutMs: 20 });
  const id = await store.createRun(SPEC);
  const holder = new DatabaseSync(path);
  holder.exec("BEGIN IMMEDIATE");
  const blocked = await rejection(store.append(id, [{ type: "run_started" }]));
  assert.equal(blocked.code, "store");
  assert.match(blocked.message, /another process has kept it locked.*try again/);
  assert.equal((await store.getRun(id)).status, "queued");
  holder.exec("ROLLBACK");
  holder.close();
  await store.append(id, [{ type: "run_started" }]);
  assert.equal((await store.events(id, { after: 0 })).length, 2);
});

Deno.test("openStore() gives up on a database that stays exclusively locked", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/odw.db`;
  const holder = new DatabaseSync(path);
  holder.exec("CREATE TABLE t (x); BEGIN EXCLUSIVE");
  const error = await rejection(openStore(path, { busyTimeoutMs: 20 }));
  holder.close();
  assert.match(error.message, /locked/);
});

Deno.test("a full disk fails the appends that did not fit, keeps the earlier ones, and is over when there is space", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/odw.db`;
  const db = await openDatabase(path);
  await using store = new SqliteStore(db, path, Date.now);
  const id = await store.createRun(SPEC);
  await store.append(id, [started("a#0"), completed("a#0", "kept")]);
  db.exec("PRAGMA max_page_count = 30");
  const large = { type: "log_written", level: "info", message: "x".repeat(300_000) } as const;
  const outcomes = await Promise.allSettled([store.append(id, [started("b#0")]), store.append(id, [large])]);
  for (const outcome of outcomes) {
    assert.equal(outcome.status, "rejected");
    assert.match(String(outcome.reason), /the disk is full.*free some space/);
  }
  assert.deepEqual((await store.steps(id)).map((step) => step.value), ["kept"]);
  db.exec("PRAGMA max_page_count = 100000");
  await store.append(id, [large]);
  assert.deepEqual((await store.events(id, { after: 3 })).map((event) => event.seq), [4]);
});

Deno.test("a file system that turns read-only fails appends with what to do, and reading goes on", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/odw.db`;
  const db = await openDatabase(path);
  await using store = new SqliteStore(db, path, Date.now);
  const id = await store.createRun(SPEC);
  db.exec("PRAGMA query_only = 1");
  const error = await rejection(store.append(id, [{ type: "run_started" }]));
  assert.equal(error.code, "store");
  assert.match(error.message, /read-only .*make both writable/);
  assert.equal((await store.getRun(id)).status, "queued");
});

Deno.test("openStore() says that a file it may not touch is out of reach", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/odw.db`;
  const script = new URL("./unpermitted_process.ts", import.meta.url).pathname;
  const child = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--no-prompt", "--allow-read", script, path],
    env: { NO_COLOR: "1" },
  }).output();
  const printed = new TextDecoder().decode(child.stdout);
  assert.match(printed, /^store cannot open the journal .*odw\.db: this process may not touch the file/);
});

Deno.test("the journal is written ahead, and brought to the disk off the thread", async () => {
  await using folder = await temporaryFolder();
  const db = await openDatabase(`${folder.path}/odw.db`);
  assert.deepEqual(Object.values(db.prepare("PRAGMA journal_mode").get()!), ["wal"]);
  // NORMAL: SQLite leaves it to WalFile, which needs the log that SQLite made.
  assert.deepEqual(Object.values(db.prepare("PRAGMA synchronous").get()!), [1]);
  using wal = new WalFile(`${folder.path}/odw.db`);
  await wal.persist();
  db.close();
  using gone = new WalFile(`${folder.path}/elsewhere.db`);
  await assert.rejects(gone.persist(), Deno.errors.NotFound);
});
