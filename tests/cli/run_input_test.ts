// Promises of what `odw run` accepts: scripts, args and flags.
import assert from "node:assert/strict";
import { OdwError } from "../../src/errors.ts";
import { createFakeEngine } from "./fake_engine.ts";
import { cli, type FakeWorldOptions, named } from "./fake_world.ts";

const SCRIPT = { "/project/review.js": "export const meta = {}" };

function worldOf(options: FakeWorldOptions & { fake?: Parameters<typeof createFakeEngine>[0] } = {}) {
  const engine = createFakeEngine(options.fake);
  return { engine, options: { files: SCRIPT, engine, ...options } };
}

const BAD_FILES: [promise: string, target: string, files: FakeWorldOptions["files"], says: RegExp][] = [
  ["a missing file", "nope.js", {}, /cannot read "nope\.js": there is no such file/],
  ["a missing file in a folder", "dir/nope", {}, /cannot read "dir\/nope": there is no such file/],
  ["a directory", "dir.js", { "/project/dir.js": "folder" }, /"dir\.js" is a directory, not a script/],
  [
    "an unreadable file",
    "a.js",
    { "/project/a.js": named("PermissionDenied") },
    /cannot read "a\.js": permission denied/,
  ],
  ["an empty file", "a.js", { "/project/a.js": "" }, /"a\.js" is empty/],
  ["a blank file", "a.js", { "/project/a.js": " \n" }, /nothing but white space/],
  ["a binary file", "a.js", { "/project/a.js": new Uint8Array([1, 0, 2]) }, /binary file/],
  ["invalid UTF-8", "a.js", { "/project/a.js": new Uint8Array([0x61, 0xff]) }, /not valid UTF-8/],
];

for (const [promise, target, files, says] of BAD_FILES) {
  Deno.test(`run refuses ${promise} with one message and exit 2, and starts nothing`, async () => {
    const { code, out, err, world } = await cli(["run", target], { files: files ?? {} });
    assert.equal(code, 2);
    assert.equal(out, "");
    assert.match(err, says);
    assert.equal(err.trimEnd().split("\n").length, 1);
    assert.equal(world.connections.length, 0);
  });
}

const BAD_ARGS: [promise: string, argv: string[], says: RegExp][] = [
  [
    "broken JSON in --args, with its place",
    ["--args", '{"a": x}'],
    /--args looks like JSON but is not: .*line 1, column 7/,
  ],
  ["cut JSON in --args", ["--args", "[1,\n2"], /line 2, column 2, where the text ends/],
  ["words and --args together", ["text", "--args", "x"], /more than one way: the words "text" and --args/],
  ["--arg and --args-file together", ["--arg", "a=1", "--args-file", "x"], /more than one way: --arg and --args-file/],
  ["--arg without a key", ["--arg", "=1"], /--arg must be key=value; got "=1"/],
  ["one --arg key twice", ["--arg", "a=1", "--arg", "a=2"], /--arg a was given twice/],
  ["a missing args file", ["--args-file", "no.json"], /cannot read "no\.json": there is no such file/],
  ["an object that the shell has split", ["{a:", "1}"], /the text after the script looks like JSON/],
  ["an unknown flag, with a near one", ["--modle", "x"], /unknown option '--modle'; did you mean --model\?/],
  ["an unknown output format", ["--output", "xml"], /--output must be one of text, json, stream-json; got "xml"/],
  ["a concurrency of 0", ["--concurrency", "0"], /--concurrency must be a whole number of at least 1, .*got "0"/],
  ["a budget that is no amount", ["--budget-usd", "much"], /--budget-usd must be an amount in US dollars/],
  ["a time that is no time", ["--timeout", "soon"], /--timeout must be a time above 0/],
  ["a --cwd that is not there", ["--cwd", "/nowhere"], /--cwd "\/nowhere" cannot be used: there is no such folder/],
  ["a --cwd that is a file", ["--cwd", "review.js"], /--cwd "review\.js" cannot be used: it is not a folder/],
  ["an option without its value", ["--model"], /argument missing/],
];

for (const [promise, argv, says] of BAD_ARGS) {
  Deno.test(`run refuses ${promise} with exit 2, and starts nothing`, async () => {
    const { engine, options } = worldOf();
    const { code, out, err } = await cli(["run", "review.js", ...argv], options);
    assert.equal(code, 2);
    assert.equal(out, "");
    assert.match(err, says);
    assert.equal(err.trimEnd().split("\n").length, 1);
    assert.equal(engine.started.length, 0);
  });
}

