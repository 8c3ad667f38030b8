// Which definition an agentType names, what its file may look like, and what it changes.
import assert from "node:assert/strict";
import { OdwError } from "../../src/errors.ts";
import { bench, says } from "./scripted_provider.ts";

interface Tree {
  root: string;
  [Symbol.asyncDispose]: () => Promise<void>;
}

/** A folder with these files; a name that ends with `/` is an empty folder. */
async function tree(files: Record<string, string | Uint8Array>): Promise<Tree> {
  const root = await Deno.makeTempDir();
  for (const [name, content] of Object.entries(files)) {
    const path = `${root}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    if (typeof content !== "string") await Deno.writeFile(path, content);
    else if (!name.endsWith("/")) await Deno.writeTextFile(path, content);
  }
  return { root, [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
}

function define(fields: Record<string, string>, body = "Do it."): string {
  const lines = Object.entries(fields).map(([key, value]) => `${key}: ${value}`);
  return ["---", ...lines, "---", body, ""].join("\n");
}

async function failureOf(agentType: string, folder: string): Promise<OdwError> {
  const { prepare, provider } = bench([], { cwd: folder });
  const thrown = await prepare({ agentType }).then(() => null, (error) => error);
  assert.ok(thrown instanceof OdwError);
  assert.equal(provider.requests.length, 0);
  return thrown;
}

Deno.test("an unknown agentType is refused with the known types, the project's own included", async () => {
  await using files = await tree({ ".git/": "", ".odw/agents/auditor.md": "Audit." });
  const error = await failureOf("nobody", files.root);
  assert.equal(error.code, "not_found");
  assert.match(
    error.message,
    /Unknown agentType "nobody"; known types: auditor, general-purpose, Explore, Plan, reviewer/,
  );
});

const broken: [string, string | Uint8Array, RegExp][] = [
  ["front matter that never closes", "---\nname: x\n", /no closing ---/],
  ["front matter that is no YAML", "---\nname: x\ntools: [a\n---\nbody", /front matter is wrong/],
  ["front matter that is a list", "---\n- name\n---\nbody", /key: value/],
  ["an unknown effort", define({ effort: "huge" }), /`effort` must be one of low, medium/],
  ["tools that are no names", define({ tools: "{ a: 1 }" }), /`tools` must be a list/],
  ["a name that is no text", define({ name: "[a]" }), /`name` must be text/],
  ["bytes that are no UTF-8", new Uint8Array([0xff, 0xfe, 0x00]), /not UTF-8/],
];
for (const [what, content, message] of broken) {
  Deno.test(`a file with ${what} fails when it is named, with its path, and hurts nobody else`, async () => {
    await using files = await tree({ ".git/": "", ".odw/agents/x.md": content, ".odw/agents/sound.md": "Fine." });
    const error = await failureOf("x", files.root);
    assert.equal(error.code, "config");
    assert.match(error.message, message);
    assert.ok(error.message.includes(`${files.root}/.odw/agents/x.md`));
    const { prepare, runner } = bench([], { cwd: files.root });
    assert.equal((await prepare({ agentType: "sound" })).definition?.system, "Fine.");
    assert.deepEqual((await runner.definitions()).map((definition) => definition.name), [
      "sound",
      "general-purpose",
      "Explore",
      "Plan",
      "reviewer",
    ]);
  });
}

Deno.test("the model of an unroutable definition is refused before the start", async () => {
  await using files = await tree({ ".git/": "", ".odw/agents/x.md": define({ model: "unroutable" }) });
  assert.equal((await failureOf("x", files.root)).code, "config");
});

Deno.test("a definition is found by its front matter's name, else by its file's, without regard to case", async () => {
  await using files = await tree({
    ".git/": "",
    ".claude/agents/one.md": define({ name: "Code-Auditor", description: "audits" }, "Audit the code."),
    ".claude/agents/Two.md": "Just a prompt.",
  });
  const { prepare } = bench([], { cwd: files.root });
  const named = (await prepare({ agentType: "code-AUDITOR" })).definition;
  assert.deepEqual(named, {
    name: "Code-Auditor",
    description: "audits",
    system: "Audit the code.",
    source: `${files.root}/.claude/agents/one.md`,
  });
  assert.equal((await prepare({ agentType: "two" })).definition?.system, "Just a prompt.");
  assert.equal((await failureOf("one", files.root)).code, "not_found");
});

Deno.test("plugin:name is looked up whole", async () => {
  await using files = await tree({
    ".git/": "",
    ".odw/agents/p.md": define({ name: "tools:auditor" }, "From a plugin."),
  });
  const { prepare } = bench([], { cwd: files.root });
  assert.equal((await prepare({ agentType: "tools:Auditor" })).definition?.system, "From a plugin.");
  assert.equal((await failureOf("auditor", files.root)).code, "not_found");
  assert.equal((await failureOf("other:reviewer", files.root)).code, "not_found");
});

Deno.test("the nearest definition wins: folder by folder up to the repository root, then home, then built in", async () => {
  const system = async (cwd: string, userHome: string, agentType: string) =>
    (await bench([], { cwd, userHome, repositoryRoot: `${files.root}/repo` }).prepare({ agentType })).definition
      ?.system;
  await using files = await tree({
    "repo/.git/": "",
    "repo/a/b/.claude/agents/x.md": "b claude",
    "repo/a/.odw/agents/x.md": "a odw",
    "repo/a/.claude/agents/x.md": "a claude",
    "repo/.odw/agents/x.md": "root",
    "repo/.odw/agents/plan.md": "own plan",
    ".odw/agents/outside.md": "outside the repository",
    "home/.claude/agents/x.md": "home",
    "home/.odw/agents/h.md": "home odw",
    "home/.odw/agents/Explore.md": "own explore",
  });
  const home = `${files.root}/home`;
  assert.equal(await system(`${files.root}/repo/a/b`, home, "x"), "b claude");
  assert.equal(await system(`${files.root}/repo/a`, home, "x"), "a odw");
  assert.equal(await system(`${files.root}/repo`, home, "x"), "root");
  assert.equal(await system(`${files.root}/repo/a/b`, home, "Plan"), "own plan");
  assert.equal(await system(`${files.root}/repo`, home, "h"), "home odw");
  assert.equal(await system(`${files.root}/repo`, home, "explore"), "own explore");
  await assert.rejects(system(`${files.root}/repo/a/b`, home, "outside"), /Unknown agentType/);
});

Deno.test("outside a repository only the working directory's own definitions count", async () => {
  await using files = await tree({ ".odw/agents/above.md": "above", "work/.odw/agents/here.md": "here" });
  const { prepare } = bench([], { cwd: `${files.root}/work` });
  assert.equal((await prepare({ agentType: "here" })).definition?.system, "here");
  await assert.rejects(prepare({ agentType: "above" }), /Unknown agentType/);
});

Deno.test("tools are a list or text with commas, and inherit is no model", async () => {
  await using files = await tree({
    ".git/": "",
    ".odw/agents/list.md": define({ tools: "[Read, Grep]", model: "inherit", effort: "high" }),
    ".odw/agents/text.md": define({ tools: "Read,  Grep ,", model: "opus" }),
  });
  const { prepare } = bench([], { cwd: files.root });
  const list = (await prepare({ agentType: "list" })).definition;
  assert.deepEqual(list?.tools, ["Read", "Grep"]);
  assert.ok(list && !("model" in list));
  assert.equal(list.effort, "high");
  const text = (await prepare({ agentType: "text" })).definition;
  assert.deepEqual(text?.tools, ["Read", "Grep"]);
  assert.equal(text?.model, "opus");
});

Deno.test("a description with colons and examples is read although YAML refuses it", async () => {
  const description = 'Use this agent when: user: "check" <example>Context: a\nuser: "b"</example>';
  const content = `---\r\nname: wordy\r\ndescription: ${description}\r\nmodel: sonnet\r\n---\r\nBody.\r\n`;
  await using files = await tree({ ".git/": "", ".claude/agents/wordy.md": content });
  const { prepare } = bench([], { cwd: files.root });
  const call = await prepare({ agentType: "wordy" });
  assert.equal(call.definition?.system, "Body.");
  assert.equal(call.definition?.model, "sonnet");
  assert.match(call.definition?.description ?? "", /^Use this agent when: user: "check"/);
});

Deno.test("the model is the request's, else the definition's, else the run's, else the configured one", async () => {
  await using files = await tree({ ".git/": "", ".odw/agents/x.md": define({ model: "opus" }) });
  const { prepare } = bench([], { cwd: files.root });
  const routed = async (request: { model?: string; agentType?: string }, model: string | null) =>
    (await prepare(request, { model })).route.modelId;
  assert.equal(await routed({ model: "haiku", agentType: "x" }, "run"), "haiku");
  assert.equal(await routed({ agentType: "x" }, "run"), "opus");
  assert.equal(await routed({ agentType: "reviewer" }, "run"), "run");
  assert.equal(await routed({ model: "inherit", agentType: "x" }, "run"), "opus");
  assert.equal(await routed({}, null), "default-model");
});

Deno.test("a definition's effort counts unless the request names one", async () => {
  await using files = await tree({ ".git/": "", ".odw/agents/x.md": define({ effort: "low" }) });
  const { run, provider } = bench([says("a"), says("b")], { cwd: files.root });
  await run({ agentType: "x" });
  await run({ agentType: "x", effort: "max" });
  assert.deepEqual(provider.requests.map((request) => request.effort), ["low", "max"]);
});

Deno.test("definition files are read once for each runner, and not before an agentType is asked for", async () => {
  await using files = await tree({ ".git/": "", ".odw/agents/x.md": "first" });
  const { prepare } = bench([], { cwd: files.root });
  await prepare();
  await Deno.writeTextFile(`${files.root}/.odw/agents/x.md`, "second");
  assert.equal((await prepare({ agentType: "x" })).definition?.system, "second");
  await Deno.writeTextFile(`${files.root}/.odw/agents/x.md`, "third");
  assert.equal((await prepare({ agentType: "x" })).definition?.system, "second");
});

Deno.test("tools that nobody knows are refused in dialect B and left alone in dialect A", async () => {
  const { prepare } = bench([]);
  await assert.rejects(prepare({ tools: ["read_fil"] }, { dialect: "execute" }), (thrown) => {
    assert.ok(thrown instanceof OdwError);
    assert.equal(thrown.code, "not_found");
    assert.match(thrown.message, /read_fil; known tools: none/);
    return true;
  });
  assert.deepEqual((await prepare({ tools: ["read_fil"] })).request.tools, ["read_fil"]);
});

Deno.test("a prepared call is JSON and runs the same after a trip through text", async () => {
  const { prepare, runner, provider } = bench([says('{"n":1}')]);
  const schema = { type: "object", properties: { n: { type: "number" } } };
  const call = await prepare({ agentType: "Plan", schema }, { handling: { label: "l" } });
  const result = await runner.run(JSON.parse(JSON.stringify(call)), { signal: new AbortController().signal });
  assert.deepEqual(result.status === "completed" && result.value, { n: 1 });
  assert.match(provider.requests[0]?.system ?? "", /You plan and leave the doing to others/);
});
