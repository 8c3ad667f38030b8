// Promises of ask() at the terminal: who is asked, what counts as an answer, and what is said where nobody sits.
import assert from "node:assert/strict";
import { runCli } from "../../src/cli/cli.ts";
import { answerOf } from "../../src/cli/question_text.ts";
import { OdwError } from "../../src/errors.ts";
import type { Question } from "../../src/run.ts";
import { createFakeEngine, type FakeEngine, type FakeRun, RUN_ID } from "./fake_engine.ts";
import { cli, type FakeWorld, fakeWorld, type FakeWorldOptions, settle } from "./fake_world.ts";

const SCRIPT = { "/project/review.js": "export const meta = {}" };
const QUESTION: Question = { key: "q#1", text: "Ship\x1b[2J it?", choices: ["yes", "no"], default: "no" };
const TERMINAL = { stdinIsTerminal: true, stderrIsTerminal: true, env: { NO_COLOR: "1" } };

async function asking(
  argv: string[],
  fake: FakeRun = {},
  options: FakeWorldOptions = TERMINAL,
): Promise<{ engine: FakeEngine; world: FakeWorld; code: Promise<number> }> {
  const engine = createFakeEngine({ runsUntilCancelled: true, ...fake });
  const world = fakeWorld({ files: SCRIPT, engine, ...options });
  const code = runCli(argv, world);
  await settle();
  engine.append({ type: "run_waiting", question: QUESTION });
  await settle();
  return { engine, world, code };
}

Deno.test("a question is shown with its choices and default, harmless, and the answer goes to the run", async () => {
  const { engine, world, code } = await asking(["run", "review.js"]);
  assert.ok(world.stderr.text.endsWith("\x1b[J? Ship␛[2J it?\n  1) yes\n  2) no\n  Enter: no\n> "), world.stderr.text);
  world.type("1");
  await settle();
  assert.deepEqual(engine.asked, [["respond", RUN_ID, "yes"]]);
  engine.append({ type: "question_answered", key: "q#1", answer: "yes" });
  engine.end();
  assert.equal(await code, 0);
  assert.equal(world.closedInputs, 1);
  assert.equal(engine.started[0]?.onAsk, "wait");
});

Deno.test("an answer that is refused is asked for again, with the reason", async () => {
  const respond = (answer: string) => {
    if (answer === "maybe") throw new OdwError("usage", "choose one of yes, no");
  };
  const { engine, world, code } = await asking(["run", "review.js", "--quiet"], { respond });
  world.type("maybe");
  await settle();
  assert.match(world.stderr.text, /> choose one of yes, no\n> $/);
  world.type("");
  await settle();
  assert.deepEqual(engine.asked.map(([, , answer]) => answer), ["maybe", "no"]);
  engine.end();
  assert.equal(await code, 0);
});

Deno.test("a question answered elsewhere is no longer asked", async () => {
  const { engine, world, code } = await asking(["run", "review.js"]);
  engine.append({ type: "question_answered", key: "q#1", answer: "no" });
  await settle();
  world.type("yes");
  await settle();
  assert.deepEqual(engine.asked, []);
  engine.end();
  assert.equal(await code, 0);
});

Deno.test("the end of the input is no answer: it is said how to give one, and the run waits on", async () => {
  const { engine, world, code } = await asking(["run", "review.js"]);
  world.type(null);
  await settle();
  assert.match(world.stderr.text, new RegExp(`answer with: odw respond ${RUN_ID} <answer>\n`));
  assert.deepEqual(engine.asked, []);
  engine.end();
  assert.equal(await code, 0);
});

Deno.test("Ctrl-C at a question cancels the run and lets go of the terminal", async () => {
  const { engine, world, code } = await asking(["run", "review.js"]);
  world.interrupt();
  assert.equal(await code, 130);
  assert.deepEqual(engine.cancelled, [RUN_ID]);
  assert.equal(world.closedInputs, 1);
});

Deno.test("where nobody can be asked, a waiting run says how to answer, once", async () => {
  const { engine, world, code } = await asking(["run", "review.js", "--on-ask", "wait"], {}, {});
  engine.append({ type: "log_written", level: "info", message: "x" });
  await settle();
  const line =
    `waiting for an answer: Ship␛[2J it? (yes, no; default: no); answer with: odw respond ${RUN_ID} <answer>\n`;
  assert.equal(world.stderr.text.split(line).length, 2, world.stderr.text);
  engine.end();
  assert.equal(await code, 0);
});

Deno.test("without a terminal a question takes its default, and --detach-on-ask leaves at it", async () => {
  const policy = async (...flags: string[]) => {
    const engine = createFakeEngine();
    await cli(["run", "review.js", ...flags], { files: SCRIPT, engine });
    return engine.started[0]?.onAsk;
  };
  assert.equal(await policy(), "default");
  assert.equal(await policy("--detach-on-ask"), "detach");
  assert.equal(await policy("--on-ask", "wait"), "wait");
});

Deno.test("watch asks the question of a run in another process, but none that was answered long ago", async () => {
  const { engine, world, code } = await asking(["watch", "last"], {
    record: { status: "running" },
    events: [
      { type: "run_waiting", question: { key: "old", text: "Old?" } },
      { type: "question_answered", key: "old", answer: "a" },
    ],
  });
  assert.equal(world.stderr.text.includes("? Old?"), false);
  world.type("YES");
  await settle();
  assert.deepEqual(engine.asked, [["respond", RUN_ID, "yes"]]);
  engine.end();
  assert.equal(await code, 0);
});

Deno.test("a typed line is a choice by text or number, a default, or free text", () => {
  const choices = ["2", "Yes", "no"];
  assert.equal(answerOf({ key: "", text: "", choices }, "2"), "2");
  assert.equal(answerOf({ key: "", text: "", choices }, "3"), "no");
  assert.equal(answerOf({ key: "", text: "", choices }, " yes "), "Yes");
  assert.equal(answerOf({ key: "", text: "", choices }, "7"), "7");
  assert.equal(answerOf({ key: "", text: "" }, "any words"), "any words");
  assert.equal(answerOf({ key: "", text: "", default: "d" }, " "), "d");
  assert.equal(answerOf({ key: "", text: "" }, ""), null);
});
