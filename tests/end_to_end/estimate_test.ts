// What odw check says before a run, against what the run then does on the simulated provider.
import assert from "node:assert/strict";
import type { Json } from "../../src/json.ts";
import { Place } from "./odw_process.ts";

const ITEMS = Array.from(
  { length: 30 },
  (_, index) => `Review ${index + 1}: the product works, but part ${index % 7} is late`,
);
const CASES: [name: string, args: Json][] = [
  ["map-reduce", { task: "What do customers complain about?", items: ITEMS }],
  ["pipeline", { task: "Improve the text", items: ITEMS.slice(0, 10), stages: ["shorten it", "correct it"] }],
  ["consensus", { task: "Should we ship now?", choices: ["yes", "no", "wait"] }],
];
const TOLERANCE = 0.2;

for (const [name, args] of CASES) {
  Deno.test(`the estimate of ${name} is within 20 % of what then happens`, async () => {
    await using place = await Place.make();
    await place.configure({ models: { default: "sim:fast" } });
    const given = ["--args", JSON.stringify(args)];
    const checked = await place.odw(["check", name, ...given, "--json"]);
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);
    const { estimate } = JSON.parse(checked.stdout);
    const ran = await place.odw(["run", name, ...given, "--output", "json", "--quiet"]);
    assert.equal(ran.code, 0, ran.stderr);
    const { usage } = JSON.parse(ran.stdout);
    assertNear(estimate.agents.typical, usage.agents, "agents");
    assertNear(estimate.inputTokens, usage.inputTokens, "input tokens");
    assertNear(estimate.outputTokens, usage.outputTokens, "output tokens");
  });
}

function assertNear(estimated: number, actual: number, what: string): void {
  assert.ok(Math.abs(estimated - actual) <= actual * TOLERANCE, `${what}: ${estimated} estimated, ${actual} happened`);
}
