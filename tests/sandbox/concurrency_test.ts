// Concurrency as authors build on it: un-awaited calls, semaphores, races, batches.
import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { openSandbox } from "../../src/sandbox/open.ts";
import { emptyTold, fakeHost, META, optionsOf, runBody } from "./fake_host.ts";

Deno.test("calls reach the host synchronously in call order", async () => {
  const told = emptyTold();
  await runBody(
    `await Promise.all([agent("1"), parallel([() => agent("2"), () => agent("3")]), pipeline(["4"], (p) => agent(p)), agent("5")])`,
    {},
    told,
  );
  assert.deepEqual(told.requests.map(({ prompt }) => prompt), ["1", "2", "3", "4", "5"]);
});

Deno.test("un-awaited agents run at the same time and can be awaited later", async () => {
  let open = 0, most = 0;
  const answer = async () => {
    most = Math.max(most, ++open);
    await new Promise((resolve) => setTimeout(resolve, 5));
    open--;
    return "x";
  };
  assert.deepEqual(
    await runBody(
      `const a = agent("a"), b = agent("b"), c = agent("c"); await agent("d"); return [await a, await b, await c]`,
      { answer },
    ),
    ["x", "x", "x"],
  );
  assert.equal(most, 4);
});

Deno.test("a semaphore in user code bounds concurrency", async () => {
  let open = 0, most = 0;
  const answer = async () => {
    most = Math.max(most, ++open);
    await Promise.resolve();
    open--;
    return "x";
  };
  const result = await runBody(
    `let free = 3; const queue = []; const acquire = () => free > 0 ? (free--, Promise.resolve()) : new Promise((r) => queue.push(r));
     const release = () => queue.length ? queue.shift()() : free++;
     const out = await Promise.all(Array.from({ length: 20 }, async (_, i) => { await acquire(); try { return await agent("p" + i) } finally { release() } }));
     return out.length`,
    { answer },
  );
  assert.equal(result, 20);
  assert(most <= 3, String(most));
});

Deno.test("a promise can be raced against a timer", async () => {
  const answer = () => new Promise<never>(() => {});
  assert.equal(
    await runBody(
      `return await Promise.race([agent("slow"), new Promise((r) => setTimeout(() => r("timeout"), 10))])`,
      { answer },
    ),
    "timeout",
  );
});

Deno.test("the run ends when the script returns, though calls are still open", async () => {
  const answer = () => new Promise<never>(() => {});
  assert.equal(await runBody(`agent("never"); setTimeout(() => log("late"), 1e9); return "done"`, { answer }), "done");
});

Deno.test("many answers of one tick arrive together and keep their calls", async () => {
  const answer = (request: { prompt: string }) => request.prompt;
  const result = await runBody(
    `const out = await Promise.all(Array.from({ length: 10000 }, (_, i) => agent("p" + i))); return out.every((text, i) => text === "p" + i) && out.length`,
    { answer },
  );
  assert.equal(result, 10000);
});

Deno.test("an abort ends the run at once with the signal's reason, before and during it", async () => {
  const reason = new Error("stopped by the user");
  await assert.rejects(runBody("return 1", { signal: AbortSignal.abort(reason) }), reason);
  const controller = new AbortController();
  const answer = () => {
    controller.abort(reason);
    return new Promise<never>(() => {});
  };
  await assert.rejects(runBody(`await agent("a")`, { signal: controller.signal, answer }), reason);
});

Deno.test("an abort ends even a script that never yields", async () => {
  const controller = new AbortController();
  const told = emptyTold();
  const host = { ...fakeHost({}, told), phase: () => controller.abort(new Error("stop")) };
  const sandbox = openSandbox();
  const script = sandbox.parse({
    text: `${META} phase("go"); await new Promise((r) => setTimeout(r, 1)); for (;;);`,
    file: "s.js",
  });
  await assert.rejects(sandbox.execute(script, host, optionsOf({ signal: controller.signal })), /stop/);
});

Deno.test("runs go on side by side, and one that fails leaves the others alone", async () => {
  const sandbox = openSandbox();
  const run = (body: string) => {
    const script = sandbox.parse({ text: `${META} ${body}`, file: "s.js" });
    return sandbox.execute(script, fakeHost({}, emptyTold()), optionsOf({ limits: { sliceMs: 100 } }));
  };
  const ends = await Promise.allSettled([
    run("for (;;);"),
    run(`return await agent("a")`),
    run("throw new Error('x')"),
    run("return 4"),
  ]);
  assert.deepEqual(ends.map((end) => end.status), ["rejected", "fulfilled", "rejected", "fulfilled"]);
});

Deno.test("a script that was parsed elsewhere still runs", async () => {
  const script = openSandbox().parse({ text: `${META} return 5`, file: "s.js" });
  const copy = JSON.parse(JSON.stringify(script));
  assert.equal(await openSandbox().execute(copy, fakeHost({}, emptyTold()), optionsOf({})), 5);
});

Deno.test("a script that polls with setTimeout(…, 0) hears its answers", async () => {
  const body = `let done = null; agent("a").then((text) => { done = text });
    while (done === null) await new Promise((resolve) => setTimeout(resolve, 0)); return done;`;
  const answer = () => new Promise<string>((resolve) => setTimeout(() => resolve("heard"), 5));
  assert.equal(await runBody(body, { answer, limits: { sliceMs: 1000 } }), "heard");
});

Deno.test("thousands of calls made at once are taken in order and over many turns of the event loop", async () => {
  const told = emptyTold();
  const host = fakeHost({}, told);
  const sandbox = openSandbox();
  const text = `${META} return await parallel(Array.from({ length: 3000 }, (_, i) => () => agent("p" + i)));`;
  let isOver = false;
  let most = 0;
  const watch = (before: number) => {
    most = Math.max(most, told.requests.length - before);
    if (!isOver) setImmediate(watch, told.requests.length);
  };
  watch(0);
  await sandbox.execute(sandbox.parse({ text, file: "script.js" }), host, optionsOf({}));
  isOver = true;
  assert.deepEqual(told.requests.map(({ prompt }) => prompt), Array.from({ length: 3000 }, (_, i) => `p${i}`));
  assert.ok(most <= 300, `${most} calls in one turn`);
});
