// Permission for single tool calls: asked once, remembered, denied where nobody is.
import assert from "node:assert/strict";
import { eventOf, run, script, toolBench } from "./tool_bench.ts";

const TWO = `return [await agent("a", { tools: ["w"], label: "first" }), await agent("b", { tools: ["w"] })];`;

Deno.test("where nobody is a call is denied at once, and the log says once what was wanted and how to grant it", async () => {
  await using bench = await toolBench({ act: ({ use, prompt }) => use(prompt) });
  const engine = await bench.open();
  const { id, result, status } = await run(engine, TWO);
  assert.equal(status, "completed");
  assert.deepEqual(result, [false, false]);
  const logs = await bench.eventsOf(id, "log_written");
  assert.equal(logs.length, 1);
  assert.match(logs[0]?.message ?? "", /^first may not write a: .*nobody is there/);
  assert.deepEqual(await bench.eventsOf(id, "run_waiting"), []);
});

Deno.test("a question names the agent, shows the exact change, and the run waits while other agents go on", async () => {
  await using bench = await toolBench({ act: ({ use, prompt }) => prompt === "free" ? "went on" : use("x.ts") });
  const engine = await bench.open();
  const body = `return await Promise.all([agent("held", { tools: ["w"], label: "editor" }), agent("free")]);`;
  const { id } = await engine.start({ script: script(body), onAsk: "wait" });
  const { question } = await eventOf(engine, id, "run_waiting");
  assert.equal(question.text, 'Allow "editor" to write x.ts?');
  assert.deepEqual(question.choices, ["once", "for this run", "never"]);
  await eventOf(engine, id, "step_completed");
  const waiting = await engine.get(id);
  assert.equal(waiting.status, "waiting");
  assert.equal(waiting.question?.approval?.detail, "+x.ts");
  assert.equal(waiting.question?.approval?.tool, "write_file");
  await assert.rejects(engine.respond(id, "yes"), /choose one of once, for this run, never/);
  await engine.respond(id, "once");
  assert.deepEqual((await engine.outcome(id)).result, [true, "went on"]);
});

Deno.test("`once` covers one call, `for this run` and `never` the scope for the rest of the run and of its resumes", async () => {
  for (const [answer, allowed] of [["for this run", true], ["never", false]] as const) {
    let isBroken = true;
    await using bench = await toolBench({
      async act({ use, prompt }) {
        const isAllowed = await use(prompt);
        if (prompt === "b" && isBroken) throw new Error("broken");
        return isAllowed;
      },
    });
    const engine = await bench.open();
    const { id } = await engine.start({ script: script(TWO), onAsk: "wait" });
    await eventOf(engine, id, "run_waiting");
    await engine.respond(id, answer);
    assert.deepEqual((await engine.outcome(id)).result, [allowed, null]);
    isBroken = false;
    const second = await bench.open();
    await second.resume({ ref: id, onAsk: "default" });
    assert.deepEqual((await second.outcome(id)).result, [allowed, allowed]);
    assert.equal((await bench.eventsOf(id, "run_waiting")).length, 1);
  }
  await using bench = await toolBench({ act: ({ use, prompt }) => use(prompt) });
  const engine = await bench.open();
  const { id } = await engine.start({ script: script(TWO), onAsk: "wait" });
  await eventOf(engine, id, "run_waiting");
  await engine.respond(id, "once");
  await eventOf(engine, id, "run_waiting", 2);
  await engine.respond(id, "never");
  assert.deepEqual((await engine.outcome(id)).result, [true, false]);
});

Deno.test("questions that wait for their turn are answered by an answer for the whole run", async () => {
  await using bench = await toolBench({ act: ({ use, prompt }) => use(prompt) });
  const engine = await bench.open();
  const body = `return await Promise.all(["a", "b", "c"].map((p) => agent(p, { tools: ["w"] })));`;
  const { id } = await engine.start({ script: script(body), onAsk: "wait" });
  await eventOf(engine, id, "run_waiting");
  await engine.respond(id, "for this run");
  assert.deepEqual((await engine.outcome(id)).result, [true, true, true]);
  assert.equal((await bench.eventsOf(id, "run_waiting")).length, 1);
});

Deno.test("a run that was detached at an approval stops as waiting, and its resume takes the answer", async () => {
  await using bench = await toolBench({ act: ({ use, prompt }) => prompt === "free" ? "free" : use(prompt) });
  const engine = await bench.open();
  const body = `return await Promise.all([agent("a", { tools: ["w"] }), agent("b", { tools: ["w"] }), agent("free")]);`;
  const detached = await run(engine, body, "detach");
  assert.equal(detached.status, "waiting");
  assert.equal(detached.question?.text, 'Allow "a" to write a?');
  await engine.respond(detached.id, "for this run");
  assert.equal((await engine.get(detached.id)).status, "paused");
  await engine.resume({ ref: detached.id, onAsk: "default" });
  assert.deepEqual((await engine.outcome(detached.id)).result, [true, true, "free"]);
});

Deno.test("an agent that is skipped while it waits withdraws its question, and the next one is asked", async () => {
  await using bench = await toolBench({ act: ({ use, prompt }) => use(prompt) });
  const engine = await bench.open();
  const body = `return await Promise.all(["a", "b"].map((p) => agent(p, { tools: ["w"], label: p })));`;
  const { id } = await engine.start({ script: script(body), onAsk: "wait" });
  const { question } = await eventOf(engine, id, "run_waiting");
  await engine.skip(id, question.approval?.step ?? "");
  const next = await eventOf(engine, id, "run_waiting", 2);
  assert.equal(next.question.text, 'Allow "b" to write b?');
  await engine.respond(id, "once");
  assert.deepEqual((await engine.outcome(id)).result, [null, true]);
});
