// The main job: scripts of both dialects against a local server of each wire format, as a real process.
import assert from "node:assert/strict";
import type { WireAnswer, WireCall } from "../wire_server.ts";
import { Place } from "./odw_process.ts";

const APIS = ["anthropic-messages", "openai-chat", "openai-responses", "ollama-chat"];
const REPOSITORY = new URL("../../", import.meta.url).pathname;

/** Notes that carry a fact of the file, and a summary that carries all notes: proof that every answer travelled. */
function summarizer({ prompt }: WireCall): WireAnswer {
  const path = prompt.match(/<file path="([^"]+)">/)?.[1];
  if (path) return { json: { purpose: `Contract ${path}`, points: [`${prompt.length} characters read`] } };
  return `SUMMARY\n${prompt.match(/<notes>([\s\S]*)<\/notes>/)?.[1]?.trim()}`;
}

for (const api of APIS) {
  Deno.test(`summarize over this repository's files prints a summary through ${api}`, async () => {
    await using place = await Place.make();
    await using server = await place.serve(api, { answer: summarizer });
    const files = ["run", "agent", "provider", "store", "queue", "sandbox", "engine", "errors", "json"]
      .map((name) => `${REPOSITORY}src/${name}.ts`);
    const ended = await place.odw(["run", "summarize", "--files", ...files]);
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(ended.stdout, /^SUMMARY/);
    for (const file of files) assert.ok(ended.stdout.includes(`Contract ${file}`), `${file} is missing`);
    // 9 files in groups of 8: nine notes, two merges, one answer.
    assert.equal(server.calls.length, 12);
    assert.match(ended.stderr, /Read/);
  });
}

Deno.test("--output json prints one document with result, failures and usage", async () => {
  await using place = await Place.make();
  await using _server = await place.serve("openai-chat", {
    answer: ({ prompt }) => prompt === "bad" ? { status: 400, body: { error: { message: "no" } } } : "good",
  }, { prices: { "wire/*": { input: 1, output: 2 } } });
  await place.write(
    "two.js",
    `export const meta = { name: "two", description: "d", phases: [{ title: "Ask" }] };
phase("Ask");
return await parallel([() => agent("good", { label: "first" }), () => agent("bad", { label: "second" })]);`,
  );
  const ended = await place.odw(["run", "two.js", "--output", "json"]);
  assert.equal(ended.code, 0, ended.stderr);
  const document = JSON.parse(ended.stdout);
  assert.equal(document.status, "completed");
  assert.deepEqual(document.result, ["good", null]);
  assert.equal(document.failures.length, 1);
  assert.equal(document.failures[0].label, "second");
  assert.equal(document.failures[0].phase, "Ask");
  assert.equal(document.usage.agents, 2);
  assert.ok(document.usage.inputTokens > 0 && document.usage.outputTokens > 0 && document.usage.costUsd > 0);
  assert.deepEqual(Object.keys(document.usage).sort(), [
    "agents",
    "cachedAgents",
    "costUsd",
    "inputTokens",
    "outputTokens",
  ]);

  const listed = JSON.parse((await place.odw(["ls", "--json"])).stdout);
  assert.equal(listed.length, 1);
  assert.equal(listed[0].id, document.runId);
  assert.deepEqual(Object.keys(listed[0]).sort(), ["agents", "costUsd", "id", "name", "startedAt", "status"]);

  const step = JSON.parse((await place.odw(["show", document.runId, "--step", "second", "--json"])).stdout);
  assert.match(JSON.stringify(step), /bad/);
  const logs = await place.odw(["logs", document.runId]);
  assert.match(logs.stdout, /second/);
});

Deno.test("--output stream-json prints the run's events, one JSON object a line, in order", async () => {
  await using place = await Place.make();
  await using _server = await place.serve("openai-chat", { answer: () => "x" });
  await place.write(
    "one.js",
    `export const meta = { name: "one", description: "d" };\nlog("hi");\nreturn await agent("p");`,
  );
  const ended = await place.odw(["run", "one.js", "--output", "stream-json"]);
  const events = ended.stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(events.map((event) => event.seq), events.map((_, i) => i + 1));
  assert.equal(events[0].type, "run_created");
  assert.equal(events.at(-1).type, "run_completed");
  assert.equal(events.find((event) => event.type === "step_completed").value, "x");
});

