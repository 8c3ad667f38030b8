// What may be launched: dialects, the meta literal, and errors with a place and a remedy.
import assert from "node:assert/strict";
import { OdwError } from "../../src/errors.ts";
import { prepare } from "../../src/sandbox/parse.ts";

function parse(text: string) {
  return prepare({ text, file: "dir/my script.js" }).script;
}

function launchFailure(text: string): OdwError {
  try {
    parse(text);
  } catch (error) {
    assert(error instanceof OdwError);
    assert.equal(error.code, "script_invalid");
    return error;
  }
  throw new assert.AssertionError({ message: `was accepted: ${text}` });
}

const FAILURES: [name: string, text: string, place: string, says: RegExp][] = [
  ["an empty file", "", "1:1", /empty/],
  ["a file of comments", "// only this\n", "1:1", /nothing is exported here[^]*export const meta[^]*module\.exports/],
  ["a script of neither dialect", "\nconst a = 1;", "2:1", /export const meta[^]*module\.exports/],
  ["meta that is not first", "const a = 1;\nexport const meta = {};", "2:1", /must be the first statement/],
  ["an export before meta", "export const other = 1;", "1:1", /first statement must be/],
  ["meta with let", "export let meta = {}", "1:8", /const, found let/],
  ["meta without a name", "export const meta = { description: 'd' }", "1:21", /meta\.name must be a non-empty string/],
  [
    "meta with an empty description",
    "export const meta = { name: 'n', description: ' ' }",
    "1:47",
    /meta\.description/,
  ],
  ["a variable in meta", "export const meta = {\n  name: NAME, description: 'd' }", "2:9", /the variable NAME/],
  ["a call in meta", "export const meta = { name: f(), description: 'd' }", "1:29", /a call/],
  ["a spread in meta", "export const meta = { ...a }", "1:23", /a spread/],
  ["a computed key in meta", "export const meta = { ['name']: 'n' }", "1:24", /computed key/],
  ["an operator in meta", "export const meta = { name: 'a' + 'b', description: 'd' }", "1:29", /an operator/],
  ["a substitution in meta", "export const meta = { name: `a${1}` }", "1:29", /template string with/],
  ["a function in meta", "export const meta = { name() {} }", "1:23", /method/],
  ["a BigInt in meta", "export const meta = { name: 1n }", "1:29", /BigInt/],
  ["a regular expression in meta", "export const meta = { name: /a/ }", "1:29", /regular expression/],
  ["a hole in meta", "export const meta = { name: [,] }", "1:29", /hole/],
  ["the key __proto__", "export const meta = { __proto__: null }", "1:23", /must not have the key __proto__/],
  ["the key constructor", "export const meta = { a: { constructor: 1 } }", "1:28", /key constructor/],
  ["the key prototype", "export const meta = { 'prototype': 1 }", "1:23", /key prototype/],
  ["a second declaration", "export const meta = { name: 'n', description: 'd' }, b = 1;", "1:54", /only meta/],
  [
    "another export",
    "export const meta = { name: 'n', description: 'd' };\nexport const b = 1;",
    "2:1",
    /only meta may be exported/,
  ],
  ["a static import", "import fs from 'fs';\nexport const meta = {}", "1:1", /cannot import anything/],
  ["a later import", "export const meta = { name: 'n', description: 'd' };\nimport 'x';", "2:1", /cannot import/],
  ["import()", "export const meta = { name: 'n', description: 'd' };\nawait import('x')", "2:7", /cannot import/],
  ["import.meta", "export const meta = { name: 'n', description: 'd' };\nlog(import.meta.url)", "2:5", /cannot import/],
  ["import() in dialect B", "module.exports = { execute: () => import('x') }", "1:35", /cannot import/],
  ["TypeScript", "export const meta = { name: 'n', description: 'd' };\nconst a: string = 'x'", "2:8", /TypeScript/],
  [
    "an interface",
    "export const meta = { name: 'n', description: 'd' };\ninterface A { b: string }",
    "2:1",
    /TypeScript/,
  ],
  ["a Markdown fence", "```js\nexport const meta = {}\n```", "1:1", /remove the lines with ```/],
  [
    "a syntax error",
    "export const meta = { name: 'n', description: 'd' };\n  const a = = 4;",
    "2:13",
    /Unexpected token `=`/,
  ],
  ["a text that ends early", "export const meta = { name: 'n',", "1:33", /the text ends here/],
  [
    "top-level await in dialect B",
    "const a = await agent({});\nmodule.exports = { execute() {} }",
    "1:17",
    /Top-level await/,
  ],
  ["top-level return in dialect B", "module.exports = { execute() {} }\nreturn 1", "2:1", /Top-level await and return/],
  [
    "a class as default export",
    "export const meta = { name: 'n', description: 'd' };\nexport default class {}",
    "2:1",
    /class/,
  ],
];

for (const [name, text, place, says] of FAILURES) {
  Deno.test(`parse() refuses ${name} with its place and what to do`, () => {
    const { message } = launchFailure(text);
    assert(message.startsWith(`dir/my script.js:${place}: `), message);
    assert.match(message, says);
  });
}

Deno.test("a launch error shows the source line with a caret below the place", () => {
  const { message } = launchFailure("export const meta = { name: 'n', description: 'd' };\r\n\tconst a = = 4;\r\n");
  const [, line, caret] = message.split("\n");
  assert.equal(line, "  2 | \tconst a = = 4;");
  assert.equal(caret, "    | \t          ^");
});

Deno.test("a launch error in a very long line shows only the part around the place", () => {
  const { message } = launchFailure(`export const meta = { name: '${"n".repeat(5000)}', description: d }`);
  assert(message.length < 700, String(message.length));
  assert.match(message, /description: d/);
});

Deno.test("meta may hold comments, single quotes, bare keys, trailing commas, signs and plain template strings", () => {
  const { meta } = parse(`/* a */ // b
    export const meta = { 'name': 'n', description: \`d\`, /* c */ whenToUse: "w", x: [-1, +2.5, null, true,],
      phases: [{ title: 'A', detail: 'x', model: 'm', other: {} }, { title: "B", },], };`);
  assert.deepEqual(meta, {
    name: "n",
    description: "d",
    whenToUse: "w",
    phases: [{ title: "A", detail: "x", model: "m" }, { title: "B" }],
  });
});

