// Promises about tools at the terminal: what is asked before a call, and what is seen of calls that were made.
import assert from "node:assert/strict";
import { runCli } from "../../src/cli/cli.ts";
import { drawFrame } from "../../src/cli/live/frame.ts";
import { RunProgress } from "../../src/cli/live/run_progress.ts";
import { questionLines } from "../../src/cli/question_text.ts";
import { plainStyle, type Style } from "../../src/cli/style.ts";
import type { EventBody, Question } from "../../src/run.ts";
import { createFakeEngine, eventsOf, RUN_ID, step } from "./fake_engine.ts";
import { cli, fakeWorld, settle } from "./fake_world.ts";

const DIFF = "--- a/x.ts\n+++ b/x.ts\n@@ -1 +1 @@\n-old\n+new \x1b[8mhidden";
const QUESTION: Question = {
  key: "approval:1",
  text: 'Allow "editor" to write x.ts?',
  choices: ["once", "for this run", "never"],
  approval: { step: "s#1", label: "editor", tool: "edit_file", detail: DIFF },
};
const TOOLS: EventBody[] = [
  { type: "step_started", step: "s#1", request: { prompt: "" }, handling: { label: "editor" }, model: "m/x" },
  { type: "tool_started", step: "s#1", call: "t1", name: "read_file", access: "read", input: { path: "src/a.ts" } },
];

Deno.test("an approval shows the whole command or diff before its choices, harmless, and takes a number", async () => {
  const engine = createFakeEngine({ runsUntilCancelled: true });
  const options = { stdinIsTerminal: true, stderrIsTerminal: true, env: { NO_COLOR: "1" } };
  const world = fakeWorld({ files: { "/project/review.js": "export const meta = {}" }, engine, ...options });
  const code = runCli(["run", "review.js"], world);
  await settle();
  engine.append({ type: "run_waiting", question: QUESTION });
  await settle();
  const shown = [
    '? Allow "editor" to write x.ts?',
    "  --- a/x.ts",
    "  +++ b/x.ts",
    "  @@ -1 +1 @@",
    "  -old",
    "  +new ␛[8mhidden",
    "  1) once",
    "  2) for this run",
    "  3) never",
    "> ",
  ];
  assert.ok(world.stderr.text.endsWith(shown.join("\n")), world.stderr.text);
  world.type("2");
  await settle();
  assert.deepEqual(engine.asked, [["respond", RUN_ID, "for this run"]]);
  engine.end();
  assert.equal(await code, 0);
});

Deno.test("a diff is coloured, and a long one is cut with a note of how to see all of it", () => {
  const style: Style = (colour, text) => `<${colour}>${text}`;
  const coloured = questionLines(QUESTION, style, RUN_ID);
  assert.deepEqual(coloured.slice(1, 6).map((line) => line.match(/<(\w+)>/)?.[1]), [
    "bold",
    "bold",
    "cyan",
    "red",
    "green",
  ]);
  const detail = Array.from({ length: 500 }, (_, i) => `+line ${i}`).join("\n");
  const long = { ...QUESTION, approval: { ...QUESTION.approval!, detail } };
  const lines = questionLines(long, plainStyle, RUN_ID);
  assert.equal(lines.length, 1 + 40 + 3);
  assert.equal(lines[40], `  … 461 more lines: odw show ${RUN_ID}`);
  const wide = { ...QUESTION, approval: { ...QUESTION.approval!, detail: "x".repeat(3000) } };
  assert.match(questionLines(wide, plainStyle, RUN_ID)[1] ?? "", /… 1000 more characters: odw show/);
});

Deno.test("show prints a waiting approval in full, and what the log warned of", async () => {
  const detail = Array.from({ length: 100 }, (_, i) => `+line ${i}`).join("\n");
  const question = { ...QUESTION, approval: { ...QUESTION.approval!, detail } };
  const events: EventBody[] = [
    { type: "log_written", level: "warn", message: "editor was interrupted after it had used write_file a.ts" },
    { type: "log_written", level: "info", message: "quiet" },
  ];
  const engine = createFakeEngine({ record: { status: "waiting", question }, events });
  const { out } = await cli(["show", "last"], { engine });
  assert.match(out, /Waits for approval: edit_file/);
  assert.ok(out.includes("+line 0\n") && out.includes("+line 99\n"), out);
  assert.match(out, /Warnings\n {2}! editor was interrupted after/);
  assert.doesNotMatch(out, /quiet/);
});

