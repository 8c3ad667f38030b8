// What a resume restores, what it may change, and what it refuses.
import assert from "node:assert/strict";
import { HeldAnswers } from "./held_answers.ts";
import { Place } from "./odw_process.ts";
import { documentOf, recordOf, resultOf } from "./recorded_run.ts";
import { StartedRun } from "./started_run.ts";

/** Asks one agent about everything that a resume has to restore, after one that can be refused. */
const RESTORED = `export const meta = { name: "restored", description: "d" };
const gate = await agent("gate");
if (gate === null) throw new Error("the gate is closed");
const child = await workflow({ scriptPath: "child.js" });
return await agent(\`\${gate} \${args.topic} \${args.list.length} \${budget.total} \${child}\`);`;

Deno.test("a resume restores args, working directory, model and budget, and changes what is given anew", async () => {
  await using place = await Place.make();
  let isOpen = false;
  await using server = await place.serve("openai-chat", {
    answer: ({ prompt }) => prompt === "gate" && !isOpen ? { status: 400, body: { error: { message: "no" } } } : prompt,
  });
  await place.write("there/restored.js", RESTORED);
  await place.write("there/child.js", `export const meta = { name: "child", description: "d" };\nreturn "child";`);
  const args = `{"topic":"cats","list":[1,2]}`;
  const options = ["--args", args, "--model", "wire/other-model", "--budget-tokens", "5000"];
  const failed = await place.odw(["run", "restored.js", ...options, "--output", "json"], {
    cwd: `${place.work}/there`,
  });
  assert.equal(failed.code, 1, failed.stderr);
  const { runId } = documentOf(failed);
  await Deno.remove(`${place.work}/there/restored.js`);

  isOpen = true;
  assert.equal(resultOf(await place.odw(["resume", runId!, "--output", "json"])), "gate cats 2 5000 child");
  assert.deepEqual(server.calls.map(({ model }) => model), ["other-model", "other-model", "other-model"]);

  const changes = ["--args", `{"topic":"dogs","list":[]}`, "--model", "wire/third-model", "--budget-tokens", "6000"];
  const changed = await place.odw(["resume", runId!, ...changes, "--output", "json"]);
  assert.equal(resultOf(changed), "gate dogs 0 6000 child");
  assert.deepEqual(server.calls.slice(3).map(({ model, prompt }) => [model, prompt]), [[
    "third-model",
    "gate dogs 0 6000 child",
  ]]);
  const { spec } = await recordOf(place, runId!);
  assert.deepEqual(spec.args, { topic: "dogs", list: [] });
  assert.equal(spec.model, "wire/third-model");
  assert.equal(spec.limits.tokens, 6000);
});

Deno.test("an edited script keeps every step that it did not change, in whatever order", async () => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", {
    answer: ({ prompt, index }) =>
      prompt === "c" ? { status: 400, body: { error: { message: "not c" } } } : `${prompt} by call ${index}`,
  });
  const script = (prompts: string[]) =>
    `export const meta = { name: "edited", description: "d" };
return await parallel(${JSON.stringify(prompts)}.map((prompt) => () => agent(prompt)));`;
  await place.write("edited.js", script(["a", "b", "c", "d"]));
  const first = documentOf(await place.odw(["run", "edited.js", "--concurrency", "1", "--output", "json"]));
  assert.deepEqual(first.result, ["a by call 0", "b by call 1", null, "d by call 3"]);

  await place.write("edited.js", script(["d", "b2", "a", "e"]));
  const again = ["resume", first.runId!, "--script", "edited.js", "--output", "json"];
  const document = documentOf(await place.odw(again));
  assert.deepEqual(document.result, ["d by call 3", "b2 by call 4", "a by call 0", "e by call 5"]);
  assert.equal(document.census.cached, 2);
  assert.deepEqual(server.calls.map(({ prompt }) => prompt), ["a", "b", "c", "d", "b2", "e"]);
});