Deno.test("models are collected from the body, each once, and not from meta's labels", () => {
  const { models } = parse(
    `export const meta = { name: 'n', description: 'd', phases: [{ title: 'A', model: 'label' }] };
    await agent('a', { model: 'm1' }); await agent('b', { "model": \`m2\` }); await agent('c', { model: 'm1' });
    await agent('d', { model: pick() }); await agent('e', { [model]: 'no' });`,
  );
  assert.deepEqual(models, ["m1", "m2"]);
});

for (
  const text of [
    "module.exports = { execute }; async function execute() {}",
    "module.exports.execute = () => 1",
    "exports.execute = function () {}",
    "'use strict';\nexports['execute'] = () => 1",
    "module['exports'].execute = () => 1",
  ]
) {
  Deno.test(`parse() takes ${JSON.stringify(text)} as dialect B`, () => {
    const script = parse(text);
    assert.equal(script.dialect, "execute");
    assert.equal(script.meta, null);
  });
}

Deno.test('a byte order mark, CRLF, a #! line and "use strict" before meta are tolerated', () => {
  const meta = "export const meta = { name: 'n', description: 'd' };";
  for (
    const text of [
      `\ufeff${meta}`,
      `#!/usr/bin/env odw\n${meta}`,
      `// a\r\n${meta}\r\nreturn 1`,
      `'use strict';\n${meta}`,
    ]
  ) {
    assert.equal(parse(text).meta?.name, "n");
  }
});

Deno.test("a script of 512 KiB is read in well under a second", () => {
  const line = "{ const text = `${1} lorem ipsum dolor`; await agent(text, { model: 'm' }); }\n";
  const text = `export const meta = { name: 'n', description: 'd' };\n${line.repeat(7000)}`;
  assert(text.length > 512 * 1024);
  const start = performance.now();
  assert.deepEqual(parse(text).models, ["m"]);
  assert(performance.now() - start < 3000);
});

Deno.test("nesting that no parser can read is a clear error", () => {
  const { message } = launchFailure(`export const meta = { name: 'n', description: 'd' }; ${"[".repeat(200_000)}`);
  assert.match(message, /nested too deeply/);
});

for (
  const line of [
    "type A = { b: string }",
    "const a = (b: string) => b",
    "function f(a?: number): void {}",
    "const x = await agent<Result>('p') as const;",
    "let list: Finding[] = []",
  ]
) {
  Deno.test(`the type syntax in ${JSON.stringify(line)} is called TypeScript`, () => {
    assert.match(launchFailure(`export const meta = { name: 'n', description: 'd' };\n${line}`).message, /TypeScript/);
  });
}

Deno.test("a plain mistake in JavaScript is not called TypeScript", () => {
  const { message } = launchFailure(
    `export const meta = { name: 'n', description: 'd' };\nawait agent("act as Critic", { a: B, c d });`,
  );
  assert.doesNotMatch(message, /TypeScript/);
});
