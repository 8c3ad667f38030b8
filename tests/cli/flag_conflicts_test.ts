// A flag that means nothing for a command line is an error that says why, and nothing is started.
import assert from "node:assert/strict";
import { createFakeEngine } from "./fake_engine.ts";
import { cli } from "./fake_world.ts";

const CASES: [line: string, says: RegExp][] = [
  ...["--model m", "--concurrency 2", "--max-agents 3", "--budget-usd 1", "--budget-tokens 5", "--timeout 5s"].map(
    (flags): [string, RegExp] => [`run --replay last review.js ${flags}`, /with --replay, which takes all from/],
  ),
  ...["--allow-run=git", "--approve=run", "--topology pipeline", "--planner auto", "--save x", "--allow-contents"].map(
    (flags): [string, RegExp] => [`run --replay last ${flags}`, /with --replay, which takes all from/],
  ),
  ...["--junit f.xml", "--sarif f.json", "--on-ask wait", "--wait", "--strict", "--detach", "--dry-run", "-y"].map(
    (flags): [string, RegExp] => [`run --replay last review.js ${flags}`, /with --replay, which takes all from/],
  ),
  ["run --replay last review.js --args-file x", /^error: --args-file means nothing with --replay/],
  ["run --replay last review.js words", /leave out the words after the script/],
  ...["--detach", "--wait", "--on-ask wait", "--detach-on-ask", "--strict", "--junit f.xml", "--sarif f.json", "-y"]
    .map(
      (flags): [string, RegExp] => [`run review.js --dry-run ${flags}`, /with --dry-run, which runs nothing/],
    ),
  ["run review.js --dry-run --output stream-json", /--output stream-json means nothing with --dry-run/],
  ["run review.js --topology pipeline", /--topology is for a task in words, and "review.js" is taken for a script/],
  ["run review.js --planner compose", /--planner is for a task/],
  ["run review.js --allow-contents", /--allow-contents is for a task/],
  ["run review.js --save mine", /--save is for a task/],
  ["run map-reduce --save mine --arg a=1", /--save is for a task/],
  ["run review.js --detach --strict", /--strict means nothing with --detach.*odw wait/],
  ["run review.js --on-ask wait --detach-on-ask", /--on-ask says something else than --detach-on-ask/],
  ["resume last --on-ask wait --detach-on-ask", /--on-ask says something else than --detach-on-ask/],
  ["show last one --estimate", /--estimate means nothing for a single step/],
  ["show last one --step two", /--step names a step, and so does/],
  ["worktrees --into main", /--into is for odw worktrees merge alone/],
  ["worktrees remove a --into main", /--into is for odw worktrees merge alone/],
  ["worktrees merge a --force", /--force is for odw worktrees remove alone/],
  ["worktrees diff a --json", /--json is for odw worktrees list and merge alone/],
  ["workflows --user", /--user is for odw workflows save and init alone/],
  ["workflows show x --force", /--force is for odw workflows save and init alone/],
  ["workflows init x --json", /--json is for lists/],
  ["permissions run --replay last --detach", /--detach means nothing with --replay/],
];

for (const [line, says] of CASES) {
  Deno.test(`odw ${line} is refused`, async () => {
    const engine = createFakeEngine({});
    const files = { "/project/review.js": "export const meta = {}" };
    const { code, out, err, world } = await cli(line.split(" "), { engine, files });
    assert.deepEqual({ code, out }, { code: 2, out: "" });
    assert.match(err, says);
    assert.deepEqual([engine.created, engine.replayed, world.detached], [[], [], []]);
  });
}
