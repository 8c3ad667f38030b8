// odw mcp as a coding agent has it: a process of its own behind the official client, in both eras of the protocol.
import assert from "node:assert/strict";
import { HeldAnswers } from "./held_answers.ts";
import { ERAS, Host } from "./mcp_host.ts";
import { Place } from "./odw_process.ts";
import { recordOf } from "./recorded_run.ts";

const ONE = `export const meta = { name: "one", description: "d" };\nreturn await agent(args.prompt);`;

for (const era of ERAS) {
  Deno.test(`a host of ${era} starts a workflow, waits for it and gets its result`, async () => {
    await using place = await Place.make();
    await place.configure({ models: { default: "sim/default" } });
    await using host = await Host.open(place, era);
    const { tools } = await host.client.listTools();
    assert.equal(tools.length, 8);
    const started = await host.call("workflow_start", { script: ONE, args: { prompt: "hello" } });
    assert.equal(started.isError, false, started.text);
    assert.deepEqual(JSON.parse(started.text), started.structured);
    const ended = await host.ended(started.structured.run_id);
    assert.equal(ended.structured.status, "completed", ended.text);
    assert.equal(typeof ended.structured.result, "string");
    const page = await host.call("workflow_result", { run_id: started.structured.run_id });
    assert.equal(page.structured.text, ended.structured.result);
    const { result } = await recordOf(place, started.structured.run_id);
    assert.equal(result, ended.structured.result);
  });

  Deno.test(`a run that a host of ${era} started goes on when the server is killed, and odw wait gives its end`, async () => {
    await using place = await Place.make();
    await using server = await place.serve("openai-chat", { answer: () => held.hold().then(() => "survived") });
    using held = new HeldAnswers();
    await using host = await Host.open(place, era);
    const started = await host.call("workflow_start", { script: ONE, args: { prompt: "hello" } });
    assert.equal(started.isError, false, started.text);
    await held.asked.reach(1);
    const closed = new Promise<void>((done) => host.client.onclose = done);
    Deno.kill(host.pid, "SIGKILL");
    await closed;
    const waiting = place.odw(["wait", started.structured.run_id]);
    held.release();
    assert.equal((await waiting).code, 0);
    assert.equal((await recordOf(place, started.structured.run_id)).result, "survived");
    assert.equal(server.calls.length, 1);
  });
}

Deno.test("before the first tool call the server makes no file, starts no process, and asks nobody", async () => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", { answer: () => "never" });
  const before = await filesBelow(place.folder);
  await using host = await Host.open(place, "2025");
  await host.client.listTools();
  await host.client.listPrompts();
  await host.client.listResourceTemplates();
  assert.deepEqual(await childrenOf(host.pid), []);
  assert.deepEqual(await filesBelow(place.folder), before);
  assert.equal(server.calls.length, 0);
});

Deno.test("the server ends by itself when its input ends, with exit code 0 and only JSON-RPC on stdout", async () => {
  await using place = await Place.make();
  await place.write("broken.js", "not used");
  const { code, stdout } = await place.odw(["mcp"], { stdin: [INITIALIZE, INITIALIZED, LIST].join("\n") + "\n" });
  assert.equal(code, 0);
  const messages = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.ok(messages.every(({ jsonrpc }) => jsonrpc === "2.0"));
  assert.equal(messages[0].result.serverInfo.name, "odw");
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test({
    name: `the server ends on ${signal} with exit code 0`,
    ignore: Deno.build.os === "windows",
    async fn() {
      await using place = await Place.make();
      const child = place.spawn(["mcp"], { stdin: "" });
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(`${INITIALIZE}\n`));
      const reader = child.stdout.getReader();
      const first = await reader.read();
      assert.match(new TextDecoder().decode(first.value), /"serverInfo"/);
      child.kill(signal);
      assert.equal((await child.status).code, 0);
      await reader.cancel();
      await child.stderr.cancel();
      await writer.close().catch(() => {});
    },
  });
}

