import assert from "node:assert/strict";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import type { McpServer as McpServerConfig } from "../../src/config.ts";
import type { Tool } from "../../src/tool.ts";
import { mcpServerNames, mcpToolName } from "../../src/tool/mcp_names.ts";
import { openMcpTools } from "../../src/tool/mcp_tools.ts";
import { hostPrograms, openWorld, settingsOf } from "./world.ts";

const SCRIPT = new URL("./mcp_server_script.ts", import.meta.url).pathname;
const never = new AbortController().signal;

function server(behaviour: string, ...more: string[]) {
  return { command: Deno.execPath(), args: ["run", "--no-prompt", "--allow-write", SCRIPT, behaviour, ...more] };
}

function open(mcpServers: Record<string, McpServerConfig>) {
  const settings = settingsOf({ mcpServers });
  const programs = hostPrograms(settings);
  const mcp = openMcpTools({ settings, programs });
  return {
    offer: mcp.offer,
    names: mcp.names,
    async [Symbol.asyncDispose]() {
      await mcp[Symbol.asyncDispose]();
      // A server that outlives the tools would leave this open.
      await Promise.all(programs.endings);
    },
  };
}

function named(tools: Tool[], name: string): Tool {
  return tools.find((tool) => tool.name === name) ?? assert.fail(`no ${name} in ${tools.map((tool) => tool.name)}`);
}

Deno.test("MCP servers that die or do not exist are left out with a warning, and the others are offered", async () => {
  await using mcp = open({
    dead: server("dies-at-start"),
    good: server("works"),
    none: { command: "no-such-program-here" },
  });
  const { tools, warnings } = await mcp.offer(never);
  assert.ok(tools.every(({ name }) => name.startsWith("good__")) && tools.length > 0);
  assert.equal(warnings.length, 2);
  assert.match(warnings[0]!, /dead was left out: it ended: exit code 7/);
  assert.match(warnings[1]!, /none was left out/);
  assert.deepEqual(mcp.names(), ["dead__*", "good__*", "none__*"]);
});

Deno.test("an MCP server that hangs at its start holds up nobody who was stopped, and is gone at the end", async () => {
  await using mcp = open({ slow: server("hangs-at-start") });
  await assert.rejects(mcp.offer(AbortSignal.abort(new Error("the run was cancelled"))), /the run was cancelled/);
});

Deno.test("MCP tools are called over stdio, through garbage and notifications", async () => {
  await using world = await openWorld();
  await using mcp = open({ "my server": server("garbage") });
  const { tools, warnings } = await mcp.offer(never);
  assert.deepEqual(warnings, []);
  const echo = named(tools, "my_server__echo");
  assert.equal(echo.access, "mcp");
  assert.equal(echo.isConcurrent, true);
  const { content, value } = await echo.call({ text: "hi" }, world.context);
  assert.equal(value, "echo hi");
  assert.match(content, /^<data-(\w+) from="MCP tool my server echo"[^>]*>\necho hi\n<\/data-\1>$/);
  assert.deepEqual(tools.filter(({ name }) => name.includes("bad")).map(({ name }) => name), [
    "my_server__bad_name_",
    "my_server__bad_name__2",
  ]);
});

Deno.test("an MCP server that dies in a call is an error result, and runs again at the next call", async () => {
  await using world = await openWorld();
  const state = `${world.root}/pids`;
  await using mcp = open({ s: server("works", state) });
  const { tools } = await mcp.offer(never);
  const echo = () => named(tools, "s__echo").call({ text: "x" }, world.context);
  await echo();
  await assert.rejects(named(tools, "s__die").call({}, world.context), {
    name: "ToolError",
    message: /s: it ended: exit code 9/,
  });
  assert.equal((await echo()).value, "echo x");
  assert.equal(new Set((await Deno.readTextFile(state)).trim().split("\n")).size, 2);
  for (let time = 0; time < 2; time++) await assert.rejects(named(tools, "s__die").call({}, world.context), /it ended/);
  await assert.rejects(echo(), { message: /failed 2 times in a row and is not started again/ });
});