Deno.test("run without a script says what is missing", async () => {
  const { code, err } = await cli(["run"]);
  assert.equal(code, 2);
  assert.match(err, /missing required argument 'script'; see odw run --help/);
});

const ARGS: [promise: string, argv: string[], args: unknown][] = [
  ["nothing", [], undefined],
  ["words as one text", ["fix", "the", "parser"], "fix the parser"],
  ["words that only begin like JSON as text", ["[urgent]", "fix"], "[urgent] fix"],
  ["words that are JSON parsed", ['["a"]'], ["a"]],
  ["--arg keeps every digit", [
    "--arg",
    "v=1.10",
    "--arg",
    "id=12345678901234567890",
    "--arg",
    "n=12",
    "--arg",
    "e=1e10",
    "--arg",
    "b=12e3456",
  ], {
    ...{ v: "1.10", id: "12345678901234567890", n: 12, e: "1e10", b: "12e3456" },
  }],
  ["--args text as text", ["--args", "42"], "42"],
  ["--args JSON parsed", ["--args", ' {"a":[1]} '], { a: [1] }],
  ["--arg members, JSON or text", ["--arg", "n=2", "--arg", "t=a=b", "--arg", "l=[1]"], { n: 2, t: "a=b", l: [1] }],
  ["--args-file parsed", ["--args-file", "args.json"], { deep: true }],
  ["--args-file - from standard input", ["--args-file", "-"], [1, 2]],
  ["words after --", ["--", "--not-a-flag"], "--not-a-flag"],
];

for (const [promise, argv, args] of ARGS) {
  Deno.test(`run gives the script ${promise}`, async () => {
    const { engine, options } = worldOf({ stdin: "[1, 2]" });
    const files = { ...SCRIPT, "/project/args.json": '\ufeff{"deep": true}' };
    assert.equal((await cli(["run", "review.js", ...argv], { ...options, files })).code, 0);
    assert.deepEqual(engine.started[0]?.args, args);
    assert.equal("args" in (engine.started[0] ?? {}), args !== undefined);
  });
}

Deno.test("run passes every limit, the model, the folder and the clock on", async () => {
  const { engine, options } = worldOf();
  const files = { ...SCRIPT, "/project/sub": "folder" as const };
  const flags =
    "--model m1 --concurrency 8 --max-agents 2k --budget-tokens 500k --budget-usd 2.5 --timeout 10m --cwd sub --budget-hard";
  const { world } = await cli(["run", "review.js", ...flags.split(" "), "--deterministic-clock"], {
    ...options,
    files,
  });
  assert.deepEqual(engine.started, [{
    script: { text: "export const meta = {}", file: "/project/review.js" },
    limits: { concurrency: 8, agents: 2000, tokens: 500_000, costUsd: 2.5, timeoutMs: 600_000, hard: true },
    onAsk: "default",
    model: "m1",
    clock: "seeded",
  }]);
  assert.deepEqual(world.connections, [{
    need: { providers: true },
    options: { model: "m1", concurrency: 8, cwd: "/project/sub" },
  }]);
  assert.equal(engine.isDisposed, true);
});

Deno.test("run takes a bare word as the name of a saved workflow, even beside a folder of that name", async () => {
  const audit = { name: "audit", description: "", whenToUse: null, args: {}, source: "built-in" };
  const { engine, options } = worldOf({ fake: { workflows: [audit] } });
  await cli(["run", "audit", "now"], { ...options, files: { "/project/audit": "folder" } });
  assert.deepEqual(engine.started[0]?.script, { name: "audit" });
  assert.equal(engine.started[0]?.args, "now");
});

Deno.test("run of an unknown name lists near and saved workflows", async () => {
  const workflows = ["audit", "summarize"].map((name) => ({
    name,
    description: "",
    whenToUse: null,
    source: "built-in",
  }));
  const { options } = worldOf({ fake: { launchError: new OdwError("not_found", "no workflow"), workflows } });
  const { code, err } = await cli(["run", "sumarize", "this"], options);
  assert.equal(code, 2);
  assert.match(
    err,
    /no file and no saved workflow is named "sumarize"; did you mean summarize\? saved workflows: audit, summarize/,
  );
});

Deno.test("run of a folder's name says that it is a directory", async () => {
  const { options } = worldOf({ fake: { launchError: new OdwError("not_found", "no workflow") } });
  const { code, err } = await cli(["run", "src"], { ...options, files: { "/project/src": "folder" } });
  assert.equal(code, 2);
  assert.match(err, /"src" is a directory, and no saved workflow has that name; no workflow is saved/);
});
