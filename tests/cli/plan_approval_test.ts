// A plan in a terminal: run, edit, save, cancel; and that only what was approved runs.
import assert from "node:assert/strict";
import { verifyApproval } from "../../src/cli/plan_approval.ts";
import { OdwError } from "../../src/errors.ts";
import { planHash } from "../../src/plan_hash.ts";
import type { Plan } from "../../src/planner.ts";
import { NO_GRANTS } from "../no_tools.ts";
import { createFakeEngine } from "./fake_engine.ts";
import { fakeWorld, type FakeWorldOptions } from "./fake_world.ts";
import { runCli } from "../../src/cli/cli.ts";

const TASK = "find the slow part";
const TERMINAL = { stdinIsTerminal: true, stderrIsTerminal: true };

async function plan(changes: Partial<Plan> = {}): Promise<Plan> {
  const script = { text: "export const meta = { name: 'p', description: 'd' };", file: "plan.js" };
  const args = { task: TASK };
  const estimate = {
    ...{ agents: { min: 1, typical: 2, max: 3 }, phases: [{ title: "Look", min: 1, typical: 2, max: 3 }], depth: 1 },
    ...{ inputTokens: 10, outputTokens: 10, models: [], costUsd: null, wallMs: 1000, concurrency: 16, calls: [] },
  };
  return {
    ...{ task: TASK, args, script, way: "author", notes: [], wants: ["--allow-write"] },
    choice: { topology: "pipeline", reason: "It is simple." },
    characteristics: {
      ...{ manyItems: false, itemSource: null, stages: [], mustBeCorrect: false },
      ...{ isTestable: false, isUncertain: false, isSearch: false },
    },
    check: { dialect: "meta", problems: [], estimate, tools: [] },
    hash: await planHash({ script: script.text, args, grants: NO_GRANTS.grants }),
    ...changes,
  };
}

async function answered(lines: string[], changes: Partial<Plan> = {}, options: FakeWorldOptions = TERMINAL) {
  const engine = createFakeEngine({ plan: await plan(changes) });
  const files: FakeWorldOptions["files"] = {};
  const world = fakeWorld({ engine, files, ...options });
  for (const line of lines) world.type(line);
  const code = await runCli(["run", TASK], world);
  return { code, err: world.stderr.text, files, world };
}

Deno.test("cancel ends with 130 and starts nothing; the plan was shown with what it asks for", async () => {
  const { code, err } = await answered(["c"]);
  assert.equal(code, 130);
  assert.match(err, /pipeline\. It is simple\./);
  assert.match(err, /--allow-write \(not granted/);
  assert.match(err, /1 to 3, typically 2/);
});

Deno.test("save keeps the script under its name and asks again", async () => {
  const { code, err, files } = await answered(["s", "save slow", "c"]);
  assert.equal(code, 130);
  assert.match(err, /give a name too/);
  assert.match(String(files["/project/.odw/workflows/slow.js"]), /name: 'p'/);
});

Deno.test("what goes wrong in the editor or in a save does not lose the plan", async () => {
  const edit = () => Promise.reject(new OdwError("config", 'cannot open the editor "vi": set EDITOR to a program'));
  const { code, err, files } = await answered(["e", "save ../out", "save Kept", "c"], {}, { ...TERMINAL, edit });
  assert.equal(code, 130);
  assert.match(err, /set EDITOR to a program; the plan stays as it was/);
  assert.match(err, /"\.\.\/out".*; the plan stays as it was/);
  assert.match(String(files["/project/.odw/workflows/Kept.js"]), /name: 'p'/);
});

Deno.test("a plan with errors offers no run", async () => {
  const { check } = await plan();
  const problems = [{ severity: "error" as const, place: null, message: "it loops", fix: null }];
  const { code, err } = await answered(["r", "c"], { check: { ...check, problems } });
  assert.equal(code, 130);
  assert.match(err, /it loops/);
  assert.doesNotMatch(err, /\[r\]un/);
});

Deno.test("what was approved is what runs: another script, other args or other permissions are refused", async () => {
  const approved = await plan();
  const settings = { ...NO_GRANTS } as Parameters<typeof verifyApproval>[1];
  await verifyApproval(approved, settings);
  const wider = { ...settings, grants: { ...settings.grants, write: ["/project"] } };
  await assert.rejects(verifyApproval(approved, wider), /not what was approved/);
  await assert.rejects(verifyApproval({ ...approved, args: { task: "x" } }, settings), /not what was approved/);
  const script = { ...approved.script, text: `${approved.script.text} ` };
  await assert.rejects(verifyApproval({ ...approved, script }, settings), /not what was approved/);
});
