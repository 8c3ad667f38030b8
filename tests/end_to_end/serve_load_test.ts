// A server under load: what its readers cost it and the run, told by ratios of runs that were measured in turn.
import assert from "node:assert/strict";
import { measureServing } from "../../scripts/bench/serving.ts";
import { odwCommand } from "./odw_process.ts";

Deno.test({
  name: "twenty readers of a busy run each get every event once, and cost the server little: reading is shared",
  // Times on a processor are read from /proc.
  ignore: Deno.build.os !== "linux",
  async fn() {
    const home = await Deno.realPath(await Deno.makeTempDir({ prefix: "odw-test-" }));
    try {
      // Throws when an event is lost, repeated or out of order at any reader.
      const found = await measureServing({ binary: odwCommand(), home, pairs: 3, rounds: 20, longSeconds: 3 });
      console.log(
        `${found.rate.toFixed(0)} events/s; with 20 readers the run takes ${
          found.ratio.toFixed(2)
        }x, the server's processor ` +
          `${found.cpuRatio.toFixed(2)}x; GET /v1/runs/{id} p99 ${found.p99Ms.toFixed(0)} ms, ` +
          `${found.aloneP99Ms.toFixed(0)} ms without; memory ${found.earlyMiB.toFixed(0)} to ${
            found.lateMiB.toFixed(0)
          } MiB`,
      );
      // Wide, for machines that do other things meanwhile: a reading of its own for each reader would be 1.4.
      assert.ok(found.cpuRatio < 1.25, `the server's processor: ${found.cpuRatio}x`);
      assert.ok(found.ratio < 1.5, `the run: ${found.ratio}x`);
      assert.ok(found.lateMiB < found.earlyMiB * 1.2, `memory: ${found.earlyMiB} to ${found.lateMiB} MiB`);
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  },
});
