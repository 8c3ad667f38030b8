// The check reads every workflow that comes with odw and finds nothing wrong in it.
import assert from "node:assert/strict";
import type { Json } from "../../src/json.ts";
import { builtInWorkflows } from "../../src/workflows.ts";
import { plannerSettings, testPlanner } from "./planner_harness.ts";

const ITEMS = Array.from({ length: 12 }, (_, index) => `item ${index + 1}: a short text about it`);
const ARGS: Record<string, Json> = {
  "map-reduce": { task: "What do they have in common?", items: ITEMS },
  "pipeline": { task: "Improve the text", items: ITEMS, stages: ["shorten it", "correct it"] },
  "adversarial": { task: "Explain why the sky is blue" },
  "consensus": { task: "Is tea better than coffee?", choices: ["yes", "no"] },
};

for (const { name, text } of builtInWorkflows) {
  Deno.test(`check finds no mistake in ${name}`, async () => {
    const args = ARGS[name];
    const { dialect, problems, estimate } = await testPlanner(plannerSettings()).check(
      { text, file: `built-in:${name}` },
      { args, model: undefined, limits: undefined },
    );
    assert.equal(dialect, "meta");
    const errors = problems.filter(({ severity }) => severity === "error");
    if (args !== undefined) {
      assert.deepEqual(problems, []);
      assert.ok(estimate && estimate.agents.min >= 1 && estimate.agents.typical <= estimate.agents.max);
    }
    // Without its arguments a workflow says what it wants; that is no mistake of the script.
    for (const { message } of errors) assert.match(message, /^the run would end with Error when answers are typical/);
  });
}
