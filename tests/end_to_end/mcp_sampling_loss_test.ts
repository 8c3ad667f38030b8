// A host that lends its model and goes away, and what nobody but the run's own process may know of it.
import assert from "node:assert/strict";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { HeldAnswers } from "./held_answers.ts";
import { endOf, lending, promptOf, type Sample } from "./lending_host.ts";
import { answerOf, clientOptions, ERAS, Host } from "./mcp_host.ts";
import { Place } from "./odw_process.ts";
import { journalOf, recordOf } from "./recorded_run.ts";
import { startServing } from "./serving.ts";

const MANY = `export const meta = { name: "lent", description: "d" };
return await parallel([1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => () => agent("p" + i, { label: "p" + i })));`;
const EXPECTED = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => `p${i}`);

for (const era of ERAS) {
  Deno.test(`a run whose host of ${era} dies pauses and burns no agent; it goes on in a later session`, async () => {
    await using place = await Place.make();
    using held = new HeldAnswers();
    const asked: string[] = [];
    const first = (sample: Sample) => {
      const prompt = promptOf(sample);
      asked.push(prompt);
      return prompt === "p1" ? prompt : held.hold().then(() => prompt);
    };
    const host = await Host.open(place, era, lending(first));
    const started = await host.call("workflow_start", { script: MANY, model: "host:default" });
    const { run_id } = started.structured;
    const lost = endOf(host, run_id).catch(() => {});
    // Since 2026 samples go out in rounds: how many are in this one is a matter of time.
    await held.asked.reach(era === "2025" ? 3 : 1);
    const closed = new Promise<void>((done) => host.client.onclose = done);
    Deno.kill(host.pid, "SIGKILL");
    await closed;
    held.release();
    await lost;
    assert.equal((await place.odw(["wait", run_id])).code, 3);
    const paused = await recordOf(place, run_id);
    assert.equal(paused.status, "paused");
    assert.match(paused.reason ?? "", /coding agent that lent its model is gone .*workflow_start \{"resume"/);
    assert.deepEqual(paused.failures, []);

    const terminal = await place.odw(["resume", run_id]);
    assert.equal(terminal.code, 2, terminal.stderr);
    assert.match(
      terminal.stderr,
      /Model "host:default" .*no coding agent .* started this command; .*inside one.*--model/,
    );
    assert.equal((await recordOf(place, run_id)).status, "paused");

    const again: string[] = [];
    const later = (sample: Sample) => (again.push(promptOf(sample)), promptOf(sample));
    await using silent = await Host.open(place, era);
    const refused = await silent.call("workflow_start", { resume: run_id });
    assert.match(refused.text, /this host does not offer sampling/);
    await using other = await Host.open(place, era, lending(later));
    const resumed = await other.call("workflow_start", { resume: run_id });
    assert.equal(resumed.isError, false, resumed.text);
    const ended = await other.ended(run_id);
    assert.deepEqual(ended.structured.result, EXPECTED, ended.text);
    const known = (await journalOf(place, run_id)).filter(({ type }) => type === "step_replayed").length;
    assert.equal(again.length, 9 - known);
    const twice = await other.call("workflow_start", { resume: run_id });
    assert.match(twice.text, /^conflict: .*has completed/);
  });
}

Deno.test({
  name: "the way to the host's model stands in the environment of the run's process and nowhere else",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using place = await Place.make();
    using held = new HeldAnswers();
    await using host = await Host.open(place, "2025", lending(() => held.hold().then(() => "answer")));
    await host.client.listTools();
    assert.deepEqual(await listeningPortsOf(host.pid), [], "nothing listens before the first call");
    const started = await host.call("workflow_start", { script: MANY, model: "host:default" });
    const { run_id } = started.structured;
    await held.asked.reach(4);
    const pid = await processWith(run_id);
    const { port, token } = JSON.parse(await variableOf(pid, "ODW_SAMPLING"));
    assert.deepEqual(await listeningPortsOf(host.pid), [port]);
    for (const headers of [{}, { authorization: `Bearer ${token.replace(/./g, "x")}` }]) {
      const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: "{}", headers });
      assert.equal(response.status, 401);
      await response.body?.cancel();
    }
    held.release();
    const ended = await host.ended(run_id);
    assert.equal(ended.structured.status, "completed", ended.text);
    const logs = await place.odw(["logs", run_id, "--json"]);
    const shown = await place.odw(["show", run_id, "--json"]);
    const words = await Deno.readTextFile(`/proc/${host.pid}/cmdline`);
    for (const text of [logs.stdout, shown.stdout, words, started.text, ended.text]) assert.ok(!text.includes(token));
    for (const path of await filesBelow(place.folder)) {
      assert.ok(!new TextDecoder("latin1").decode(await Deno.readFile(path)).includes(token), path);
    }
  },
});

Deno.test("a run in a terminal on the host's model ends before anything starts, and says what to do", async () => {
  await using place = await Place.make();
  await place.write("one.js", MANY);
  for (const model of ["host:default", "host"]) {
    const { code, stderr } = await place.odw(["run", "one.js", "--model", model]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /Model "host\S*" .*no coding agent .* started this command; .*workflow_start.*--model/);
  }
  const forged = await place.odw(["run", "one.js", "--model", "host"], {
    env: { ODW_SAMPLING: "http://evil.example" },
  });
  assert.equal(forged.code, 2);
  assert.match(forged.stderr, /ODW_SAMPLING is set and not by odw mcp/);
  assert.deepEqual(JSON.parse((await place.odw(["ls", "--json"])).stdout), []);
});

Deno.test("odw serve lends no host's model, over /mcp or otherwise, and says that odw mcp does", async () => {
  await using place = await Place.make();
  await using server = await startServing(place);
  const reason = /Model "host:default" .*no coding agent .*with odw mcp as their server.*--model/;
  for (const era of ERAS) {
    const client = new Client({ name: "test-host", version: "1" }, clientOptions(era, { sampling: {} }));
    const requestInit = { headers: { authorization: `Bearer ${server.token}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), { requestInit }));
    const started = { name: "workflow_start", arguments: { script: MANY, model: "host:default" } };
    const { isError, text } = answerOf(await client.callTool(started));
    assert.equal(isError, true);
    assert.match(text, reason);
    await client.close();
  }
  const response = await server.post("/v1/runs", { script: MANY, model: "host:default" });
  assert.ok(response.status >= 400 && response.status < 500);
  assert.match((await response.json()).detail, reason);
});

/** The run's own process, by its words. */
async function processWith(runId: string): Promise<number> {
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const words = (await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "")).split("\0");
    if (words.includes("resume") && words.includes(runId)) return Number(name);
  }
  return assert.fail(`no process carries ${runId}`);
}

async function variableOf(pid: number, name: string): Promise<string> {
  const variables = (await Deno.readTextFile(`/proc/${pid}/environ`)).split("\0");
  return variables.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? assert.fail(`no ${name}`);
}

async function listeningPortsOf(pid: number): Promise<number[]> {
  const sockets = new Set<string>();
  for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) {
    sockets.add(await Deno.readLink(`/proc/${pid}/fd/${name}`).catch(() => ""));
  }
  const rows = (await Deno.readTextFile(`/proc/${pid}/net/tcp`)).trim().split("\n").slice(1);
  return rows.map((row) => row.trim().split(/\s+/))
    .filter((columns) => columns[3] === "0A" && sockets.has(`socket:[${columns[9]}]`))
    .map((columns) => parseInt(columns[1]!.split(":")[1]!, 16));
}

async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) found.push(...await filesBelow(path));
    if (entry.isFile) found.push(path);
  }
  return found;
}
