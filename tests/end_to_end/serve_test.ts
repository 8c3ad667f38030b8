// odw serve as programs use it: a process of its own, on loopback, sharing its store with every other odw.
import assert from "node:assert/strict";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import OpenAI from "openai";
import { Place } from "./odw_process.ts";
import { startServing } from "./serving.ts";

const GREET = `export const meta = { name: "greet", description: "Greets", phases: [{ title: "Say" }] };
phase("Say");
return await agent("greet " + (args.who ?? args));`;

Deno.test("a run that is started over HTTP ends there, and every odw of the machine sees it", async () => {
  await using place = await Place.make();
  await using _provider = await place.serve("openai-chat", { answer: ({ prompt }) => `${prompt}!` });
  await place.write(".odw/workflows/greet.js", GREET);
  await using server = await startServing(place);
  const { mode } = await Deno.stat(`${place.home}/token`);
  assert.equal(mode! & 0o777, 0o600);

  const started = await server.post("/v1/runs", { name: "greet", args: { who: "all" } });
  assert.equal(started.status, 201);
  const { id } = await started.json();
  const events = await (await server.call(`/v1/runs/${id}/events`)).text();
  assert.match(events, /event: step_completed[\s\S]*event: run_completed[\s\S]*event: end/);
  assert.equal(await (await server.call(`/v1/runs/${id}/result`)).json(), "greet all!");
  const listed = JSON.parse((await place.odw(["ls", "--json"])).stdout);
  assert.deepEqual(listed.map((run: { id: string; status: string }) => [run.id, run.status]), [[id, "completed"]]);

  const other = await place.odw(["run", "greet", "me", "--output", "json"]);
  const seen = await (await server.call(`/v1/runs/${JSON.parse(other.stdout).runId}`)).json();
  assert.deepEqual([seen.status, seen.result], ["completed", "greet me!"]);
  const { code, stderr } = await server.stop();
  assert.equal(code, 0, stderr);
  assert.ok(!stderr.includes(server.token) && !stderr.includes("test-key"));
});

Deno.test("an OpenAI client calls a workflow as a model, and the dashboard's page is served to a signed-in browser", async () => {
  await using place = await Place.make();
  await using _provider = await place.serve("openai-chat", { answer: ({ prompt }) => `${prompt}!` });
  await place.write(".odw/workflows/greet.js", GREET);
  await using server = await startServing(place);
  const client = new OpenAI({ apiKey: server.token, baseURL: `${server.url}/openai/v1`, maxRetries: 0 });
  const models = await client.models.list();
  assert.ok(models.data.some(({ id }) => id === "odw/greet"));
  const answer = await client.chat.completions.create({
    model: "odw/greet",
    messages: [{ role: "user", content: "you" }],
  });
  assert.equal(answer.choices[0]?.message.content, "greet you!");
  assert.deepEqual([answer.usage?.prompt_tokens, answer.usage?.completion_tokens], [10, 5]);

  const printed = await place.odw(["dashboard", "--print", "--port", new URL(server.url).port]);
  assert.equal(printed.code, 0, printed.stderr);
  const signedIn = await fetch(printed.stdout.trim(), { redirect: "manual" });
  const cookie = signedIn.headers.get("set-cookie")?.split(";", 1)[0] ?? "";
  await signedIn.body?.cancel();
  const page = await fetch(server.url, { headers: { cookie } });
  assert.match(await page.text(), /<title>odw<\/title>/);
  assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'none'/);
});