Deno.test("a script of dialect B runs unmodified: execute(), context, budget(), rejections with codes", async () => {
  await using place = await Place.make();
  await using _server = await place.serve("anthropic-messages", {
    answer: ({ prompt }) => prompt.includes("fail") ? { status: 400, body: {} } : { json: { n: 7 } },
  });
  await place.write(
    "b.js",
    `const execute = async (context) => {
  phase("one");
  const value = await agent({ role: "counter", prompt: "count", schema: { n: "number" } });
  let code = null;
  try { await agent({ prompt: "fail" }); } catch (error) { code = error.code; }
  checkpoint({ phase: "one", value });
  const spent = budget().tokensUsed;
  return { value, code, who: args().who, same: context.args.who, spent: spent > 0, now: typeof Date.now() };
};
module.exports = { execute };`,
  );
  const ended = await place.odw(["run", "b.js", "--arg", "who=me"]);
  assert.equal(ended.code, 0, ended.stderr);
  const { code, ...rest } = JSON.parse(ended.stdout);
  assert.equal(typeof code, "string");
  assert.deepEqual(rest, { value: { n: 7 }, who: "me", same: "me", spent: true, now: "number" });
});

Deno.test("a saved workflow is found by name, shadows a built-in one, and calls another by path", async () => {
  await using place = await Place.make();
  await using _server = await place.serve("openai-chat", { answer: () => "answer" });
  await place.write(
    ".odw/workflows/mine.js",
    `export const meta = { name: "summarize", description: "mine" };
return [await workflow({ scriptPath: "child.js" }, "[1]"), await workflow("nobody").catch((error) => error.message)];`,
  );
  await place.write(
    "child.js",
    `export const meta = { name: "child", description: "d" };\nreturn { args, text: await agent("p") };`,
  );
  const ended = await place.odw(["run", "summarize"]);
  assert.equal(ended.code, 0, ended.stderr);
  const [child, message] = JSON.parse(ended.stdout);
  assert.deepEqual(child, { args: "[1]", text: "answer" });
  assert.match(message, /unknown workflow 'nobody'/);
});

Deno.test("agentType uses the project's definition; an unknown one names those that exist", async () => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", { answer: () => "ok" });
  await place.write(
    ".claude/agents/critic.md",
    `---\nname: Critic\ndescription: finds faults\nmodel: wire/other-model\n---\nYou find faults.`,
  );
  await place.write(
    "t.js",
    `export const meta = { name: "t", description: "d" };
return [await agent("p", { agentType: "critic" }), await agent("p", { agentType: "nobody" }).catch((error) => error.message)];`,
  );
  const ended = await place.odw(["run", "t.js"]);
  assert.equal(ended.code, 0, ended.stderr);
  const [answer, message] = JSON.parse(ended.stdout);
  assert.equal(answer, "ok");
  assert.match(message, /nobody.*Critic.*general-purpose/s);
  assert.equal(server.calls.length, 1);
  assert.match(server.calls[0]!.system, /You find faults/);
  assert.equal(server.calls[0]!.model, "other-model");
});

Deno.test("limits hold: agent cap, token budget, run timeout", async (t) => {
  await using place = await Place.make();
  await using _server = await place.serve("openai-chat", { answer: () => "some words that count" });
  await place.write(
    "many.js",
    `export const meta = { name: "many", description: "d" };
const seen = [];
for (let i = 0; i < 20; i++) { try { await agent("p" + i); seen.push("ok"); } catch (error) { seen.push(error.name); break; } }
return seen;`,
  );
  await t.step("--max-agents", async () => {
    const ended = await place.odw(["run", "many.js", "--max-agents", "3"]);
    assert.deepEqual(JSON.parse(ended.stdout), ["ok", "ok", "ok", "WorkflowAgentCapError"]);
  });
  await t.step("--budget-tokens", async () => {
    const ended = await place.odw(["run", "many.js", "--budget-tokens", "1"]);
    assert.deepEqual(JSON.parse(ended.stdout), ["ok", "WorkflowBudgetExceededError"]);
  });
  await t.step("--timeout", async () => {
    await place.write(
      "long.js",
      `export const meta = { name: "long", description: "d" };\nawait new Promise(() => setTimeout(() => {}, 60000));`,
    );
    const ended = await place.odw(["run", "long.js", "--timeout", "1", "--output", "json"]);
    assert.equal(ended.code, 1);
    assert.equal(JSON.parse(ended.stdout).error.code, "timeout");
  });
});

Deno.test("Ctrl-C cancels the run, exits 130, and the journal says so", async () => {
  await using place = await Place.make();
  const asked = Promise.withResolvers<void>();
  await using _server = await place.serve("openai-chat", {
    answer: () => {
      asked.resolve();
      return { raw: [], end: "hang" };
    },
  });
  await place.write("slow.js", `export const meta = { name: "slow", description: "d" };\nreturn await agent("p");`);
  const child = place.spawn(["run", "slow.js"]);
  await asked.promise;
  child.kill("SIGINT");
  const { code, stderr } = await child.output();
  assert.equal(code, 130);
  assert.match(new TextDecoder().decode(stderr), /cancel/i);
  const [run] = JSON.parse((await place.odw(["ls", "--json"])).stdout);
  assert.equal(run.status, "cancelled");
});

