// From a sentence to a run, through the real process and a local server that plays the planning model and the agents.
import assert from "node:assert/strict";
import type { Json } from "../../src/json.ts";
import type { WireAnswer, WireCall } from "../wire_server.ts";
import { Place } from "./odw_process.ts";

const CHARACTERISTICS: Json = {
  ...{ manyItems: false, itemSource: null, stages: [], mustBeCorrect: true },
  ...{ isTestable: false, isUncertain: false, isSearch: false },
};
const TASK = "find out why the parser is slow";
const META = `export const meta = { name: "slow-parser", description: "finds out why" };\n`;
const GOOD = `${META}phase("Look");\nconst a = await agent("Look into: " + args.task, { label: "look" });\nreturn a;\n`;
const BROKEN = `${META}const a = ;\n`;
const ENDLESS = `${META}while (true) { await agent("again"); }\n`;
const WRITING =
  `${META}return await agent("Do: " + args.task, { tools: ["write_file", "run_command"], label: "do" });\n`;

/** `scripts`: what the author answers, one after the other; the last one again and again. */
function planningModel(scripts: WireAnswer[], characteristics: WireAnswer = { json: CHARACTERISTICS }) {
  let written = 0;
  return ({ system, prompt }: WireCall): WireAnswer => {
    if (system.includes("You classify tasks")) return characteristics;
    if (system.includes("You write workflow scripts")) return scripts[Math.min(written++, scripts.length - 1)] ?? "";
    return `answered: ${prompt.slice(0, 80)}`;
  };
}

async function planned(
  argv: string[],
  answer: (call: WireCall) => WireAnswer,
): Promise<{ code: number; stdout: string; stderr: string; calls: WireCall[] }> {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", { answer });
  const ended = await place.odw([...argv, "--planner", "author"]);
  return { ...ended, calls: server.calls };
}

const isAuthor = ({ system }: WireCall) => system.includes("You write workflow scripts");

Deno.test("a good plan is shown and, with --yes, run to its result", async () => {
  const { code, stdout, stderr } = await planned(["run", TASK, "--yes"], planningModel([GOOD]));
  assert.equal(code, 0, stderr);
  assert.equal(stdout.trim(), `answered: Look into: ${TASK}`);
  assert.match(stderr, /adversarial\. The answer must be correct/);
  assert.match(stderr, /Agents\s+1/);
  assert.match(stderr, /written for this task by the planning model/);
});

Deno.test("odw plan prints the plan as JSON with its hash, and runs nothing", async () => {
  const { code, stdout, calls } = await planned(["plan", TASK, "--json"], planningModel([GOOD]));
  assert.equal(code, 0);
  const plan = JSON.parse(stdout);
  assert.equal(plan.way, "author");
  assert.equal(plan.choice.topology, "adversarial");
  assert.match(plan.hash, /^[0-9a-f]{64}$/);
  assert.deepEqual(plan.args, { task: TASK });
  assert.equal(plan.check.estimate.agents.typical, 1);
  assert.equal(calls.length, 2);
});

Deno.test("a syntax error goes back to the author with its place, and the corrected script runs", async () => {
  const { code, stdout, stderr, calls } = await planned(["run", TASK, "--yes"], planningModel([BROKEN, GOOD]));
  assert.equal(code, 0, stderr);
  assert.match(stdout, /answered: Look into/);
  const second = calls.filter(isAuthor)[1];
  assert.match(second?.prompt ?? "", /plan\.js:2:11/);
  assert.match(stderr, /the check sent it back once/);
});

Deno.test("an endless loop never runs: after three repairs a built-in topology is used", async () => {
  const { code, stderr, stdout, calls } = await planned(["plan", TASK, "--json"], planningModel([ENDLESS]));
  assert.equal(calls.filter(isAuthor).length, 4, stderr);
  const plan = JSON.parse(stdout);
  assert.equal(plan.script.file, "built-in:adversarial");
  assert.match(
    plan.notes.join(" "),
    /wrote no script that passes the check in 4 attempts \(this loop calls agent\(\) without end/,
  );
  assert.equal(code, 0, JSON.stringify(plan.check.problems));
});

Deno.test("a planning model that declines ends the plan with what it said, and nothing runs", async () => {
  const refusal = { text: "I cannot help with that.", finishReason: "refusal" as const };
  const { code, stdout, stderr } = await planned(["run", TASK, "--yes"], planningModel([GOOD], refusal));
  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /declined to plan this task/);
});

Deno.test("nonsense instead of characteristics: the words of the task are read by rules, and that is said", async () => {
  const { code, stdout } = await planned(["plan", TASK, "--json"], planningModel([GOOD], "bla bla"));
  const plan = JSON.parse(stdout);
  assert.equal(code, 0);
  assert.match(plan.notes[0], /did not say what kind of task this is/);
  assert.equal(plan.way, "author");
});

Deno.test("nonsense instead of a script: a built-in topology is used, and that is said", async () => {
  const { stdout } = await planned(["plan", TASK, "--json"], planningModel(["Sure! Here is my idea: think hard."]));
  const plan = JSON.parse(stdout);
  assert.match(plan.notes.join(" "), /a built-in topology is used/);
  assert.equal(plan.script.file, "built-in:adversarial");
});

Deno.test("a plan that asks for permissions shows the flags and gets none by itself", async () => {
  const { code, stdout } = await planned(["plan", TASK, "--json"], planningModel([WRITING]));
  const plan = JSON.parse(stdout);
  assert.equal(code, 0);
  assert.deepEqual(plan.wants, ["--allow-write", "--allow-run=<command>"]);
});

