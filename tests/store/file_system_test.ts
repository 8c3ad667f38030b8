// Real file systems that are full or read-only: nothing that was committed is lost, and the message says what to do.
import assert from "node:assert/strict";
import { openStore } from "../../src/store/open.ts";
import { fill } from "../mounted_disk.ts";
import { completed, rejection, SPEC, started } from "./fixtures.ts";
import { type TemporaryFolder, temporaryFolder, writeRun } from "./sqlite_harness.ts";

async function succeeds(command: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args, stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

/** A file system of 2 MiB of its own; null where this user may not mount one. */
async function smallDisk(): Promise<TemporaryFolder | null> {
  const path = await Deno.makeTempDir({ prefix: "odw-disk-" });
  const remove = () => Deno.remove(path, { recursive: true });
  if (!await succeeds("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", path)) {
    await remove();
    return null;
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      await succeeds("umount", "--lazy", path);
      await remove();
    },
  };
}

async function canMount(): Promise<boolean> {
  await using disk = await smallDisk();
  if (!disk) console.log("skipped: full and read-only file systems, because this user may not mount any");
  return disk !== null;
}

/** What takes root's right to pass over file modes away from a program; null: this user has none; empty: it cannot be taken. */
async function withoutPrivilege(): Promise<string[] | null> {
  if (Deno.build.os === "windows") return [];
  if (Deno.uid() !== 0) return null;
  const drop = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"];
  if (await succeeds(drop[0]!, ...drop.slice(1), "true")) return drop;
  console.log("skipped: file modes bind nobody here: this is root, and setpriv cannot change that");
  return [];
}

const MOUNTS = await canMount();
const DROP = await withoutPrivilege();

Deno.test("a disk that is really full fails what did not fit, keeps the rest, and is over when there is space", {
  ignore: !MOUNTS,
}, async () => {
  await using disk = (await smallDisk())!;
  const path = `${disk.path}/odw.db`;
  const store = await openStore(path);
  const id = await store.createRun(SPEC);
  await store.append(id, [started("a#0"), completed("a#0", "kept")]);
  await fill(`${disk.path}/ballast`);
  const large = "x".repeat(300_000);
  const error = await rejection(store.append(id, [started("b#0"), completed("b#0", large)]));
  assert.equal(error.code, "store");
  assert.match(error.message, /the disk is full.*free some space.*everything that was committed is safe/);
  assert.deepEqual([...(await store.recorded(id)).steps], [["a#0", "kept"]]);
  await Deno.remove(`${disk.path}/ballast`);
  await store.append(id, [started("b#0"), completed("b#0", large)]);
  assert.deepEqual((await store.events(id, { after: 3 })).map((event) => event.seq), [4, 5]);
  assert.deepEqual((await store.check()).problems, []);
  await store[Symbol.asyncDispose]();
});

Deno.test("a journal cannot be made on a full disk, and the message says why", { ignore: !MOUNTS }, async () => {
  await using disk = (await smallDisk())!;
  await fill(`${disk.path}/ballast`);
  const error = await rejection(openStore(`${disk.path}/odw.db`));
  assert.equal(error.code, "store");
  assert.match(error.message, /odw\.db: .*(disk is full|I\/O error).*space/);
});

Deno.test("a file system that is mounted read-only refuses to open or to write, and nothing is lost", {
  ignore: !MOUNTS,
}, async () => {
  await using disk = (await smallDisk())!;
  const path = `${disk.path}/odw.db`;
  const id = await writeRun(path, 3);
  const remount = (mode: string) => succeeds("mount", "-o", `remount,${mode}`, disk.path);
  assert.ok(await remount("ro"));
  const error = await rejection(openStore(path));
  assert.equal(error.code, "store");
  assert.match(error.message, /read-only/);
  assert.ok(await remount("rw"));
  await using store = await openStore(path);
  assert.equal((await store.recorded(id)).steps.size, 3);
});

Deno.test("a read-only file is said to be read-only", { ignore: DROP?.length === 0 }, async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/odw.db`;
  await writeRun(path, 1);
  await Deno.chmod(path, 0o444);
  const script = new URL("./read_only_process.ts", import.meta.url).pathname;
  const command = [...(DROP ?? []), Deno.execPath(), "run", "--no-check", "-A", script, path];
  const child = await new Deno.Command(command[0]!, { args: command.slice(1) }).output();
  const printed = new TextDecoder().decode(child.stdout) + new TextDecoder().decode(child.stderr);
  assert.match(printed, /^store cannot .*odw\.db: the file or its folder is read-only .*make both writable/);
});