Deno.test("an MCP tool that never answers ends with the run", async () => {
  await using world = await openWorld();
  await using mcp = open({ s: server("works") });
  const { tools } = await mcp.offer(never);
  const stop = new AbortController();
  const call = named(tools, "s__hang").call({}, { ...world.context, signal: stop.signal });
  stop.abort(new Error("the run was cancelled"));
  await assert.rejects(call, /the run was cancelled/);
  assert.equal((await named(tools, "s__echo").call({ text: "y" }, world.context)).value, "echo y");
});

Deno.test("MCP servers that lie about their schemas end nothing: what providers would refuse is replaced, with a warning", async () => {
  await using mcp = open({ s: server("lies") });
  const { tools, warnings } = await mcp.offer(never);
  const open_ = { type: "object", properties: {}, additionalProperties: true };
  for (const name of ["circular", "array", "text", "huge", "invalid", "nowhere", "union", "none"]) {
    assert.deepEqual(named(tools, `s__${name}`).schema, open_, name);
  }
  assert.deepEqual(named(tools, "s__fine").schema, {
    type: "object",
    properties: { a: { items: [{ type: "string" }] } },
  });
  named(tools, "s__bad-output");
  assert.equal(warnings.length, 9);
  assert.match(warnings.find((line) => line.includes("circular"))!, /leads back to itself/);
});

Deno.test("MCP answers of every kind become bounded text, whatever the tool declared", async () => {
  await using world = await openWorld();
  await using mcp = open({ s: server("works") });
  const { tools } = await mcp.offer(never);
  assert.deepEqual((await named(tools, "s__lie").call({}, world.context)).value, { n: "no number" });
  const { content } = await named(tools, "s__mixed").call({}, world.context);
  assert.match(content, /\[image\/png, 3 bytes, left out[^\n]*\]\n\[file:\/\/\/a\]\nin it\n\{"type":"news"\}\n5/);
  await assert.rejects(named(tools, "s__fail").call({}, world.context), {
    name: "ToolError",
    message: /reports a failure:\n<data-[^]*it went wrong/,
  });
});

Deno.test("MCP tools are called over streamable HTTP, with the configured headers and at no other origin", async () => {
  await using world = await openWorld();
  const seen: (string | null)[] = [];
  const handler = createMcpHandler(() => {
    const mcp = new McpServer({ name: "h", version: "1" });
    mcp.registerTool("add", { inputSchema: z.object({ a: z.number(), b: z.number() }) }, ({ a, b }) => ({
      content: [{ type: "text", text: String(a + b) }],
      structuredContent: { sum: a + b },
    }));
    return mcp;
  });
  const stop = new AbortController();
  const listener = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {}, signal: stop.signal },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/moved") return new Response(null, { status: 307, headers: { location: "/mcp" } });
      if (pathname === "/away") {
        return new Response(null, { status: 307, headers: { location: "http://127.0.0.2:9/mcp" } });
      }
      seen.push(request.headers.get("x-key"));
      return await handler.fetch(request);
    },
  );
  const at = (path: string) => ({ url: `http://127.0.0.1:${listener.addr.port}${path}`, headers: { "x-key": "k" } });
  {
    await using mcp = open({ http: at("/mcp"), moved: at("/moved"), away: at("/away") });
    const { tools, warnings } = await mcp.offer(never);
    assert.deepEqual(tools.map(({ name }) => name), ["http__add", "moved__add"]);
    assert.match(warnings.join(), /away was left out: it redirects from/);
    assert.deepEqual((await named(tools, "http__add").call({ a: 2, b: 3 }, world.context)).value, { sum: 5 });
    assert.deepEqual([...new Set(seen)], ["k"]);
  }
  stop.abort();
  await listener.finished;
});

Deno.test("names of MCP tools are what every provider accepts, and stay apart", () => {
  assert.deepEqual([...mcpServerNames(["a b", "a.b", "my__server", "ü"]).values()], [
    "a_b",
    "a_b_2",
    "my_server",
    "server",
  ]);
  const taken = new Set<string>();
  const long = "x".repeat(100);
  const names = [mcpToolName("s", long, taken), mcpToolName("s", long + "y", taken)];
  assert.equal(new Set(names).size, 2);
  for (const name of names) assert.match(name, /^[a-zA-Z0-9_-]{1,64}$/);
});
