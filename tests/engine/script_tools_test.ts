// The tools that a script itself calls: the same in both dialects, journaled, and answered from the journal.
import assert from "node:assert/strict";
import type { Json } from "../../src/json.ts";
import type { ToolResult } from "../../src/tool.ts";
import { run, script, toolBench, type ToolBenchSetup } from "./tool_bench.ts";

/** Tools that say what they were given, and count their calls. */
function telling(
  calls: [string, Json][],
  results: Record<string, ToolResult> = {},
): Pick<ToolBenchSetup, "act" | "tools"> {
  return {
    act: ({ prompt }) => prompt,
    tools: {
      call(name, input) {
        calls.push([name, input]);
        return Promise.resolve(results[name] ?? { content: "text", isError: false, value: { name, n: calls.length } });
      },
    },
  };
}

Deno.test("context.tools has the signatures of dialect B, and tools the same in dialect A", async () => {
  const calls: [string, Json][] = [];
  await using bench = await toolBench(telling(calls));
  const engine = await bench.open();
  const uses = `
    await tools.glob("**/*.ts");
    await tools.read_file("a.ts");
    await tools.write_file("b.ts", "text");
    await tools.search("needle", { glob: "*.md" });
    await tools.run_bash("npm test", { timeout: 5000 });
    await tools.runBash("npm test | tail -1");
    await tools.git(["log", "-1"]);
    await tools.web_fetch("https://example.com/");
    await tools.web_search("odw");`;
  const wanted = [
    ["glob", { pattern: "**/*.ts" }],
    ["read_file", { path: "a.ts" }],
    ["write_file", { path: "b.ts", content: "text" }],
    ["grep", { glob: "*.md", pattern: "needle" }],
    ["run_command", { command: "npm test", timeout_ms: 5000 }],
    ["run_command", { command: "npm test | tail -1", shell: true }],
    ["git", { args: ["log", "-1"] }],
    ["web_fetch", { url: "https://example.com/" }],
    ["web_search", { query: "odw" }],
  ];
  const meta = await run(engine, uses);
  assert.equal(meta.status, "completed", meta.error?.message);
  assert.deepEqual(calls, wanted);
  calls.length = 0;
  const text = `module.exports.execute = async ({ tools }) => { ${uses} };`;
  const { id } = await engine.start({ script: { text, file: "b.js" } });
  const execute = await engine.outcome(id);
  assert.equal(execute.status, "completed", execute.error?.message);
  assert.deepEqual(calls, wanted);
});

Deno.test("dialect A has the canonical names too, takes a tool's own input, and any tool by its name", async () => {
  const calls: [string, Json][] = [];
  await using bench = await toolBench(telling(calls));
  const body = `
    await tools.list_files("src");
    await tools.grep({ pattern: "x", ignoreCase: true });
    await tools.edit_file("a", "old", "new");
    await tools.apply_patch("patch");
    await tools.run_command("ls", { cwd: "src" });
    await tools.call("github__search", { q: "odw" });
    const shadowed = await (async () => { const tools = 1; return tools; })();
    return [shadowed, await tools.glob().catch((e) => e.name), await tools.call("x", 1).catch((e) => e.message)];`;
  const { result, error } = await run(await bench.open(), body);
  assert.deepEqual(calls, [
    ["list_files", { path: "src" }],
    ["grep", { pattern: "x", ignoreCase: true }],
    ["edit_file", { path: "a", old_string: "old", new_string: "new" }],
    ["apply_patch", { patch: "patch" }],
    ["run_command", { cwd: "src", command: "ls" }],
    ["github__search", { q: "odw" }],
    ["glob", {}],
  ], error?.message);
  assert.deepEqual((result as Json[])[2], "tools.x() expects its input as an object");
});

Deno.test("a tool that was not permitted rejects with code `denied`, one that failed with `tool_failed`", async () => {
  const results: Record<string, ToolResult> = {
    write_file: { content: "not granted: --allow-write", isError: true, code: "denied" },
    read_file: { content: "there is no a.ts", isError: true, code: "tool_failed" },
  };
  await using bench = await toolBench(telling([], results));
  const text = `module.exports.execute = async ({ tools }) => [
    await tools.write_file("a", "b").catch((e) => [e.code, e.message]),
    await tools.read_file("a").catch((e) => e.code)];`;
  const engine = await bench.open();
  const { id } = await engine.start({ script: { text, file: "b.js" } });
  assert.deepEqual((await engine.outcome(id)).result, [
    ["denied", "tools.write_file(): not granted: --allow-write"],
    "tool_failed",
  ]);
});

Deno.test("answers come from the journal on resume and replay, in their own order; what was denied is tried again", async () => {
  const calls: [string, Json][] = [];
  const results: Record<string, ToolResult> = { write_file: { content: "no", isError: true, code: "denied" } };
  await using bench = await toolBench(telling(calls, results));
  const engine = await bench.open();
  const body = `const twice = [await tools.glob("*"), await tools.glob("*")];
    const written = await tools.write_file("a", "b").catch((e) => e.code);
    if (args === 1) throw new Error("stop");
    return [...twice.map(({ n }) => n), written];`;
  const { id } = await engine.start({ script: script(body), args: 1 });
  assert.equal((await engine.outcome(id)).status, "failed");
  assert.equal(calls.length, 3);
  delete results.write_file;
  await engine.resume({ ref: id, args: 2 });
  const { result } = await engine.outcome(id);
  assert.deepEqual(result, [1, 2, { name: "write_file", n: 4 }]);
  assert.deepEqual(calls.slice(3), [["write_file", { path: "a", content: "b" }]]);
  assert.deepEqual(await engine.replay({ ref: id }), result);
  await assert.rejects(
    engine.replay({ ref: id, script: script(`return await tools.read_file("other");`) }),
    /diverged: the journal holds no call like tools\.read_file/,
  );
  assert.equal(calls.length, 4);
});

Deno.test("thousands of calls at once are a few at once", async () => {
  let now = 0;
  let most = 0;
  await using bench = await toolBench({
    act: () => null,
    tools: {
      async call() {
        most = Math.max(most, ++now);
        await new Promise((done) => setTimeout(done, 0));
        now--;
        return { content: "", isError: false, value: 1 };
      },
    },
  });
  const body = `return (await Promise.all(Array.from({ length: 500 }, (_, i) => tools.read_file("f" + i)))).length;`;
  assert.equal((await run(await bench.open(), body)).result, 500);
  assert.ok(most <= 16, String(most));
});
