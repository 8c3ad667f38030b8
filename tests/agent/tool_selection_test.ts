// Which tools a call is prepared with.
import assert from "node:assert/strict";
import { bench } from "./scripted_provider.ts";
import { scriptedTools } from "./scripted_tools.ts";

Deno.test("dialect B refuses an unknown tool and lists the known ones; dialect A warns once and goes on", async () => {
  const { prepare } = bench([], { tools: scriptedTools() });
  await assert.rejects(prepare({ tools: ["read_file", "fly"] }, { dialect: "execute" }), {
    code: "not_found",
    message: "Unknown tools: fly; known tools: read_file, grep, write_file, run_command",
  });
  const call = await prepare({ tools: ["Read", "fly", "swim"] });
  assert.deepEqual(call.tools, ["read_file"]);
  assert.equal(call.warnings.length, 1);
  assert.match(call.warnings[0] ?? "", /fly, swim/);
});

Deno.test("without `tools`, dialect A gets what is granted and dialect B nothing", async () => {
  const { prepare } = bench([], { tools: scriptedTools() });
  assert.deepEqual((await prepare()).tools, ["read_file", "grep", "write_file"]);
  assert.deepEqual((await prepare({}, { dialect: "execute" })).tools, []);
  assert.deepEqual((await prepare({ tools: [] })).tools, []);
  assert.deepEqual((await prepare({ tools: ["*"], disallowedTools: ["Write"] })).tools, ["read_file", "grep"]);
});

Deno.test("a tool that was named and is not granted is offered, so that its denial can be explained", async () => {
  const { prepare } = bench([], { tools: scriptedTools() });
  assert.deepEqual((await prepare({ tools: ["run_command"] })).tools, ["run_command"]);
});

Deno.test("a definition's tools only narrow, in both dialects, and its unknown names are no warning", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/.odw/agents`, { recursive: true });
    const header = "tools: Read, Write, TodoWrite, run_command\ndisallowedTools: [write_file]\nmaxTurns: 3";
    await Deno.writeTextFile(`${root}/.odw/agents/narrow.md`, `---\n${header}\n---\nDo it.`);
    const { prepare } = bench([], { tools: scriptedTools(), cwd: root });
    const call = await prepare({ agentType: "narrow" });
    assert.deepEqual([call.tools, call.warnings, call.definition?.maxTurns], [["read_file"], [], 3]);
    assert.deepEqual((await prepare({ agentType: "narrow" }, { dialect: "execute" })).tools, ["read_file"]);
    assert.deepEqual((await prepare({ agentType: "narrow", tools: ["grep", "Read"] })).tools, ["read_file"]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("the built-in types that only read get no tool that writes", async () => {
  const { prepare } = bench([], { tools: scriptedTools() });
  for (const agentType of ["Explore", "Plan", "reviewer"]) {
    assert.deepEqual((await prepare({ agentType })).tools, ["read_file", "grep"]);
  }
  assert.deepEqual((await prepare({ agentType: "general-purpose" })).tools, ["read_file", "grep", "write_file"]);
});

Deno.test("ten thousand calls with one selection ask for it once", async () => {
  const tools = scriptedTools();
  const { prepare } = bench([], { tools });
  for (let count = 0; count < 10_000; count++) await prepare({ tools: ["grep"] });
  assert.equal(tools.selections.length, 1);
});

Deno.test("a call that asks for a worktree is prepared like any other", async () => {
  const { prepare } = bench([], { tools: scriptedTools() });
  assert.equal((await prepare({ isolation: "worktree" })).request.isolation, "worktree");
});