Deno.test("failed steps run again on resume, and the totals keep what earlier parts used", async () => {
  await using place = await Place.make();
  let isBroken = true;
  await using server = await place.serve("openai-chat", {
    answer: ({ prompt }) =>
      prompt === "flaky" && isBroken ? { status: 400, body: {} } : { text: prompt, usage: { input: 7, output: 3 } },
  });
  await place.write(
    "flaky.js",
    `export const meta = { name: "flaky", description: "d" };
return await parallel([() => agent("solid"), () => agent("flaky")]);`,
  );
  const first = documentOf(await place.odw(["run", "flaky.js", "--output", "json"]));
  assert.deepEqual(first.result, ["solid", null]);
  assert.equal(first.census.failed, 1);
  isBroken = false;
  const second = documentOf(await place.odw(["resume", first.runId!, "--output", "json"]));
  assert.deepEqual(second.result, ["solid", "flaky"]);
  assert.deepEqual(second.census, { done: 2, failed: 0, skipped: 0, cached: 1, empty: 0 });
  assert.equal(second.usage.outputTokens, 6);
  assert.deepEqual(server.calls.map(({ prompt }) => prompt).sort(), ["flaky", "flaky", "solid"]);
});

Deno.test("a fan-out that finishes in another order replays exactly", async () => {
  await using place = await Place.make();
  let isBroken = true;
  await using server = await place.serve("openai-chat", {
    answer: async ({ prompt }) => {
      if (prompt.startsWith("last") && isBroken) return { status: 400, body: {} };
      if (prompt.startsWith("part")) await held.hold(prompt);
      return `${prompt}!`;
    },
  });
  using held = new HeldAnswers();
  await place.write(
    "order.js",
    `export const meta = { name: "order", description: "d" };
const order = [];
await parallel([0, 1, 2].map((n) => () => agent("part " + n).then((answer) => order.push(answer))));
return [order, await agent("last " + [...order].sort().join(" "))];`,
  );
  await using run = new StartedRun(place, ["run", "order.js"]);
  for (const n of [2, 0, 1]) {
    held.release(`part ${n}`);
    await run.until("step_completed", ({ value }) => value === `part ${n}!`);
  }
  await run.ended;
  isBroken = false;
  const [order, last] = resultOf(await place.odw(["resume", await run.id, "--output", "json"])) as [string[], string];
  assert.deepEqual([...order].sort(), ["part 0!", "part 1!", "part 2!"]);
  assert.equal(last, "last part 0! part 1! part 2!!");
  assert.equal(server.calls.length, 5);
});

Deno.test("what cannot be resumed is refused with exit 2, its reason, and no request", async (t) => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", { answer: () => held.hold().then(() => "done") });
  using held = new HeldAnswers();
  await place.write("held.js", `export const meta = { name: "held", description: "d" };\nreturn await agent("held");`);

  await t.step("nothing to resume", async () => {
    const { code, stdout, stderr } = await place.odw(["resume"]);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /nothing to resume|no run/i);
  });
  await using run = new StartedRun(place, ["run", "held.js"]);
  await held.asked.reach(1);
  const id = await run.id;
  const cases: [string, string[], RegExp][] = [
    ["an unknown run", ["resume", "nobody"], new RegExp(`"nobody".*${id}`, "s")],
    ["a run at work in another process", ["resume", id], new RegExp(`${id}.*(own|process)`, "s")],
    ["a script that is missing", ["resume", id, "--script", "missing.js"], /missing\.js/],
    ["a script that is not one", ["resume", id, "--script", "broken.js"], /broken\.js:1/],
  ];
  await place.write("broken.js", "const = 1");
  for (const [name, args, reason] of cases) {
    await t.step(name, async () => {
      const { code, stdout, stderr } = await place.odw(args);
      assert.deepEqual([code, stdout], [2, ""], stderr);
      assert.match(stderr, reason);
    });
  }
  held.release();
  assert.equal((await run.ended).code, 0);
  assert.equal(server.calls.length, 1);
});
