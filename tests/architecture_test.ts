// The rule of the house, read from every import. See "How it is built" in the README.
import assert from "node:assert/strict";

const MOST_LINES = 300;
/** The faces that live in the engine ring: app.ts joins them to the engine. */
const RING_FACES = ["server", "mcp", "report"];
/** The rooms that only app.ts may enter. */
const ENGINE_ROOMS = ["engine", "sandbox", "provider", "queue", "store", "agent", "tool", "planner", "worktree"];
/** What main.ts may enter: the faces, what they show, and the two rooms that work before there is an engine. */
const MAIN_ROOMS = ["cli", "server", "mcp", "hosts", "config", "ring", "report"];
const TOP_LEVEL = ["deno.json", "deno.lock", "main.ts", "src", "tests", "scripts", "README.md", "LICENSE", "dist"];

/** Drawers that every room, root file and face may open: code that knows nothing of odw, and pure "may it?" questions. */
const DRAWERS = ["lib", "policy"];

const root = new URL("../", import.meta.url);

Deno.test("every import keeps the rule: rooms import themselves and root files, root files only root files", async () => {
  const breaches: string[] = [];
  for (const file of await sourceFiles()) {
    for (const target of await importsOf(file)) {
      const breach = breachOf(file, target);
      if (breach) breaches.push(`${file} imports ${target}: ${breach}`);
    }
  }
  assert.deepEqual(breaches, []);
});

Deno.test("no source file is longer than 300 lines", async () => {
  const long: string[] = [];
  for (const file of [...await sourceFiles(), ...await filesBelow("scripts")]) {
    const lines = (await Deno.readTextFile(new URL(file, root))).split("\n").length - 1;
    if (lines > MOST_LINES) long.push(`${file}: ${lines} lines`);
  }
  assert.deepEqual(long, []);
});

Deno.test("the top level holds what it may hold", () => {
  const names = [...Deno.readDirSync(root)].map((entry) => entry.name);
  assert.deepEqual(names.filter((name) => !name.startsWith(".") && !TOP_LEVEL.includes(name)), []);
});

Deno.test("the breach check finds breaches", () => {
  assert.ok(breachOf("src/engine/open.ts", "src/store/open.ts"));
  assert.ok(breachOf("src/run.ts", "src/engine/open.ts"));
  assert.ok(breachOf("main.ts", "src/engine/open.ts"));
  assert.ok(breachOf("src/app.ts", "src/cli/cli.ts"));
  assert.ok(breachOf("src/lib/glob.ts", "src/run.ts"));
  assert.ok(breachOf("src/lib/glob.ts", "src/policy/grants.ts"));
  assert.ok(breachOf("src/policy/grants.ts", "src/engine/open.ts"));
  assert.equal(breachOf("src/engine/open.ts", "src/lib/glob.ts"), null);
  assert.equal(breachOf("src/policy/grants.ts", "src/lib/glob.ts"), null);
  assert.equal(breachOf("src/run.ts", "src/lib/glob.ts"), null);
  assert.equal(breachOf("src/engine/open.ts", "src/run.ts"), null);
  assert.equal(breachOf("src/app.ts", "src/store/open.ts"), null);
});

function breachOf(from: string, to: string): string | null {
  const room = roomOf(to);
  if (roomOf(from) === "lib") return room === "lib" ? null : "the lib drawer knows nothing of odw";
  if (room === null || DRAWERS.includes(room)) return null;
  if (from === "main.ts") return MAIN_ROOMS.includes(room) ? null : "main.ts knows only the faces";
  if (from === "src/app.ts") {
    return [...ENGINE_ROOMS, ...RING_FACES].includes(room) ? null : "app.ts knows only what lives in the engine ring";
  }
  if (roomOf(from) === null) {
    // The built-in library is text, not code of this program.
    return from === "src/workflows.ts" && room === "workflows" ? null : "a root file imports only root files";
  }
  return roomOf(from) === room ? null : "a room imports no other room";
}

/** `src/engine/open.ts` → `engine`; a root file → null. */
function roomOf(path: string): string | null {
  return path.match(/^src\/([^/]+)\//)?.[1] ?? null;
}

async function importsOf(file: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(file, root));
  const specifiers = [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g)].map((match) =>
    match[1] ?? ""
  );
  const base = new URL(file, root);
  return specifiers.map((specifier) => new URL(specifier, base).pathname.slice(root.pathname.length));
}

async function sourceFiles(): Promise<string[]> {
  return ["main.ts", ...await filesBelow("src")];
}

async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(new URL(folder, root))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) files.push(...await filesBelow(path));
    else if (/\.(ts|js)$/.test(entry.name)) files.push(path);
  }
  return files;
}