Deno.test("show of a step lists its tool calls and its worktree", async () => {
  const toolCalls = [
    { call: "t1", name: "read_file", access: "read" as const, input: { path: "a.ts" }, isError: false, output: "x" },
    {
      call: "t2",
      name: "run_command",
      access: "run" as const,
      input: { command: "npm test" },
      isError: true,
      output: "",
    },
    { call: "t3", name: "git", access: "read" as const, input: { args: ["log", "-1"] }, isError: null, output: null },
  ].map((call) => ({ ...call, durationMs: call.isError === null ? null : 12 }));
  const worktree = { path: "/w/1", root: "/w/1", branch: "odw/r/1", base: "c", isKept: true, changedFiles: 3 };
  const engine = () => createFakeEngine({ steps: [step({ toolCalls, worktree })] });
  const { out } = await cli(["show", "last", "aaaa"], { engine: engine() });
  assert.match(out, /Worktree {2}\/w\/1 on odw\/r\/1: kept, 3 changed files/);
  assert.match(
    out,
    /Tool calls\n {2}read_file a\.ts · ok · 0.0s\n {2}run_command npm test · error · 0.0s\n {2}git log -1 · not ended/,
  );
  const page = await cli(["show", "last"], { engine: engine() });
  assert.match(page.out, /3 tool calls/);
  assert.match(page.out, /worktree \/w\/1 on odw\/r\/1: kept/);
});

Deno.test("logs have one line for each tool event", async () => {
  const usage = { agents: 1, cachedAgents: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 };
  const events: EventBody[] = [
    ...TOOLS,
    { type: "tool_ended", step: "s#1", call: "t1", isError: false, output: "", outputChars: 1200, durationMs: 3 },
    { type: "tool_ended", step: "s#1", call: "t2", isError: true, output: "no\nfile", outputChars: 7, durationMs: 3 },
    { type: "context_compacted", step: "s#1", fromTokens: 9000, toTokens: 4000 },
    { type: "step_isolated", step: "s#1", worktree: { path: "/w/1", root: "/w/1", branch: "odw/r/1", base: "c" } },
    { type: "worktree_released", step: "s#1", isKept: false, changedFiles: 0 },
    {
      type: "tool_answered",
      ...{ key: "k", name: "glob", input: { pattern: "*" }, durationMs: 4 },
      outcome: { status: "completed", value: [] },
    },
    { type: "step_skipped", step: "s#1", reason: "not needed any more" },
    { type: "run_completed", result: null, usage, durationMs: 5 },
  ];
  const { out } = await cli(["logs", "last"], { engine: createFakeEngine({ events }) });
  for (
    const part of [
      "[editor] t1 read_file src/a.ts",
      "[editor] t1 ok, 1.2k characters, 0.0s",
      "[editor] t2 error: no file, 0.0s",
      "[editor] context compacted from 9.0k to 4.0k tokens",
      "[editor] works in /w/1 on odw/r/1",
      "[editor] its worktree is removed, nothing was changed",
      "script: glob *: ok, 0.0s",
      "[editor] was skipped: not needed any more",
    ]
  ) assert.ok(out.includes(part), `${part}\n${out}`);
});

Deno.test("the live view shows what a running agent's tool works on, until it ends", () => {
  const progress = new RunProgress({ id: RUN_ID, name: "r" });
  const frame = () =>
    drawFrame(progress, { columns: 80, rows: 20 }, { elapsedMs: 0, now: 0, style: plainStyle }).join("\n");
  for (const event of eventsOf(TOOLS)) progress.add(event);
  assert.match(frame(), /editor {2}read_file src\/a\.ts/);
  const ended: EventBody = {
    type: "tool_ended",
    step: "s#1",
    call: "t1",
    isError: false,
    output: "",
    outputChars: 1,
    durationMs: 3,
  };
  for (const event of eventsOf([ended])) progress.add(event);
  assert.match(frame(), /editor {2}m\/x/);
});