Deno.test("a key is nowhere in the store, the output or the errors", async () => {
  await using place = await Place.make();
  const key = "sk-very-secret-0123456789";
  await using server = await place.serve("openai-chat", {
    answer: () => ({ status: 401, body: { error: { message: `Incorrect API key provided: ${key}` } } }),
  });
  await place.configure({
    providers: { wire: { api: "openai-chat", baseUrl: `${server.url}/v1`, apiKeyEnv: "SECRET_KEY" } },
    models: { default: "wire/m" },
  });
  await place.write("one.js", `export const meta = { name: "one", description: "d" };\nreturn await agent("p");`);
  const ended = await place.odw(["run", "one.js", "--output", "stream-json"], { env: { SECRET_KEY: key } });
  assert.equal(server.calls[0]?.headers.get("authorization"), `Bearer ${key}`);
  assert.ok(!ended.stdout.includes(key) && !ended.stderr.includes(key));
  for await (const entry of Deno.readDir(place.home)) {
    const bytes = await Deno.readFile(`${place.home}/${entry.name}`);
    assert.ok(!new TextDecoder("latin1").decode(bytes).includes(key), `${entry.name} holds the key`);
  }
});

Deno.test("a runaway script ends alone, with a clear error", async (t) => {
  await using place = await Place.make();
  await place.configure({ models: { default: "sim:fast" }, script: { sliceMs: 500, memoryMiB: 64 } });
  const cases: [string, string, RegExp][] = [
    ["endless loop", "for (;;) {}", /0\.5 s|500 ms/],
    ["memory bomb", "const a = []; for (;;) a.push('x'.repeat(1e6) + a.length);", /memory/],
    ["deep recursion", "const f = () => f() + 1; f();", /stack|recursion/],
  ];
  for (const [name, body, pattern] of cases) {
    await t.step(name, async () => {
      await place.write("bad.js", `export const meta = { name: "bad", description: "d" };\n${body}`);
      const ended = await place.odw(["run", "bad.js"]);
      assert.equal(ended.code, 1);
      assert.match(ended.stderr, pattern);
    });
  }
});

Deno.test("without any configuration the simulated provider answers, and one line says so", async () => {
  await using place = await Place.make();
  await place.write(
    "one.js",
    `export const meta = { name: "one", description: "d" };\nreturn await agent("hello", { model: "opus" });`,
  );
  const ended = await place.odw(["run", "one.js"], { env: { OLLAMA_HOST: "" } });
  assert.equal(ended.code, 0, ended.stderr);
  assert.match(ended.stdout, /simulated/i);
  assert.match(ended.stderr, /simulated/i);
  assert.match(ended.stderr, /ANTHROPIC_API_KEY|config\.json/);
});

Deno.test("the engine ring reads nothing outside the workspace: Deno refuses, and says so", async () => {
  await using place = await Place.make();
  await place.configure({ models: { default: "sim:fast" } });
  const outside = `${place.folder}/outside.js`;
  await Deno.writeTextFile(outside, `export const meta = { name: "outside", description: "d" };\nreturn "read";`);
  await place.write(
    "inside.js",
    `export const meta = { name: "inside", description: "d" };
return await workflow({ scriptPath: ${JSON.stringify(outside)} }).catch((error) => error.message);`,
  );
  const ended = await place.odw(["run", "inside.js"]);
  assert.equal(ended.code, 0, ended.stderr);
  assert.match(ended.stdout, /outside the folders that this run may read/);
});

Deno.test("a symbolic link does not lead the engine ring out of the workspace", async () => {
  await using place = await Place.make();
  await place.configure({ models: { default: "sim:fast" } });
  const outside = `${place.folder}/outside.js`;
  await Deno.writeTextFile(outside, `export const meta = { name: "outside", description: "d" };\nreturn "read";`);
  await Deno.symlink(outside, `${place.work}/link.js`);
  await place.write(
    "inside.js",
    `export const meta = { name: "inside", description: "d" };
const refusals = [];
for (const call of [() => workflow({ scriptPath: "link.js" }), () => agent("p", { agentType: "spy" })]) {
  await call().catch((error) => refusals.push(error.message));
}
return refusals;`,
  );
  await place.write(".odw/agents/real.md", "fine");
  await Deno.symlink(outside, `${place.work}/.odw/agents/spy.md`);
  const ended = await place.odw(["run", "inside.js"]);
  const refusals = JSON.parse(ended.stdout);
  assert.equal(refusals.length, 2);
  for (const refusal of refusals) assert.match(refusal, /is a link to .*outside\.js/);
});
