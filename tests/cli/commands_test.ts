// Promises of help, mistakes, tables, permissions and completion.
import assert from "node:assert/strict";
import { OdwError } from "../../src/errors.ts";
import { widthOf } from "../../src/cli/text_width.ts";
import { createFakeEngine, RUN_ID, runRecord } from "./fake_engine.ts";
import { runCli } from "../../src/cli/cli.ts";
import { cli, fakeWorld, settle } from "./fake_world.ts";

const COMMANDS = [
  ...["run", "resume", "ls", "show", "logs", "watch", "wait", "pause", "cancel", "skip", "respond"],
  ...["export", "import", "rm", "gc", "db", "models", "workflows", "agents", "permissions", "completions"],
];

Deno.test("odw alone prints its overview on stderr and exits 2", async () => {
  const { code, out, err } = await cli([]);
  assert.equal(code, 2);
  assert.equal(out, "");
  assert.match(err, /Usage: odw <command>/);
});

Deno.test("a mistyped command is answered with near ones", async () => {
  const { code, err } = await cli(["shwo", "last"]);
  assert.equal(code, 2);
  assert.equal(err, 'error: unknown command "shwo"; did you mean show?\n');
});

Deno.test("a script named without run is told what to type", async () => {
  const { code, err } = await cli(["review.js"]);
  assert.equal(code, 2);
  assert.match(err, /"review\.js" is not a command; try: odw run review\.js/);
});

Deno.test("a flag before the command is told where flags stand", async () => {
  const { code, err } = await cli(["--quiet", "run", "a.js"]);
  assert.equal(code, 2);
  assert.match(err, /unknown option "--quiet"; flags stand after the command/);
});

Deno.test("--version prints name and number", async () => {
  assert.deepEqual(await cli(["--version"]).then(({ code, out }) => ({ code, out })), { code: 0, out: "odw 0.1.0\n" });
});

Deno.test("--help names every command, and every command's --help has usage and examples within 80 columns", async () => {
  const overview = await cli(["--help"]);
  assert.equal(overview.code, 0);
  for (const name of COMMANDS) {
    assert.match(overview.out, new RegExp(`^  ${name}\\b`, "m"));
    const { code, out } = await cli([name, "--help"]);
    assert.equal(code, 0);
    assert.match(out, new RegExp(`^Usage: odw ${name}`));
    assert.match(out, new RegExp(`Examples:\n  # .*\n  \\$ .*odw ${name}`));
    assert.equal(out.split("\n").every((line) => line.length <= 80), true, out);
    assert.equal((await cli(["help", name])).out, out);
  }
});

Deno.test("ls --json prints the documented members, newest first as the engine gave them", async () => {
  const runs = [
    runRecord({ id: "b", result: null }),
    runRecord({ id: "a", usage: { ...runRecord().usage, costUsd: null } }),
  ];
  const engine = createFakeEngine({ runs });
  const { out } = await cli(["ls", "--json", "--status", "failed", "--status", "paused", "--limit", "5"], { engine });
  assert.deepEqual(JSON.parse(out), [
    { id: "b", name: "review", status: "completed", startedAt: "2026-11-22T10:00:00.000Z", agents: 3, costUsd: 0.12 },
    { id: "a", name: "review", status: "completed", startedAt: "2026-11-22T10:00:00.000Z", agents: 3, costUsd: null },
  ]);
  assert.deepEqual(engine.listed, [{ limit: 5, status: ["failed", "paused"] }]);
});

