// Promises of export, import, rm, gc and db check.
import assert from "node:assert/strict";
import { OdwError } from "../../src/errors.ts";
import { createFakeEngine, RUN_ID, runRecord } from "./fake_engine.ts";
import { cli } from "./fake_world.ts";

Deno.test("export prints the lines as they are, and of an unknown run nothing", async () => {
  const lines = ['{"header":1}', '{"seq":1}'];
  const { code, out } = await cli(["export", "last"], { engine: createFakeEngine({ lines }) });
  assert.deepEqual({ code, out }, { code: 0, out: '{"header":1}\n{"seq":1}\n' });
  const unknown = await cli(["export", "nope"], { engine: createFakeEngine({ lines }) });
  assert.deepEqual([unknown.code, unknown.out], [2, ""]);
});

Deno.test("an export that cannot be written is an error, not silence", async () => {
  const engine = createFakeEngine({ lines: ["{}"] });
  const { code, err } = await cli(["export", "last"], { engine, stdoutError: new Error("No space left") });
  assert.equal(code, 1);
  assert.match(err, /cannot write to standard output: No space left/);
});

Deno.test("import takes a file or standard input, whole, and prints the run's id", async () => {
  const engine = createFakeEngine();
  const files = { "/project/run.jsonl": "{}\n[]\n" };
  assert.equal((await cli(["import", "run.jsonl"], { engine, files })).out, `${RUN_ID}\n`);
  assert.equal((await cli(["import", "-"], { engine, stdin: "{}" })).code, 0);
  assert.deepEqual(engine.imported, [["{}", "[]"], ["{}"]]);
});

Deno.test("import refuses a file that is missing or empty, and imports nothing", async () => {
  const engine = createFakeEngine();
  for (const file of ["no.jsonl", "empty.jsonl"]) {
    const { code, err } = await cli(["import", file], { engine, files: { "/project/empty.jsonl": "" } });
    assert.equal(code, 2);
    assert.match(err, /^error: .*\.jsonl"/);
  }
  assert.deepEqual(engine.imported, []);
});

Deno.test("rm deletes each run once, and none when one of them is unknown", async () => {
  const engine = createFakeEngine({ others: [runRecord({ id: "b" })] });
  assert.equal((await cli(["rm", "last", "nope"], { engine })).code, 2);
  assert.deepEqual(engine.asked, []);
  const { code, out } = await cli(["rm", "last", "last", "b"], { engine });
  assert.deepEqual({ code, out }, { code: 0, out: `${RUN_ID}\nb\n` });
  assert.deepEqual(engine.asked, [["delete", RUN_ID], ["delete", "b"]]);
});

Deno.test("rm of a run that still runs says so and exits 2", async () => {
  const deleteError = new OdwError("conflict", "run b is running: odw cancel b");
  const { code, out, err } = await cli(["rm", "last"], { engine: createFakeEngine({ deleteError }) });
  assert.deepEqual({ code, out, err }, { code: 2, out: "", err: "error: run b is running: odw cancel b\n" });
});

Deno.test("gc needs an age with its unit, and deletes nothing without", async () => {
  const engine = createFakeEngine();
  assert.match((await cli(["gc"], { engine })).err, /odw gc needs --older <age>, as --older 30d/);
  for (const age of ["30", "soon", "3m", "0d"]) {
    const { code, err } = await cli(["gc", "--older", age], { engine });
    assert.equal(code, 2);
    assert.match(err, /--older must be an age with its unit, as 12h, 30d or 2w/);
  }
  assert.deepEqual(engine.asked, []);
});

Deno.test("gc deletes what started before that age, and --dry-run only tells", async () => {
  const engine = createFakeEngine({ runs: [runRecord()] });
  const dry = await cli(["gc", "--older", "30d", "--dry-run"], { engine });
  assert.deepEqual([dry.out, dry.err], [`${RUN_ID}\n`, "1 run would be deleted\n"]);
  assert.equal((await cli(["gc", "--older", "2w"], { engine })).err, "1 run deleted\n");
  assert.deepEqual(engine.asked, [
    ["gc", "2026-10-23T10:00:00.000Z", "true"],
    ["gc", "2026-11-08T10:00:00.000Z", "false"],
  ]);
});

const CHECK = {
  path: "/users/me/.odw/odw.db",
  schemaVersion: 2,
  sizeBytes: 1_250_000,
  runs: 3,
  events: 400,
  problems: [],
  repaired: [],
};

Deno.test("db check tells where the database is and what it holds", async () => {
  const { code, out } = await cli(["db", "check"], { engine: createFakeEngine({ check: CHECK }) });
  assert.equal(code, 0);
  assert.match(out, /^File {4}\/users\/me\/\.odw\/odw\.db\nSize {4}1\.3 MB\n.*State {3}sound\n$/s);
  assert.deepEqual(
    JSON.parse((await cli(["db", "check", "--json"], { engine: createFakeEngine({ check: CHECK }) })).out),
    CHECK,
  );
});

Deno.test("db check of a damaged database names each problem and exits 1; another action is refused", async () => {
  const engine = createFakeEngine({ check: { ...CHECK, problems: ["page 7 is torn"] } });
  const { code, out, err } = await cli(["db", "check"], { engine });
  assert.equal(code, 1);
  assert.match(out, /State {3}damaged/);
  assert.match(err, /page 7 is torn/);
  assert.match((await cli(["db", "chekc"])).err, /odw db cannot "chekc"; did you mean check\?/);
});
