// The sub-script of plan() and replan(): written by the planning model and checked, or as small as it can be.
import assert from "node:assert/strict";
import { startWireServer, type WireAnswer, wireProvider } from "../wire_server.ts";
import { plannerSettings, testPlanner } from "./planner_harness.ts";

const GOOD = `export const meta = { name: "part", description: "d" };\nreturn await agent("do it");\n`;
const never = new AbortController().signal;

async function written(answers: WireAnswer[]) {
  let index = 0;
  await using server = startWireServer({ answer: () => answers[Math.min(index++, answers.length - 1)] ?? "" });
  const providers = [wireProvider(server, "openai-chat")];
  const planner = testPlanner(plannerSettings({ providers, models: { default: "wire/m" }, simulated: false }));
  const script = await planner.subScript({ prompt: "find the cause", reason: "the test fails" }, never);
  return { script, calls: server.calls };
}

Deno.test("a script of the planning model runs when it passes the check, also out of a code fence", async () => {
  const { script, calls } = await written(["Here it is:\n```js\n" + GOOD + "```\n"]);
  assert.equal(script.text, GOOD);
  assert.equal(calls.length, 1);
  assert.match(calls[0]?.prompt ?? "", /Why it is needed: the test fails/);
});

Deno.test("an endless script never comes back: the smallest plan does", async () => {
  const { script, calls } = await written([`${GOOD.split("\n")[0]}\nwhile (true) await agent("x");\n`]);
  assert.equal(calls.length, 4);
  assert.match(script.text, /find the cause/);
  assert.equal(script.meta?.name, "sub-plan");
});

Deno.test("more agents than a part may have are sent back", async () => {
  const many = `${GOOD.split("\n")[0]}\nawait parallel(Array.from({ length: 80 }, (_, i) => () => agent("a" + i)));\n`;
  const { script, calls } = await written([many, GOOD]);
  assert.match(calls[1]?.prompt ?? "", /limit of 50 agents/);
  assert.equal(script.text, GOOD);
});

Deno.test("without any model one agent does the work, and a task that must be correct is looked at twice", async () => {
  const planner = testPlanner();
  const plain = await planner.subScript({ prompt: "Name a colour" }, never);
  assert.equal(plain.text.match(/agent\(/g)?.length, 1);
  const strict = await planner.subScript({ prompt: "Prove that it is correct", args: { x: 1 } }, never);
  assert.equal(strict.text.match(/agent\(/g)?.length, 2);
});