Deno.test("a message that is no JSON-RPC is not answered on stdout with anything else, and the next one is served", async () => {
  await using place = await Place.make();
  const { code, stdout } = await place.odw(["mcp"], {
    stdin: ["hello", "{}", "[1,2", INITIALIZE].join("\n") + "\n",
  });
  assert.equal(code, 0);
  const messages = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.ok(messages.every(({ jsonrpc }) => jsonrpc === "2.0"));
  assert.equal(messages.at(-1).result.serverInfo.name, "odw");
});

for (const era of ERAS) {
  Deno.test(`wrong input from a host of ${era} is an answer that says what to do, and starts nothing`, async () => {
    await using place = await Place.make();
    await using host = await Host.open(place, era);
    const wrong: [string, Record<string, unknown>, RegExp][] = [
      ["workflow_start", {}, /either name .* or script/],
      ["workflow_start", { name: "nowhere" }, /nowhere.*available/s],
      ["workflow_start", { script: "const x = " }, /meta|expected|line|:1/i],
      ["workflow_start", { script: `${META}\nparallel([1, 2].map((i) => agent("p" + i)));` }, /script.js:2:\d+.*=>/s],
      ["workflow_start", { name: 7 }, /name/],
      ["workflow_start", { script: ONE, max_agents: -1 }, /max_agents/],
      ["workflow_wait", { run_id: "nobody" }, /nobody/],
      ["workflow_wait", { run_id: "x", wait_s: 51 }, /wait_s/],
      ["workflow_status", {}, /run_id/],
      ["workflow_result", { run_id: "nobody", offset: -1 }, /offset/],
      ["workflow_respond", { run_id: "nobody", answer: "yes" }, /nobody/],
      ["workflow_cancel", { run_id: "nobody" }, /nobody/],
      ["workflow_plan", { task: "" }, /task/],
    ];
    for (const [tool, args, message] of wrong) {
      const { isError, text } = await host.call(tool, args);
      assert.equal(isError, true, `${tool} ${JSON.stringify(args)} → ${text}`);
      assert.match(text, message, `${tool} ${JSON.stringify(args)}`);
    }
    await assert.rejects(host.client.readResource({ uri: "odw://runs/nobody/report" }), /nobody/);
    const listed = await place.odw(["ls", "--json"]);
    assert.deepEqual(JSON.parse(listed.stdout), []);
  });
}

Deno.test("`initialize` is answered about as fast as odw tells its version", async () => {
  await using place = await Place.make();
  const tries = [await startTimes(place), await startTimes(place), await startTimes(place)];
  const middle = tries.toSorted((a, b) => a.answeredMs - b.answeredMs)[1]!;
  console.log(Object.entries(middle).map(([name, ms]) => `${name} ${ms.toFixed(0)}`).join(", "));
  assert.ok(middle.answeredMs < Math.max(4 * middle.versionMs, 300), JSON.stringify(tries));
});

async function startTimes(place: Place): Promise<{ versionMs: number; answeredMs: number; wholeMs: number }> {
  const started = performance.now();
  await place.odw(["--version"]);
  const versionMs = performance.now() - started;
  const begun = performance.now();
  const child = place.spawn(["mcp"], { stdin: "" });
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`${INITIALIZE}\n`));
  const reader = child.stdout.getReader();
  await reader.read();
  const answeredMs = performance.now() - begun;
  await writer.close();
  await child.status;
  const wholeMs = performance.now() - begun;
  await reader.cancel();
  await child.stderr.cancel();
  return { versionMs, answeredMs, wholeMs };
}

const META = `export const meta = { name: "faulty", description: "d" };`;
const clientInfo = { name: "t", version: "1" };
const INITIALIZE = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo },
});
const INITIALIZED = JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" });
const LIST = JSON.stringify({ jsonrpc: "2.0", id: 2, method: "tools/list" });

/** Without Deno's own cache, which the process from source may touch. */
async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    found.push(path);
    if (entry.isDirectory) found.push(...await filesBelow(path));
  }
  return found.sort();
}

async function childrenOf(pid: number): Promise<string[]> {
  if (Deno.build.os !== "linux") return [];
  const text = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
  return text.split(" ").filter(Boolean);
}
