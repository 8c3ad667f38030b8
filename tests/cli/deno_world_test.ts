// Promises of the real streams, signals and files.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { denoMachine } from "../../src/cli/deno_world.ts";

const PROCESS = fileURLToPath(new URL("real_process.ts", import.meta.url));

async function spawn(kind: string): Promise<{ child: Deno.ChildProcess; folder: string; script: string }> {
  const folder = await Deno.makeTempDir();
  const script = `${folder}/review.js`;
  await Deno.writeTextFile(script, "export const meta = {}");
  const args = ["run", "-A", "--no-check", PROCESS, kind, "run", script];
  const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "piped" }).spawn();
  return { child, folder, script };
}

interface Reading {
  /** Reads on until `part` has come. */
  until(part: string): Promise<void>;
  /** All, when the stream has ended. */
  rest(): Promise<string>;
}

function read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Reading {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const next = async () => {
    const { value, done } = await reader.read();
    text += value ?? "";
    return !done;
  };
  return {
    async until(part) {
      while (!text.includes(part)) if (!(await next())) throw new Error(`${JSON.stringify(part)} never came: ${text}`);
    },
    async rest() {
      while (await next());
      return text;
    },
  };
}

Deno.test("a run whose stdout is closed in the middle still ends with exit 0 and its summary", async () => {
  const { child, folder } = await spawn("end");
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  assert.match(await read(child.stderr).rest(), /completed · /);
  assert.equal((await child.status).code, 0);
  await Deno.remove(folder, { recursive: true });
});

Deno.test({
  name: "SIGINT cancels a run and ends the process with 130",
  ignore: Deno.build.os === "windows",
  async fn() {
    const { child, folder } = await spawn("cancel");
    const stderr = read(child.stderr);
    await stderr.until(": review\n");
    child.kill("SIGINT");
    assert.match(await stderr.rest(), /cancelling; .*\ncancelled · /);
    await child.stdout.cancel();
    assert.equal((await child.status).code, 130);
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test({
  name: "a second SIGINT ends a process that hangs",
  ignore: Deno.build.os === "windows",
  async fn() {
    const { child, folder } = await spawn("hang");
    const stderr = read(child.stderr);
    await stderr.until(": review\n");
    child.kill("SIGINT");
    await stderr.until("press Ctrl-C again");
    child.kill("SIGINT");
    assert.match(await stderr.rest(), /stopped; what was done is recorded, go on with: odw resume /);
    assert.equal((await child.status).code, 130);
    await child.stdout.cancel();
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test("stat tells files, folders and nothing apart, and free text of any length is nothing", async () => {
  const { stat, cwd } = denoMachine(() => undefined);
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/a.js`, "x");
  assert.deepEqual(await stat(folder), { isFile: false, isDirectory: true });
  assert.deepEqual(await stat(`${folder}/a.js`), { isFile: true, isDirectory: false });
  assert.equal(await stat(`${folder}/b.js`), null);
  assert.equal(await stat(`${folder}/a.js/c`), null);
  assert.equal(await stat(`${cwd}/${"long words ".repeat(1000)}`), null);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("lines are read one by one, a wait can be given up, and a closed reader lets the process end", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", fileURLToPath(new URL("reading_process.ts", import.meta.url))],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  const stdout = read(child.stdout);
  await writer.write(new TextEncoder().encode("one\n"));
  await stdout.until("first one\n");
  await writer.write(new TextEncoder().encode("two\n"));
  await stdout.until("given up null\n");
  await writer.write(new TextEncoder().encode("three\n"));
  assert.match(await stdout.rest(), /third three\nclosed\n$/);
  assert.equal((await child.status).code, 0);
  await writer.close().catch(() => {});
});

Deno.test("spawnDetached starts the same program in a session of its own, which outlives its parent", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const program = fileURLToPath(new URL("detaching_process.ts", import.meta.url));
  const args = ["run", "-A", "--no-check", program, "parent", String(listener.addr.port)];
  const parent = new Deno.Command(Deno.execPath(), { args, stdout: "inherit", stderr: "inherit" }).spawn();
  const told = [await nextMessage(listener), await nextMessage(listener)];
  assert.equal((await parent.status).code, 0);
  assert.deepEqual(told.map(({ role }) => role).sort(), ["child", "parent"]);
  const [child] = told.filter(({ role }) => role === "child");
  const [starter] = told.filter(({ role }) => role === "parent");
  assert.equal(child?.terminals, 0);
  if (Deno.build.os === "linux") assert.notEqual(child?.session, starter?.session);
});

Deno.test("spawnDetached without permission says which one is missing", async () => {
  const program = `import { spawnDetached } from ${
    JSON.stringify(new URL("../../src/cli/detached_process.ts", import.meta.url))
  };
try { spawnDetached([]); } catch (error) { console.log(error.code, error.message); }`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, program);
  const args = ["run", "--no-prompt", "--no-check", "--allow-read", file];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
  assert.match(new TextDecoder().decode(stdout), /^denied cannot go on in the background: .*--allow-run\n$/);
  await Deno.remove(file);
});

async function nextMessage(listener: Deno.Listener): Promise<{ role: string; session: string; terminals: number }> {
  const connection = await listener.accept();
  return await new Response(connection.readable).json();
}
