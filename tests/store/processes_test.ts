// Real processes meet in one journal.
import assert from "node:assert/strict";
import { openStore } from "../../src/store/open.ts";
import { SPEC } from "./fixtures.ts";
import { temporaryFolder } from "./sqlite_harness.ts";

const PROCESSES = 6;

function startProcess(path: string, name: string): Deno.ChildProcess {
  const script = new URL("./racing_process.ts", import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", script, path, name],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
}

async function firstLine(lines: ReadableStreamDefaultReader<string>): Promise<string> {
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await lines.read();
    assert.ok(!done, "the process ended early");
    text += value;
  }
  return text.trim();
}

async function giveOrder(child: Deno.ChildProcess, order: unknown): Promise<void> {
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(order)));
  await writer.close();
}

Deno.test("of processes that open a new journal, claim one run and take one command, exactly one wins, and no event is lost", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/odw.db`;
  const children = Array.from({ length: PROCESSES }, (_, i) => startProcess(path, `process-${i}`));
  const outputs = children.map((child) => child.stdout.pipeThrough(new TextDecoderStream()).getReader());
  const created = await Promise.all(outputs.map(firstLine));
  assert.equal(new Set(created).size, PROCESSES);

  await using store = await openStore(path);
  const [run, busy] = [await store.createRun(SPEC), await store.createRun(SPEC)];
  await store.sendCommand(run, { type: "pause" });
  await Promise.all(children.map((child) => giveOrder(child, { run, busy })));
  const reports = (await Promise.all(outputs.map(firstLine))).map((line) => JSON.parse(line));
  assert.equal(reports.filter((report) => report.won).length, 1);
  assert.equal(reports.reduce((sum, report) => sum + report.commands, 0), 1);

  const events = await store.events(busy, { after: 1 });
  assert.deepEqual(events.map((event) => event.seq), Array.from({ length: PROCESSES * 25 }, (_, i) => i + 2));
  for (let i = 0; i < PROCESSES; i++) assert.deepEqual(messagesOf(events, `process-${i}`), numbered(`process-${i}`));
  for (const child of children) assert.equal((await child.status).code, 0);
  await Promise.all(outputs.map((output) => output.cancel()));
});

Deno.test("a process that is killed loses nothing whose append had resolved", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/odw.db`;
  const script = new URL("./appending_process.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), { args: ["run", "--no-check", "-A", script, path], stdout: "piped" })
    .spawn();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let printed = "";
  while (printed.split("\n").length < 50) printed += (await output.read()).value ?? "";
  child.kill("SIGKILL");
  await child.status;
  for (let part = await output.read(); !part.done; part = await output.read()) printed += part.value;
  const resolved = printed.split("\n").slice(0, -1);
  await using store = await openStore(path);
  const id = await store.findRun("last");
  const completed = (await store.steps(id)).filter((step) => step.status === "completed").map((step) => step.id);
  assert.ok(resolved.length >= 49);
  assert.deepEqual(resolved.filter((step) => !completed.includes(step)), []);
});

Deno.test("the store works in a worker that may touch its own folder and nothing else", async () => {
  await using folder = await temporaryFolder();
  const sources = new URL("../../", import.meta.url).pathname;
  const permissions = { ...NOTHING, read: [folder.path, sources], write: [folder.path] };
  const url = new URL("./confined_worker.ts", import.meta.url);
  const worker = new Worker(url, { type: "module", deno: { permissions } });
  const answer = (path: string) =>
    new Promise((resolve) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.postMessage(path);
    });
  assert.equal(await answer(`${folder.path}/odw.db`), "run_created run_started");
  assert.match(String(await answer(`${folder.path}-other/odw.db`)), /this process may not touch the file/);
  const bytes = await Deno.readFile(`${folder.path}/odw.db`);
  await Deno.writeFile(`${folder.path}/damaged.db`, bytes.fill(0xee, 100, 4096));
  assert.match(String(await answer(`${folder.path}/damaged.db`)), /corrupted.*a copy of it is kept at/);
  worker.terminate();
});

const NOTHING = {
  net: false,
  read: false,
  write: false,
  run: false,
  env: false,
  sys: false,
  ffi: false,
  import: false,
} as const;

function messagesOf(events: { type: string }[], name: string): string[] {
  return events.map((event) => (event as { message?: string }).message ?? "").filter((text) =>
    text.startsWith(`${name} `)
  );
}

function numbered(name: string): string[] {
  return Array.from({ length: 25 }, (_, i) => `${name} ${i}`);
}
