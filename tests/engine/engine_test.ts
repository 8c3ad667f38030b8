// The engine with its real rooms: sandbox, queue, store, agents; only the provider's far end is made up.
import assert from "node:assert/strict";
import { openEngineOf } from "../../src/app.ts";
import { loadSettings } from "../../src/config/load.ts";
import type { Engine } from "../../src/engine.ts";
import type { Json } from "../../src/json.ts";
import type { Event } from "../../src/run.ts";
import { startWireServer, type WireServer, type WireServerOptions } from "../wire_server.ts";
import { NO_PROGRAMS } from "../no_tools.ts";

interface Bench extends AsyncDisposable {
  server: WireServer;
  /** A new engine over the same home, as another process would open. */
  open(): Promise<Engine>;
}

async function bench(answer: WireServerOptions["answer"], config: Record<string, unknown> = {}): Promise<Bench> {
  const folder = await Deno.makeTempDir({ prefix: "odw-engine-" });
  const server = startWireServer({ answer });
  const providers = { wire: { api: "openai-chat", baseUrl: `${server.url}/v1`, apiKey: "k" } };
  const full = { providers, models: { default: "wire/m" }, agent: { retries: 0 }, ...config };
  await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify(full), { mode: 0o600 });
  const engines: Engine[] = [];
  return {
    server,
    async open() {
      const { settings } = await loadSettings({
        cwd: folder,
        home: folder,
        env: (name) => name === "HOME" ? folder : undefined,
      });
      const engine = await openEngineOf(settings, { programs: NO_PROGRAMS });
      engines.push(engine);
      return engine;
    },
    async [Symbol.asyncDispose]() {
      for (const engine of engines) await engine[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function script(body: string, file = "script.js"): { text: string; file: string } {
  return { text: `export const meta = { name: "t", description: "d" };\n${body}`, file };
}

async function run(engine: Engine, body: string, options: Record<string, unknown> = {}) {
  const { id } = await engine.start({ script: script(body), ...options });
  return await engine.outcome(id);
}

/** Answers `fail` with an error as long as `broken.now` is true. */
function fragile() {
  const broken = { now: true };
  const answer: WireServerOptions["answer"] = ({ prompt }) =>
    broken.now && prompt.includes("fail") ? { status: 400, body: { error: { message: "no" } } } : `answer to ${prompt}`;
  return { broken, answer };
}

Deno.test("resume answers recorded steps from the journal and runs failed ones again", async () => {
  const { broken, answer } = fragile();
  await using place = await bench(answer);
  const first = await run(
    await place.open(),
    `return await parallel([1, 2, "fail"].map((n) => () => agent("p" + n)));`,
  );
  assert.deepEqual(first.result, ["answer to p1", "answer to p2", null]);
  assert.deepEqual(first.census, { done: 2, failed: 1, skipped: 0, cached: 0, empty: 0 });
  assert.equal(place.server.calls.length, 3);

  broken.now = false;
  const engine = await place.open();
  await engine.resume({ ref: first.id });
  const second = await engine.outcome(first.id);
  assert.equal(second.id, first.id);
  assert.deepEqual(second.result, ["answer to p1", "answer to p2", "answer to pfail"]);
  assert.deepEqual(second.census, { done: 3, failed: 0, skipped: 0, cached: 2, empty: 0 });
  assert.deepEqual(place.server.calls.slice(3).map((call) => call.prompt), ["pfail"]);
});

Deno.test("five identical calls are five calls and stay five", async () => {
  let count = 0;
  await using place = await bench(() => `answer ${++count}`);
  const body = `return await Promise.all([0, 0, 0, 0, 0].map(() => agent("same")));`;
  const first = await run(await place.open(), body);
  assert.equal(new Set(first.result as string[]).size, 5);
  const engine = await place.open();
  await engine.resume({ ref: first.id });
  const second = await engine.outcome(first.id);
  assert.deepEqual(second.result, first.result);
  assert.equal(count, 5);
});

Deno.test("an edited script keeps every step that it did not change, and the arguments", async () => {
  await using place = await bench(({ prompt }) => `answer to ${prompt}`);
  const first = await run(await place.open(), `return [await agent("a"), await agent("b"), args];`, { args: { n: 1 } });
  const engine = await place.open();
  await engine.resume({
    ref: first.id,
    script: script(`return [await agent("a"), await agent("new"), await agent("b"), args];`),
  });
  const second = await engine.outcome(first.id);
  assert.deepEqual(second.result, ["answer to a", "answer to new", "answer to b", { n: 1 }]);
  assert.deepEqual(place.server.calls.map((call) => call.prompt), ["a", "b", "new"]);
});

Deno.test("a step knows the line that called it, a child workflow's in its own file, an edited script's in the new one", async () => {
  await using place = await bench(() => "fine");
  const child = `await workflow("summarize", { files: [{ path: "a", text: "t" }] }).catch(() => null);`;
  const first = await run(await place.open(), `const a = await agent("a");\n${child}\nreturn a;`);
  const engine = await place.open();
  const before = await engine.steps(first.id);
  const own = before.find(({ request }) => request.prompt === "a");
  assert.equal(own?.script, null);
  const called = before.filter(({ script }) => script !== null);
  assert.ok(called.length > 0 && called.every(({ line }) => line !== null), JSON.stringify(called));
  assert.match(called[0]?.script ?? "", /summarize/);
  await engine.resume({ ref: first.id, script: script(`\n\nreturn await agent("a");`) });
  await engine.outcome(first.id);
  const after = (await engine.steps(first.id)).find(({ id }) => id === own?.id);
  assert.equal(after?.line, own!.line! + 2);
});

Deno.test("equal calls of two child workflows keep their own answers, in whatever order they come", async () => {
  let count = 0;
  await using place = await bench(() => `answer ${++count}`);
  const body =
    `return await Promise.all(["x", "y"].map((name) => workflow("summarize", { files: [{ path: name, text: "t" }] })
    .catch((error) => error.message)));`;
  const first = await run(await place.open(), body);
  const engine = await place.open();
  await engine.resume({ ref: first.id });
  assert.deepEqual((await engine.outcome(first.id)).result, first.result);
});

Deno.test("a run that is owned by a living engine cannot be resumed by another", async () => {
  await using place = await bench(() => ({ raw: [], end: "hang" }));
  const owner = await place.open();
  const { id } = await owner.start({ script: script(`return await agent("p");`) });
  const other = await place.open();
  await assert.rejects(other.resume({ ref: id }), /still running in another process/);
  await assert.rejects(other.resume({ ref: "zzz" }), /no run/);
  await owner.cancel(id);
  assert.equal((await owner.outcome(id)).status, "cancelled");
});

Deno.test("another engine pauses, skips and cancels a run", async () => {
  const held = Promise.withResolvers<string>();
  await using place = await bench(({ prompt }) => prompt === "held" ? held.promise : "quick");
  const owner = await place.open();
  const other = await place.open();

  const skipped = await owner.start({
    script: script(`return [await agent("held", { label: "slow one" }), await agent("next")];`),
  });
  await started(owner, skipped.id);
  await other.skip(skipped.id, "slow one");
  const afterSkip = await owner.outcome(skipped.id);
  assert.deepEqual(afterSkip.result, [null, "quick"]);
  assert.equal(afterSkip.census.skipped, 1);

  const paused = await owner.start({
    script: script(`const a = await agent("held"); return [a, await agent("never before resume")];`),
  });
  await started(owner, paused.id);
  await other.pause(paused.id);
  await until(owner, paused.id, "log_written");
  const before = place.server.calls.length;
  held.resolve("released");
  const afterPause = await owner.outcome(paused.id);
  assert.equal(afterPause.status, "paused");
  assert.equal(place.server.calls.length, before);
  await other.resume({ ref: paused.id });
  assert.deepEqual((await other.outcome(paused.id)).result, ["released", "quick"]);
});

Deno.test("ask() waits for an answer from another process, and a resume does not ask again", async () => {
  const { broken, answer } = fragile();
  await using place = await bench(answer);
  const owner = await place.open();
  const body = `const yes = await ask("Go on?", { choices: ["yes", "no"] }); return [yes, await agent("fail " + yes)];`;
  const { id } = await owner.start({ script: script(body), onAsk: "wait" });
  const other = await place.open();
  await waiting(other, id);
  await assert.rejects(other.respond(id, "maybe"), /choose one of yes, no/);
  await other.respond(id, "yes");
  assert.deepEqual((await owner.outcome(id)).result, ["yes", null]);
  broken.now = false;
  await other.resume({ ref: id });
  assert.deepEqual((await other.outcome(id)).result, ["yes", "answer to fail yes"]);
});

Deno.test("ask() without anybody takes the default or fails, and under detach stops until it is answered", async () => {
  await using place = await bench(() => "x");
  const engine = await place.open();
  assert.equal((await run(engine, `return await ask("q", { default: "d" });`)).result, "d");
  const failed = await run(engine, `return await ask("q");`);
  assert.equal(failed.status, "failed");
  assert.match(failed.error?.message ?? "", /found nobody to answer/);

  const detached = await run(engine, `return await ask("q");`, { onAsk: "detach" });
  assert.equal(detached.status, "waiting");
  assert.equal(detached.question?.text, "q");
  await engine.respond(detached.id, "later");
  await engine.resume({ ref: detached.id });
  assert.equal((await engine.outcome(detached.id)).result, "later");
});

Deno.test("replay needs no provider, and fails loudly where the script leaves the journal", async () => {
  const { answer } = fragile();
  await using place = await bench(answer);
  const engine = await place.open();
  const body = `return [await agent("a"), await agent("fail")];`;
  const first = await run(engine, body);
  const calls = place.server.calls.length;
  assert.deepEqual(await engine.replay({ ref: first.id }), first.result);
  await assert.rejects(
    engine.replay({ ref: first.id, script: script(`return [await agent("a"), await agent("other")];`) }),
    /diverged: the journal holds no call like agent/,
  );
  assert.equal(place.server.calls.length, calls);
});

Deno.test("a token budget pauses dialect B and, with a hard limit, dialect A; a raised limit goes on", async () => {
  await using place = await bench(() => "some words");
  const engine = await place.open();
  const text =
    `module.exports.execute = async () => { const all = []; for (let i = 0; i < 4; i++) all.push(await agent({ prompt: "p" + i })); return all; };`;
  const { id } = await engine.start({ script: { text, file: "b.js" }, limits: { tokens: 1 } });
  const paused = await engine.outcome(id);
  assert.equal(paused.status, "paused");
  assert.match(paused.reason ?? "", /budget_exceeded/);
  await engine.resume({ ref: id, limits: { tokens: 100_000 } });
  const done = await engine.outcome(id);
  assert.equal((done.result as Json[]).length, 4);
  assert.equal(place.server.calls.length, 4);
});

Deno.test("follow gives every event once and in order, to the owner and to others", async () => {
  await using place = await bench(() => "x");
  const engine = await place.open();
  const { id } = await engine.start({
    script: script(`log("hi"); return await parallel([1, 2, 3].map((n) => () => agent("p" + n)));`),
  });
  const own: Event[] = [];
  await engine.follow(id, { after: 0 }, (events) => own.push(...events));
  const others: Event[] = [];
  await (await place.open()).follow(id, { after: 0 }, (events) => others.push(...events));
  assert.deepEqual(own.map((event) => event.seq), own.map((_, i) => i + 1));
  assert.equal(own.at(-1)?.type, "run_completed");
  assert.deepEqual(others, own);
});

async function started(engine: Engine, id: string): Promise<void> {
  await until(engine, id, "step_started");
}

async function waiting(engine: Engine, id: string): Promise<void> {
  await until(engine, id, "run_waiting");
}

/** Follows the run until an event of this type is there. */
async function until(engine: Engine, id: string, type: Event["type"]): Promise<void> {
  const controller = new AbortController();
  await engine.follow(id, { after: 0 }, (events) => {
    if (events.some((event) => event.type === type)) controller.abort();
  }, controller.signal);
}
