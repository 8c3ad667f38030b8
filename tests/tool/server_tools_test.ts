// How the tools of MCP servers are selected, permitted and called; the servers themselves have their own tests.
import assert from "node:assert/strict";
import type { Json } from "../../src/json.ts";
import { callTool } from "../../src/tool/call_tool.ts";
import { type McpTools, offeredTools } from "../../src/tool/offer.ts";
import { ToolError } from "../../src/tool/tool_error.ts";
import { namedTool } from "../../src/tool/tool_names.ts";
import type { ApprovalRequest, Tool, ToolContext, ToolSelection } from "../../src/tool.ts";

const SERVERS = ["github", "issues"];

function serverTool(
  name: string,
  call: Tool["call"] = () => Promise.resolve({ content: "done", value: "done" }),
): Tool {
  return { name, description: "", schema: { type: "object" }, access: "mcp", isConcurrent: false, call };
}

/** Counts how often the servers were asked for. */
class Servers implements McpTools {
  asked = 0;
  constructor(readonly tools: Tool[]) {}
  offer() {
    this.asked++;
    return Promise.resolve({ tools: this.tools, warnings: ["the server files did not start"] });
  }
  names(): string[] {
    return SERVERS.map((name) => `${name}__*`);
  }
  [Symbol.asyncDispose]() {
    return Promise.resolve();
  }
}

const GRANTS = { write: [], run: [], web: [], mcp: ["github"], approve: [] };
const TOOLS = ["github__read", "github__search", "issues__list"].map((name) => serverTool(name));

async function offered(selection: ToolSelection, mcp = new Servers(TOOLS)) {
  const signal = new AbortController().signal;
  const offer = await offeredTools(selection, { builtIn: new Map(), mcp, grants: GRANTS, servers: SERVERS, signal });
  return { ...offer, names: offer.tools.map(({ name }) => name), asked: mcp.asked };
}

async function called(
  input: Json,
  options: { tool?: Tool; freeServers?: string[]; context?: Partial<ToolContext> } = {},
) {
  const { tool = serverTool("github__search"), freeServers = ["github"] } = options;
  const requests: ApprovalRequest[] = [];
  const context: ToolContext = {
    root: "/",
    signal: new AbortController().signal,
    approve: (request) => Promise.resolve(requests.push(request) < 0),
    ...options.context,
  };
  const parts = { input, context, builtIn: new Map(), mcp: new Servers([tool]), grants: GRANTS, freeServers };
  return { result: await callTool(tool.name, parts), requests };
}

Deno.test("a name of another harness leads to the server's tool, or to all of its tools", () => {
  assert.deepEqual(namedTool("mcp__github__search", SERVERS), { kind: "mcp", name: "github__search" });
  assert.deepEqual(namedTool("github__search", SERVERS), { kind: "mcp", name: "github__search" });
  for (const name of ["mcp__github", "mcp__github__*", "github__*"]) {
    assert.deepEqual(namedTool(name, SERVERS), { kind: "mcp-server", server: "github" }, name);
  }
  for (const name of ["mcp__gitlab__search", "github", "githubs__search"]) {
    assert.deepEqual(namedTool(name, SERVERS), { kind: "unknown" }, name);
  }
});

Deno.test("servers are started only for a selection that needs them", async () => {
  assert.equal((await offered({ tools: [] })).asked, 0);
  assert.equal((await offered({ disallowedTools: ["mcp__github", "issues__*"] })).asked, 0);
  assert.deepEqual((await offered({})).names, ["github__read", "github__search", "issues__list"]);
  assert.deepEqual((await offered({ tools: ["mcp__github"] })).names, ["github__read", "github__search"]);
  const some = await offered({ tools: ["mcp__github__search", "github__gone"], disallowedTools: ["mcp__issues"] });
  assert.deepEqual([some.names, some.unknown], [["github__search"], ["github__gone"]]);
  assert.deepEqual(some.warnings, ["the server files did not start"]);
});

Deno.test("a server that was granted is used freely, another one only when the user says so", async () => {
  let permitted = 0;
  const onPermitted = () => Promise.resolve(void permitted++);
  const free = await called({ q: 1 }, { context: { onPermitted } });
  assert.deepEqual(free.result, { content: "done", value: "done", isError: false });
  assert.deepEqual([free.requests.length, permitted], [0, 1]);
  const asked = await called({ q: 1 }, { freeServers: [], context: { onPermitted } });
  assert.equal(asked.result.code, "denied");
  assert.equal(asked.requests[0]?.scope, "mcp github");
  assert.match(asked.requests[0]?.detail ?? "", /"q": 1/);
  assert.equal(permitted, 1);
});

Deno.test("whatever a tool throws becomes an error result", async () => {
  for (
    const [thrown, code] of [
      [new ToolError("usage", "wrong"), "usage"],
      [new Deno.errors.NotCapable("write"), "denied"],
      [new TypeError("defect"), "tool_failed"],
      ["text", "tool_failed"],
    ] as const
  ) {
    const tool = serverTool("github__search", () => Promise.reject(thrown));
    const { result } = await called({}, { tool });
    assert.deepEqual([result.isError, result.code], [true, code]);
  }
});

Deno.test("a call that was stopped rejects with the signal's reason, whatever the tool threw", async () => {
  const stop = new AbortController();
  const tool = serverTool("github__search", () => {
    stop.abort(new Error("stopped"));
    return Promise.reject(new Error("closed"));
  });
  await assert.rejects(called({}, { tool, context: { signal: stop.signal } }), /stopped/);
});
