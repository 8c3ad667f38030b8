// File systems that fail between a commit and its flush: nothing is said to be on the disk that is gone after the repair.
import assert from "node:assert/strict";
import type { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../../src/store/database.ts";
import { openStore } from "../../src/store/open.ts";
import { WalFile } from "../../src/store/wal_file.ts";
import { LoopDisk, mountRefusal, ThinDisk } from "../mounted_disk.ts";
import { completed, rejection, SPEC, started } from "./fixtures.ts";
import { temporaryFolder } from "./sqlite_harness.ts";

const NO_EXT4 = await mountRefusal(["ext4"]);
if (NO_EXT4) console.log(`skipped: disks that break under a commit, because ${NO_EXT4}`);

const FAILED = /the disk did not take the log: .*os error/;

Deno.test("what was committed when ext4 lost its journal is not said to be on the disk", {
  ignore: NO_EXT4 !== null,
}, async () => {
  await using folder = await temporaryFolder();
  await using thin = await ThinDisk.mount(`${folder.path}/thin`);
  await thin.backFiles();
  const path = `${thin.folder}/odw.db`;
  {
    using log = await openLog(path);
    await log.persisted("kept");
    await thin.disk.sync();
    await thin.exhaust();
    log.commit("lost");
    // The kernel's own write-back comes first: it drops the transaction that it cannot write, and fdatasync finds nothing left to do.
    // Whether this sync itself says so is left to chance.
    await thin.disk.sync().catch(() => {});
    await assert.rejects(log.persist(), FAILED);
  }
  await thin.refill();
  await thin.disk.repair();
  assert.deepEqual(await answersIn(path), ["kept"]);
});

Deno.test("after a flush that failed nothing behind it in the log is said to be on the disk", {
  ignore: NO_EXT4 !== null,
}, async () => {
  await using folder = await temporaryFolder();
  await using thin = await ThinDisk.mount(`${folder.path}/thin`, ["-O", "^has_journal"]);
  const path = `${thin.folder}/odw.db`;
  using log = await openLog(path);
  await log.persisted("kept");
  await thin.disk.sync();
  await thin.exhaust();
  await assert.rejects(log.persisted("lost", 3 * 2 ** 20), FAILED);
  await thin.refill();
  await assert.rejects(log.persisted("later"), FAILED);
});

Deno.test("an append is refused when the disk turned read-only, and what was told before is there after the repair", {
  ignore: NO_EXT4 !== null,
}, async () => {
  await using folder = await temporaryFolder();
  await using disk = await LoopDisk.mount(`${folder.path}/disk`);
  const path = `${disk.folder}/odw.db`;
  const store = await openStore(path);
  const id = await store.createRun(SPEC);
  await store.append(id, [started("a#0"), completed("a#0", "kept")]);
  await disk.break();
  const error = await rejection(store.append(id, [started("b#0"), completed("b#0", "lost")]));
  assert.equal(error.code, "store");
  assert.match(error.message, /odw\.db: .*(I\/O error|read-only)/);
  await store[Symbol.asyncDispose]();
  await disk.repair();
  await using repaired = await openStore(path);
  assert.deepEqual([...(await repaired.recorded(id)).steps], [["a#0", "kept"]]);
});

interface Log extends Disposable {
  /** Into the page cache, as SQLite's COMMIT leaves it. */
  commit(answer: string, bytes?: number): void;
  persist(): Promise<void>;
  persisted(answer: string, bytes?: number): Promise<void>;
}

/** A journal whose commits and flushes can be told apart. */
async function openLog(path: string): Promise<Log> {
  const db: DatabaseSync = await openDatabase(path);
  const wal = new WalFile(path);
  db.exec("CREATE TABLE answers (answer TEXT, padding TEXT)");
  const insert = db.prepare("INSERT INTO answers VALUES (?, ?)");
  const log: Log = {
    commit: (answer, bytes = 20_000) => void insert.run(answer, "x".repeat(bytes)),
    persist: () => wal.persist(),
    async persisted(answer, bytes) {
      log.commit(answer, bytes);
      await log.persist();
    },
    [Symbol.dispose]() {
      wal[Symbol.dispose]();
      db.close();
    },
  };
  return log;
}

async function answersIn(path: string): Promise<unknown[]> {
  const db = await openDatabase(path);
  try {
    return db.prepare("SELECT answer FROM answers").all().map(({ answer }) => answer);
  } finally {
    db.close();
  }
}
