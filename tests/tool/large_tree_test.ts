// A search of a hundred thousand files, in a process of its own with the permissions of the engine ring.
import assert from "node:assert/strict";
import { join } from "node:path";
import { measure, treeOf } from "./large_tree.ts";

const MOST_MIB = 150;

Deno.test("grep and glob answer on a tree of 100,000 files within 150 MiB for the whole process", async () => {
  const root = Deno.realPathSync(Deno.makeTempDirSync());
  try {
    treeOf(root);
    for (
      const { tool, input, wanted } of [
        { tool: "grep", input: { pattern: "needle_\\d+" }, wanted: 10 },
        { tool: "grep", input: { pattern: "[a-z]+_\\d{2}$" }, wanted: 10 },
        { tool: "glob", input: { pattern: "**/f7.ts" }, wanted: 400 },
      ]
    ) {
      const { found, peakMiB, durationMs } = await measure({ root, tool, input });
      console.log(`${tool} ${JSON.stringify(input)}: ${durationMs} ms, ${peakMiB} MiB`);
      assert.equal(found, wanted);
      assert.ok(peakMiB < MOST_MIB, `${peakMiB} MiB`);
    }
    assert.ok(Deno.statSync(join(root, "node_modules/m599/f99.js")).isFile);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
