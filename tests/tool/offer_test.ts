// Which tools a selection gives, under which names.
import assert from "node:assert/strict";
import type { ToolInfo, ToolSelection } from "../../src/tool.ts";
import { Workspace, type WorkspaceOptions } from "./workspace.ts";

const FILES = ["read_file", "list_files", "glob", "grep"];

async function offered(selection: ToolSelection, options: WorkspaceOptions = {}) {
  await using place = new Workspace({}, options);
  return await place.tools.offer(selection, new AbortController().signal);
}

const names = (tools: ToolInfo[]) => tools.map(({ name }) => name);

Deno.test("without a selection every tool is offered that is granted or asked for, in a fixed order", async () => {
  assert.deepEqual(names((await offered({})).tools), [...FILES, "git"]);
  const writing = [...FILES, "write_file", "edit_file", "apply_patch"];
  assert.deepEqual(names((await offered({}, { grants: "write" })).tools), [...writing, "git"]);
  const asking = await offered({}, { grants: { approve: ["write"], run: ["npm"] } });
  assert.deepEqual(names(asking.tools), [...writing, "run_command", "git"]);
  assert.ok(asking.tools.every(({ denial }) => denial === null));
  assert.deepEqual(names((await offered({ tools: ["*"] })).tools), [...FILES, "git"]);
  assert.deepEqual((await offered({ tools: [] })).tools, []);
});

Deno.test("a tool that was named and is not granted is offered with the flag that grants it", async () => {
  const { tools, unknown } = await offered({ tools: ["Write", "Bash(npm test:*)", "Read"] });
  assert.deepEqual(names(tools), ["read_file", "write_file", "run_command"]);
  assert.deepEqual(unknown, []);
  assert.equal(tools[0]?.denial, null);
  assert.match(tools[1]?.denial ?? "", /--allow-write$/);
  assert.match(tools[2]?.denial ?? "", /--allow-run$/);
});

Deno.test("disallowedTools wins over everything", async () => {
  const selection = { tools: ["Read", "Grep", "Edit"], disallowedTools: ["read_file", "MultiEdit"] };
  assert.deepEqual(names((await offered(selection, { grants: "write" })).tools), ["grep"]);
  assert.deepEqual((await offered({ disallowedTools: ["*"] })).tools, []);
});

Deno.test("names of other harnesses lead to odw's tools, whatever their case", async () => {
  await using place = new Workspace({});
  const known = {
    read_file: ["Read", "read", "READ_FILE", "view", "readFile"],
    list_files: ["LS", "list_dir"],
    glob: ["Glob"],
    grep: ["Grep", "search", "rg"],
    write_file: ["Write"],
    edit_file: ["Edit", "MultiEdit", "str_replace", "Edit(src/**)"],
    apply_patch: ["ApplyPatch"],
    run_command: ["Bash", "run_bash", "runBash", "Bash(git:*)", "shell"],
    web_fetch: ["WebFetch"],
    web_search: ["WebSearch"],
  };
  for (const [name, written] of Object.entries(known)) {
    for (const alias of [name, ...written]) assert.equal(place.tools.canonicalName(alias), name, alias);
  }
  for (const name of ["Reed", "mcp__none__x", "toString", "__proto__", "", "Task"]) {
    assert.equal(place.tools.canonicalName(name), undefined, name);
  }
});

Deno.test("names that lead to no tool are reported, and those that only other harnesses have apart from them", async () => {
  const { tools, unknown, warnings } = await offered({ tools: ["Read", "Reed", "Task", "TodoWrite", "WebSearch"] });
  assert.deepEqual(names(tools), ["read_file"]);
  assert.deepEqual(unknown, ["Reed", "WebSearch"]);
  assert.deepEqual(warnings, ["tools of another harness without a counterpart here were left out: Task, TodoWrite"]);
});

Deno.test("the descriptions are short: they are paid for with every request", async () => {
  const { tools } = await offered({}, {
    grants: { write: ["/"], run: ["*"], web: ["*"] },
    settings: { tools: { searchUrl: "https://search.example/?q={query}", environment: {} } },
  });
  const tokens = (infos: ToolInfo[]) =>
    JSON.stringify(infos.map(({ name, description, schema }) => ({ name, description, schema }))).length / 3.5;
  const reading = tokens(tools.filter(({ name }) => FILES.includes(name)));
  assert.ok(reading <= 600, `${reading} tokens for reading`);
  assert.ok(tokens(tools) <= 1500, `${tokens(tools)} tokens for all`);
});

Deno.test("the descriptions are ASCII: one other character doubles the memory of every request's text", async () => {
  const { tools } = await offered({}, {
    grants: { write: ["/"], run: ["*"], web: ["*"] },
    settings: { tools: { searchUrl: "https://search.example/?q={query}", environment: {} } },
  });
  const text = JSON.stringify(tools.map(({ name, description, schema }) => ({ name, description, schema })));
  assert.deepEqual(text.match(/.{0,20}[^\x20-\x7e].{0,20}/g) ?? [], []);
});
