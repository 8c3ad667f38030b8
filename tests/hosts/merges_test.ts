// Merges on files as people keep them: everything that is not odw's stays to the letter.
import assert from "node:assert/strict";
import { parse } from "jsonc-parser";
import { parseTOML } from "toml-eslint-parser";
import { removeJsonEntry, setJsonEntry } from "../../src/hosts/json_edit.ts";
import { parseTomlText, removeTomlEntry, setTomlEntry } from "../../src/hosts/toml_edit.ts";

const ENTRY = { command: "/opt/odw", args: ["mcp"], timeout: 5 };
const EDIT = { file: "/f.json", container: ["mcpServers"], entry: ENTRY, owned: ["command", "args"] };
const TOML_EDIT = { ...EDIT, file: "/config.toml", container: ["mcp_servers"] };

const JSON_CORPUS: Record<string, string> = {
  "an empty object": "{}",
  "an empty object over lines": "{\n}\n",
  "an empty container": '{\n  "mcpServers": {}\n}\n',
  "one line": '{"theme":"dark","mcpServers":{"a":{"command":"a"}}}',
  "one line without servers": '{"theme":"dark"}\n',
  "tabs": '{\n\t"theme": "dark",\n\t"mcpServers": {\n\t\t"a": { "command": "a" }\n\t}\n}\n',
  "four spaces": '{\n    "mcpServers": {\n        "a": {\n            "command": "a"\n        }\n    }\n}',
  "CRLF": '{\r\n  "theme": "dark",\r\n  "mcpServers": {\r\n    "a": { "command": "a" }\r\n  }\r\n}\r\n',
  "comments":
    '// mine\n{\n  // colours\n  "theme": "dark", // not light\n  /* servers */\n  "mcpServers": {\n    "a": { "command": "a" } // the first\n    // no more\n  }\n}\n// end\n',
  "trailing commas": '{\n  "mcpServers": {\n    "a": { "command": "a", }, // kept\n  },\n}\n',
  "a comment as the whole container": '{\n  "mcpServers": {\n    // none yet\n  }\n}\n',
  "odd indents": '{\n "theme" : "dark"\n   , "mcpServers":{\n       "a":{"command":"a"}}\n}\n',
  "braces in strings": '{\n  "prompt": "a } , \\" { // x",\n  "mcpServers": { "}": { "command": "," } }\n}\n',
};

for (const [name, before] of Object.entries(JSON_CORPUS)) {
  Deno.test(`a JSON merge adds odw alone, and its removal gives the file back: ${name}`, async () => {
    const { text, madeDepth } = await setJsonEntry(before, EDIT, false);
    assert.deepEqual(parse(text).mcpServers.odw, ENTRY);
    const { odw: _, ...others } = parse(text).mcpServers;
    assert.deepEqual(others, parse(before).mcpServers ?? {});
    assert.deepEqual(comments(text), comments(before));
    assert.equal(text.includes("\r\n"), before.includes("\r\n"));
    if (before.includes("\r\n")) assert.equal(/[^\r]\n/.test(text), false);
    assert.equal((await setJsonEntry(text, EDIT, false)).text, text);
    const after = await removeJsonEntry(text, { ...EDIT, madeDepth }, false);
    assert.equal(after.replace(/\{\s*\}/g, "{}").trim(), before.replace(/\{\s*\}/g, "{}").trim());
  });
}

Deno.test("a JSON merge writes the file's own indents", async () => {
  const { text } = await setJsonEntry('{\n\t"mcpServers": {\n\t\t"a": {}\n\t}\n}\n', EDIT, false);
  assert.equal(
    text,
    '{\n\t"mcpServers": {\n\t\t"a": {},\n\t\t"odw": {\n\t\t\t"command": "/opt/odw",\n\t\t\t"args": ["mcp"],\n\t\t\t"timeout": 5\n\t\t}\n\t}\n}\n',
  );
});