Deno.test("ls prints a table that fits a narrow terminal and is whole in a pipe; an unknown cost is unknown", async () => {
  const name = "審査 a workflow with a long name\x1b[2J";
  const runs = [runRecord({ name, failedAgents: 1, usage: { ...runRecord().usage, costUsd: null } })];
  const piped = await cli(["ls"], { engine: createFakeEngine({ runs }) });
  assert.match(piped.out, /審査 a workflow with a long name␛\[2J {2}completed .* 3 \(1 failed\) {2}unknown/);
  const narrow = await cli(["ls"], {
    engine: createFakeEngine({ runs }),
    stdoutIsTerminal: true,
    columns: 72,
    env: { NO_COLOR: "1" },
  });
  assert.equal(narrow.out.split("\n").every((line) => widthOf(line) <= 72), true, narrow.out);
});

Deno.test("ls says why runs stand still, on one line each, where any does", async () => {
  const runs = [
    runRecord({ id: "a", status: "paused", reason: "quota\nexhausted\x1b[2J" }),
    runRecord({ id: "b", status: "waiting", reason: "Ship it?" }),
    runRecord({ id: "c", status: "interrupted" }),
  ];
  const { out } = await cli(["ls"], { engine: createFakeEngine({ runs }) });
  assert.match(
    out,
    /COST {2}WHY\na .* paused .* quota exhausted␛\[2J\nb .* waiting .* Ship it\?\nc .* interrupted .* its process is gone; odw resume goes on\n$/,
  );
  assert.equal((await cli(["ls"], { engine: createFakeEngine({ runs: [runRecord()] }) })).out.includes("WHY"), false);
});

Deno.test("ls --watch draws again what has changed, leaves at Ctrl-C, and refuses a pipe", async () => {
  const runs = [runRecord({ status: "running" })];
  const world = fakeWorld({ engine: createFakeEngine({ runs }), stdoutIsTerminal: true });
  const code = runCli(["ls", "--watch"], world);
  await settle();
  assert.match(world.stdout.text, / running /);
  assert.ok(world.stdout.text.includes(RUN_ID));
  runs[0] = runRecord({ status: "paused", reason: "asked for" });
  world.tick(500);
  await settle();
  assert.match(world.stdout.text, / paused .*\n.* {2}asked for/);
  world.interrupt();
  assert.equal(await code, 0);
  assert.match((await cli(["ls", "--watch"])).err, /--watch needs a terminal/);
});

Deno.test("ls without runs says how to begin, and ls asks for no network", async () => {
  const { out, err, world } = await cli(["ls"], { engine: createFakeEngine() });
  assert.equal(out, "");
  assert.match(err, /no runs yet; try: odw run <script>/);
  assert.deepEqual(world.connections[0]?.need, { providers: false });
});

Deno.test("models lists ids, context and price, warns of a provider that failed, and exits 1 when all did", async () => {
  const price = { input: 3, output: 15 };
  const models = [{ id: "a/m1", contextTokens: 200_000, price }, { id: "a/m2", price: null }];
  const failed = { provider: "b", models: [], error: "connection refused" };
  const { code, out, err } = await cli(["models"], {
    engine: createFakeEngine({ models: [{ provider: "a", models }, failed] }),
  });
  assert.equal(code, 0);
  assert.match(out, /a\/m1 +200k {2}3 in, 15 out\na\/m2 +unknown {2}unknown/);
  assert.match(err, /warning: b: connection refused/);
  assert.equal((await cli(["models"], { engine: createFakeEngine({ models: [failed] }) })).code, 1);
});

Deno.test("models puts providers without a key on one line", async () => {
  const quirks = {};
  const keyless = ["b", "c"].map((name) => ({
    name,
    api: "openai-chat" as const,
    baseUrl: "",
    apiKey: null,
    missingKey: "set X",
    headers: {},
    concurrency: 1,
    version: null,
    local: false,
    quirks,
  }));
  const models = [
    { provider: "a", models: [{ id: "a/m", price: null }] },
    ...["b", "c"].map((provider) => ({ provider, models: [], error: "no key" })),
  ];
  const { err } = await cli(["models"], { engine: createFakeEngine({ models }), providers: keyless });
  assert.match(err, /^without a key: b, c \(.*\)\n$/);
  const host = { ...keyless[0]!, name: "host", api: "mcp-sampling" as const };
  const more = [...models, { provider: "host", models: [], error: "not set up" }];
  const told = await cli(["models"], { engine: createFakeEngine({ models: more }), providers: [...keyless, host] });
  assert.match(
    told.err,
    /^without a key: b, c \(.*\)\nhost:default, .* VS Code or Copilot CLI starts \(MCP sampling\)\n$/,
  );
});

Deno.test("workflows and agents list what a script or a person can name", async () => {
  const engine = createFakeEngine({
    workflows: [{ name: "summarize", description: "Sums up\nfiles", whenToUse: null, source: "built-in" }],
    agents: [{ name: "Explore", description: "Looks around", system: "…", source: "built-in" }],
  });
  assert.match((await cli(["workflows"], { engine })).out, /summarize {2}Sums up files {2}built-in/);
  assert.match((await cli(["agents"], { engine })).out, /Explore {2}default {2}all {4}Looks around {2}built-in/);
  assert.equal(JSON.parse((await cli(["agents", "--json"], { engine })).out)[0].name, "Explore");
});

Deno.test("permissions shows what a command line would get, what is lost, and starts nothing", async () => {
  const permissions = {
    net: ["api.example:443"],
    read: ["/project", "/users/me/.odw"],
    write: [],
    run: [],
    env: [],
    sys: [],
    ffi: [],
    import: [],
  };
  const inspection = { permissions, lost: ["net api.example:443"] };
  const argv = ["permissions", "run", "review.js", "--model", "m1"];
  const { code, out, err, world } = await cli(argv, { inspection });
  assert.equal(code, 0);
  assert.match(out, /net {5}api\.example:443\n {2}read {4}\/project\n {10}\/users\/me\/\.odw\n {2}write {3}none/);
  assert.match(err, /warning: .*net api\.example:443/);
  assert.deepEqual(world.connections, [{ need: { providers: true }, options: { model: "m1" } }]);
  assert.deepEqual(
    JSON.parse((await cli(["permissions", "--json", "ls"], { inspection })).out).permissions,
    permissions,
  );
});

Deno.test("permissions of a line that is wrong says so", async () => {
  assert.match((await cli(["permissions", "rnu"])).err, /unknown command "rnu"; did you mean run\?/);
  assert.equal((await cli(["permissions", "--", "run", "--oops"])).code, 2);
});

Deno.test("completions prints a script for each shell, and refuses others", async () => {
  for (const shell of ["bash", "zsh", "fish", "powershell"]) {
    const { code, out } = await cli(["completions", shell]);
    assert.equal(code, 0);
    assert.match(out, /odw complete/);
  }
  const { code, err } = await cli(["completions", "bsh"]);
  assert.equal(code, 2);
  assert.match(err, /did you mean bash or zsh\?/);
});

async function completed(...words: string[]): Promise<string[]> {
  const workflows = [{ name: "summarize", description: "Sums up", whenToUse: null, source: "built-in" }];
  const engine = createFakeEngine({ workflows, runs: [runRecord()] });
  const { out } = await cli(["complete", "--", ...words], { engine });
  return out.split("\n").filter(Boolean).map((line) => line.split("\t")[0] ?? "");
}

Deno.test("completion offers commands, flags, their values, saved workflows, run ids and files", async () => {
  assert.deepEqual(await completed("s"), ["show", "skip", "serve"]);
  assert.deepEqual(await completed("run", "--out"), ["--output"]);
  assert.deepEqual(await completed("run", "--output", ""), ["text", "json", "stream-json"]);
  assert.deepEqual(await completed("run", "--output=j"), ["--output=json"]);
  assert.deepEqual(await completed("run", "--output", "=", "j"), ["json"]);
  assert.deepEqual(await completed("run", ""), ["summarize", ":files"]);
  assert.deepEqual(await completed("run", "--quiet", "sum"), ["summarize", ":files"]);
  assert.deepEqual(await completed("run", "a.js", ""), []);
  assert.deepEqual(await completed("run", "--args-file", ""), [":files"]);
  assert.deepEqual(await completed("show", '""'), ["last", RUN_ID]);
  assert.deepEqual(await completed("show", "--step", "x"), []);
  assert.deepEqual(await completed("permissions", "ru"), ["run"]);
  assert.deepEqual(await completed("permissions", "run", "--stri"), ["--strict"]);
  assert.deepEqual(await completed("nonsense", ""), []);
});

Deno.test("completion stays silent when the engine cannot be asked", async () => {
  const { code, out, err } = await cli(["complete", "--", "show", ""], {
    connectError: new OdwError("store", "locked"),
  });
  assert.deepEqual({ code, out, err }, { code: 0, out: "", err: "" });
});