Deno.test("without a terminal and without --yes the plan is printed, exit 2 says what to do, and nothing runs", async () => {
  const { code, stdout, stderr, calls } = await planned(["run", TASK], planningModel([GOOD]));
  assert.equal(code, 2);
  assert.equal(stdout, "");
  assert.match(stderr, /--yes/);
  assert.match(stderr, /--dry-run/);
  assert.equal(calls.length, 2);
});

Deno.test("--dry-run shows the plan, exits 0 and runs nothing; --save keeps the script under its name", async () => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", { answer: planningModel([GOOD]) });
  const { code, stderr } = await place.odw(["run", TASK, "--planner", "author", "--dry-run", "--save", "slow"]);
  assert.equal(code, 0, stderr);
  assert.equal(server.calls.length, 2);
  assert.match(await Deno.readTextFile(`${place.work}/.odw/workflows/slow.js`), /slow-parser/);
  const again = await place.odw(["run", TASK, "--planner", "author", "--dry-run", "--save", "slow"]);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /is there already/);
});

Deno.test("odw show prints the estimate beside what happened", async () => {
  await using place = await Place.make();
  await using _server = await place.serve("openai-chat", { answer: planningModel([GOOD]) });
  assert.equal((await place.odw(["run", TASK, "--planner", "author", "--yes", "--quiet"])).code, 0);
  const shown = await place.odw(["show", "last"]);
  assert.match(shown.stdout.replace(/\s+/g, " "), /Estimate 1 \(was 1, \+0%\) agents/);
});

Deno.test("a mistyped workflow's name with words is still an error that names the near one", async () => {
  const { code, stderr, calls } = await planned(["run", "sumarize", "these", "files"], planningModel([GOOD]));
  assert.equal(code, 2);
  assert.match(stderr, /did you mean summarize/);
  assert.equal(calls.length, 0);
});

Deno.test("--planner author without any model is a configuration error", async () => {
  await using place = await Place.make();
  const { code, stderr } = await place.odw(["plan", TASK, "--planner", "author"]);
  assert.equal(code, 2);
  assert.match(stderr, /models\.planning/);
});

Deno.test("odw check exits 1 with place, line and mending, 0 without errors, and draws the run", async () => {
  await using place = await Place.make();
  await place.write("good.js", GOOD);
  await place.write("bad.js", `${META}await parallel([agent("a")]);\n`);
  const bad = await place.odw(["check", "bad.js"]);
  assert.equal(bad.code, 1);
  assert.match(bad.stdout, /bad\.js:2:17: error: parallel\(\) expects .*\n\s+2 \| await parallel/);
  assert.match(bad.stdout, /instead: \(\) => agent\("a"\)/);
  const good = await place.odw(["check", "good.js", "--arg", "task=x", "--graph", "run.svg"]);
  assert.equal(good.code, 0, good.stdout);
  assert.match(good.stdout, /Look\s+1\s+■/);
  assert.match(await Deno.readTextFile(`${place.work}/run.svg`), /<title id="t">good\.js<\/title>\n<desc/);
});

Deno.test("odw workflows init, show and save write and read scripts, and never replace one unasked", async () => {
  await using place = await Place.make();
  await place.configure({ models: { default: "sim:fast" } });
  const made = await place.odw(["workflows", "init", "mine"]);
  assert.equal(made.code, 0, made.stderr);
  const again = await place.odw(["workflows", "init", "mine"]);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /--force/);
  const shown = await place.odw(["workflows", "show", "mine"]);
  assert.match(shown.stdout, /name: "mine"/);
  const ran = await place.odw(["run", "mine", "--quiet", "--arg", "topic=rain"]);
  assert.equal(ran.code, 0, ran.stderr);
  assert.equal((await place.odw(["workflows", "save", "last", "kept", "--user"])).code, 0);
  assert.match(await Deno.readTextFile(`${place.home}/workflows/kept.js`), /name: "mine"/);
  assert.equal((await place.odw(["workflows", "show", "nope"])).code, 2);
});

Deno.test("a small local model composes: the chosen topology gets its args, and what they lack goes back", async () => {
  const asked: string[] = [];
  const answer = ({ system, prompt }: WireCall): WireAnswer => {
    if (system.includes("You classify tasks")) {
      return {
        json: { ...CHARACTERISTICS as Record<string, Json>, manyItems: true, mustBeCorrect: false, itemSource: "*.md" },
      };
    }
    if (!system.includes("You fill in the arguments")) return "a note";
    asked.push(prompt);
    return { json: asked.length === 1 ? {} : { items: ["a.md", "b.md"] } };
  };
  await using place = await Place.make();
  await using _server = await place.serve("openai-chat", { answer });
  const { code, stdout, stderr } = await place.odw(["plan", "summarize", "the", "documents", "--json"]);
  assert.equal(code, 0, stdout + stderr);
  const plan = JSON.parse(stdout);
  assert.equal(plan.choice.topology, "map-reduce");
  assert.equal(plan.way, "compose");
  assert.equal(plan.args.task, "summarize the documents");
  assert.match(asked.at(-1) ?? "", /Workflow: map-reduce/);
});

Deno.test("without any model the words and flags decide, and that is said", async () => {
  await using place = await Place.make();
  await place.configure({ models: { default: "sim:fast" } });
  const { code, stdout } = await place.odw([
    "plan",
    "explain the colour of the sky",
    "--topology",
    "adversarial",
    "--json",
  ]);
  const plan = JSON.parse(stdout);
  assert.equal(code, 0);
  assert.equal(plan.way, "rules");
  assert.equal(plan.choice.topology, "adversarial");
  assert.match(plan.notes.join(" "), /No model is configured/);
});