Deno.test("a stopped server leaves its runs resumable, and a second one on its port says so", async () => {
  await using place = await Place.make();
  let isHeld = true;
  const asked = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  await using _provider = await place.serve("openai-chat", {
    async answer({ prompt }) {
      asked.resolve();
      if (isHeld) await held.promise;
      return `${prompt}!`;
    },
  });
  await place.write(".odw/workflows/greet.js", GREET.replace("return await", 'await agent("first"); return await'));
  await using server = await startServing(place);
  const { id } = await (await server.post("/v1/runs", { name: "greet", args: { who: "all" } })).json();
  await asked.promise;
  const second = await place.odw(["serve", "--port", new URL(server.url).port]);
  assert.equal(second.code, 2, second.stderr);
  assert.match(second.stderr, /cannot listen on 127\.0\.0\.1:\d+: another program does/);
  const stopping = server.stop();
  isHeld = false;
  held.resolve();
  assert.equal((await stopping).code, 0);
  const listed = JSON.parse((await place.odw(["ls", "--json"])).stdout);
  assert.match(listed[0].status, /paused|completed/);
  const resumed = await place.odw(["resume", id, "--output", "json"]);
  assert.equal(JSON.parse(resumed.stdout).result, "greet all!", resumed.stderr);
});

Deno.test("a run that a coding agent started over /mcp is left resumable too when the server stops", async () => {
  await using place = await Place.make();
  const asked = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  await using _provider = await place.serve("openai-chat", {
    async answer({ prompt }) {
      asked.resolve();
      await held.promise;
      return `${prompt}!`;
    },
  });
  await place.write(".odw/workflows/greet.js", GREET.replace("return await", 'await agent("first"); return await'));
  await using server = await startServing(place);
  const client = new Client({ name: "test", version: "1" });
  const requestInit = { headers: { authorization: `Bearer ${server.token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), { requestInit }));
  const { structuredContent } = await client.callTool({
    name: "workflow_start",
    arguments: { name: "greet", args: { who: "all" } },
  });
  const { run_id } = structuredContent as { run_id: string };
  await asked.promise;
  await client.close();
  const stopping = server.stop();
  held.resolve();
  assert.equal((await stopping).code, 0);
  const listed = JSON.parse((await place.odw(["ls", "--json"])).stdout);
  assert.equal(listed[0].status, "paused");
  const resumed = await place.odw(["resume", run_id, "--output", "json"]);
  assert.equal(JSON.parse(resumed.stdout).result, "greet all!", resumed.stderr);
});

Deno.test("a server that other machines could reach wants TLS or --insecure, and wrong flags are refused", async () => {
  await using place = await Place.make();
  const open = await place.odw(["serve", "--host", "0.0.0.0", "--port", "0"]);
  assert.equal(open.code, 2);
  assert.match(open.stderr, /--tls-cert and --tls-key, or --insecure/);
  const half = await place.odw(["serve", "--tls-cert", "cert.pem"]);
  assert.match(half.stderr, /give both/);
  const port = await place.odw(["serve", "--port", "x"]);
  assert.equal(port.code, 2);
  const nothing = await place.odw(["dashboard", "--port", "1"]);
  assert.equal(nothing.code, 2);
  assert.match(nothing.stderr, /odw serve --open/);
});

Deno.test("an MCP client starts a workflow over /mcp with the same token, in both eras, and is refused without it", async () => {
  await using place = await Place.make();
  await using _provider = await place.serve("openai-chat", { answer: ({ prompt }) => `${prompt}!` });
  await place.write(".odw/workflows/greet.js", GREET);
  await using server = await startServing(place);
  const url = new URL(`${server.url}/mcp`);
  for (const versionNegotiation of [{ mode: "legacy" as const }, { mode: { pin: "2026-07-28" } }]) {
    const client = new Client({ name: "test", version: "1" }, { versionNegotiation });
    const requestInit = { headers: { authorization: `Bearer ${server.token}` } };
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit }));
    const call = async (name: string, args: Record<string, unknown>) => {
      const { structuredContent } = await client.callTool({ name, arguments: args });
      return structuredContent as Record<string, unknown>;
    };
    const { run_id } = await call("workflow_start", { name: "greet", args: { who: "host" } });
    let answer = await call("workflow_wait", { run_id, wait_s: 20 });
    while (answer["status"] === "running") answer = await call("workflow_wait", { run_id, wait_s: 20 });
    assert.equal(answer["result"], "greet host!");
    await client.close();
  }
  const stranger = new Client({ name: "test", version: "1" });
  await assert.rejects(stranger.connect(new StreamableHTTPClientTransport(url)), /401|token/i);
});
