import assert from "node:assert/strict";
import { join } from "node:path";
import { findWorkflow, listWorkflows, type LookupPlaces } from "../../src/engine/workflow_lookup.ts";
import { OdwError } from "../../src/errors.ts";
import { openSandbox } from "../../src/sandbox/open.ts";

const sandbox = openSandbox();

function script(name: string, body = "return 1;"): string {
  return `export const meta = { name: "${name}", description: "the ${name} workflow" };\n${body}\n`;
}

/** A repository with a folder below it, a user's home, and one built-in workflow. */
async function places(files: Record<string, string>): Promise<LookupPlaces & AsyncDisposable> {
  const root = await Deno.makeTempDir({ prefix: "odw-lookup-" });
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(join(root, path, ".."), { recursive: true });
    await Deno.writeTextFile(join(root, path), text);
  }
  return {
    cwd: join(root, "repo", "sub"),
    repositoryRoot: join(root, "repo"),
    userHome: join(root, "user"),
    home: join(root, "user", ".odw"),
    builtIn: [{ name: "common", text: script("common", "return 'built-in';") }],
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

Deno.test("the nearest folder wins, .odw before .claude, then the user's, then the built-in library", async () => {
  const order = [
    "repo/sub/.odw/workflows/common.js",
    "repo/sub/.claude/workflows/common.js",
    "repo/.odw/workflows/common.js",
    "repo/.claude/workflows/common.js",
    "user/.odw/workflows/common.js",
    "user/.claude/workflows/common.js",
  ];
  for (let first = 0; first <= order.length; first++) {
    const files = Object.fromEntries(order.slice(first).map((path) => [path, script("common", `return "${path}";`)]));
    await using where = await places(files);
    const found = await findWorkflow({ name: "common" }, where, sandbox);
    assert.ok(found.text.includes(order[first] ?? "built-in"), `${first}: ${found.file}`);
  }
});

Deno.test("meta.name finds a workflow before a file stem does", async () => {
  await using where = await places({
    "repo/.odw/workflows/a.js": script("wanted", "return 'by name';"),
    "repo/.odw/workflows/wanted.js": script("other", "return 'by stem';"),
  });
  assert.match((await findWorkflow({ name: "wanted" }, where, sandbox)).text, /by name/);
  assert.match((await findWorkflow({ name: "a" }, where, sandbox)).text, /by name/);
});

Deno.test("an unknown name lists what is available", async () => {
  await using where = await places({ "repo/.odw/workflows/mine.mjs": script("mine") });
  await assert.rejects(findWorkflow({ name: "nobody" }, where, sandbox), (error) => {
    assert.ok(error instanceof OdwError);
    assert.equal(error.code, "not_found");
    assert.match(error.message, /unknown workflow 'nobody' \(available: common, mine\)/);
    return true;
  });
});

Deno.test("a file outside the repository's folders is not found by name", async () => {
  await using where = await places({ ".odw/workflows/above.js": script("above") });
  await assert.rejects(findWorkflow({ name: "above" }, where, sandbox), /unknown workflow/);
});

Deno.test("a saved script that cannot be launched hides no other, is listed with its fault, and throws it when named", async () => {
  await using where = await places({
    "repo/.odw/workflows/bad.js": "const = 1;",
    "repo/.odw/workflows/good.js": script("good"),
  });
  assert.equal((await findWorkflow({ name: "good" }, where, sandbox)).meta?.name, "good");
  await assert.rejects(findWorkflow({ name: "bad" }, where, sandbox), /bad\.js/);
  const listed = await listWorkflows(where, sandbox);
  assert.deepEqual(listed.map(({ name }) => name), ["bad", "common", "good"]);
  assert.match(listed[0]!.description, /cannot be launched/);
});

Deno.test("scriptPath is relative to the working directory, and a missing file is named", async () => {
  await using where = await places({ "repo/sub/child.js": script("child") });
  assert.equal((await findWorkflow({ scriptPath: "child.js" }, where, sandbox)).meta?.name, "child");
  await assert.rejects(findWorkflow({ scriptPath: "gone.js" }, where, sandbox), /gone\.js: there is no such file/);
});