Deno.test("a JSON merge puts the comma before a comment, and odw after it", async () => {
  const { text } = await setJsonEntry('{\n  "mcpServers": {\n    "a": {} // first\n  }\n}\n', EDIT, false);
  assert.match(text, /"a": \{\}, \/\/ first\n {4}"odw": \{/);
});

Deno.test("a JSON merge mends the command of an old entry and leaves what the user set", async () => {
  const before =
    '{\n  "mcpServers": {\n    "odw": {\n      "command": "/old/odw", // moved\n      "args": ["mcp"],\n      "timeout": 99,\n      "env": { "A": "b" }\n    }\n  }\n}\n';
  const { text } = await setJsonEntry(before, EDIT, false);
  assert.equal(text, before.replace("/old/odw", "/opt/odw"));
});

Deno.test("a JSON merge replaces an entry that was reached over the network", async () => {
  const { text } = await setJsonEntry('{ "mcpServers": { "odw": { "url": "http://x", "headers": {} } } }', EDIT, false);
  assert.deepEqual(parse(text), { mcpServers: { odw: ENTRY } });
});

Deno.test("a JSON file that cannot be parsed is refused with file, line and column", async () => {
  await assert.rejects(
    setJsonEntry('{\n  "a": 1\n  "b": 2\n}\n', EDIT, false),
    /^OdwError: \/f\.json:3:3: .*left alone/,
  );
  await assert.rejects(setJsonEntry("[]", EDIT, false), /\/f\.json:1:1: no JSON object/);
  await assert.rejects(setJsonEntry('{ "mcpServers": [] }', EDIT, false), /mcpServers is no object/);
});

Deno.test("a strict JSON file with a comment is refused, since its host cannot read it either", async () => {
  await assert.rejects(setJsonEntry('{\n  // x\n  "a": 1\n}\n', EDIT, true), /\/f\.json:2:3: .*without comments/);
});

Deno.test("a JSON removal takes odw from between two others", async () => {
  const before = '{\n  "mcpServers": {\n    "a": {}, // 1\n    "odw": { "command": "x" },\n    "b": {} // 2\n  }\n}\n';
  const after = await removeJsonEntry(before, { ...EDIT, madeDepth: 0 }, false);
  assert.equal(after, '{\n  "mcpServers": {\n    "a": {}, // 1\n    "b": {} // 2\n  }\n}\n');
});

Deno.test("a JSON removal keeps an empty container that odw did not make", async () => {
  const after = await removeJsonEntry('{ "mcpServers": { "odw": {} } }', { ...EDIT, madeDepth: 0 }, false);
  assert.deepEqual(parse(after), { mcpServers: {} });
  assert.equal(await removeJsonEntry('{ "a": 1 }', { ...EDIT, madeDepth: 1 }, false), '{ "a": 1 }');
});

const TOML_CORPUS: Record<string, string> = {
  "an empty file": "",
  "a file without servers": '# mine\nmodel = "gpt-6" # best\n',
  "no line break at the end": 'model = "x"',
  "CRLF": '# c\r\nmodel = "x"\r\n\r\n[mcp_servers.a]\r\ncommand = "a"\r\n',
  "other servers":
    '[mcp_servers.a]\ncommand = "a" # first\nargs = [\n  "x", # one\n]\n\n[mcp_servers.a.env]\nK = "v"\n\n[profiles.fast]\nmodel = "y"\n',
  "an inline server": '[mcp_servers]\na = { command = "a" }\n\n[tools]\nweb = true\n',
  "dates and arrays of tables": 'since = 2026-11-25T10:00:00Z\n\n[[rules]]\nname = "a"\n[[rules]]\nname = "b"\n',
  "strings that look like tables": 'note = """\n[mcp_servers.odw]\ncommand = "no"\n"""\n',
};

for (const [name, before] of Object.entries(TOML_CORPUS)) {
  Deno.test(`a TOML merge adds odw alone, and its removal gives the file back: ${name}`, async () => {
    const text = await setTomlEntry(before, TOML_EDIT);
    const { value } = await parseTomlText(text, "/config.toml");
    assert.deepEqual((value.mcp_servers as Record<string, unknown>).odw, ENTRY);
    assert.ok(text.startsWith(before));
    if (before.includes("\r\n")) assert.equal(/[^\r]\n/.test(text), false);
    assert.equal(await setTomlEntry(text, TOML_EDIT), text);
    const after = await removeTomlEntry(text, { ...TOML_EDIT, madeDepth: 0 });
    assert.equal(after.trimEnd(), before.trimEnd());
  });
}

Deno.test("a TOML merge mends the command of an old table, keeps comments and adds what is missing", async () => {
  const before =
    '[mcp_servers.odw] # mine\ncommand = "/old" # moved\nargs = ["mcp"]\n\n[mcp_servers.odw.env]\nA = "b"\n\n[x]\ny = 1\n';
  const text = await setTomlEntry(before, TOML_EDIT);
  assert.equal(text, before.replace('"/old"', '"/opt/odw"').replace('["mcp"]\n', '["mcp"]\ntimeout = 5\n'));
});

Deno.test("a TOML merge takes the place of an inline entry", async () => {
  const text = await setTomlEntry(
    '[mcp_servers]\nodw = { command = "/old", env = { A = "b" } }\na = { command = "a" }\n',
    TOML_EDIT,
  );
  const { value } = await parseTomlText(text, "/config.toml");
  assert.deepEqual(value, { mcp_servers: { a: { command: "a" }, odw: { ...ENTRY, env: { A: "b" } } } });
});

Deno.test("a TOML removal takes the table, its subtables and one empty line", async () => {
  const before =
    '[a]\nb = 1\n\n[mcp_servers.odw]\ncommand = "x"\n\n[mcp_servers.odw.env]\nA = "b"\n\n# about c\n[c]\nd = 1\n';
  const after = await removeTomlEntry(before, { ...TOML_EDIT, madeDepth: 0 });
  assert.equal(after, "[a]\nb = 1\n\n# about c\n[c]\nd = 1\n");
});

Deno.test("a TOML file that cannot be parsed, or extended, is refused with file, line and column", async () => {
  await assert.rejects(setTomlEntry("a = 1\nb = = 2\n", TOML_EDIT), /^OdwError: \/config\.toml:2:\d+: not valid TOML/);
  await assert.rejects(
    setTomlEntry('mcp_servers = { a = { command = "a" } }\n', TOML_EDIT),
    /\/config\.toml.*left alone/,
  );
});

Deno.test("a TOML entry of Windows is one that TOML reads", async () => {
  const entry = { command: "C:\\Program Files\\odw.exe", args: ["mcp"] };
  const text = await setTomlEntry("", { ...TOML_EDIT, entry });
  assert.ok(parseTOML(text));
  assert.deepEqual((await parseTomlText(text, "x")).value, { mcp_servers: { odw: entry } });
});

function comments(text: string): string[] {
  return [...text.replace(/"(?:[^"\\]|\\.)*"/g, '""').matchAll(/\/\/[^\r\n]*|\/\*[\s\S]*?\*\//g)].map(([all]) => all);
}
