// The engine behind its ring keeps the contract of the one inside.
import assert from "node:assert/strict";
import { loadSettings } from "../../src/config/load.ts";
import { permissionsFor } from "../../src/permissions.ts";
import { sourceFolders } from "../../src/ring/baked.ts";
import { startRing } from "../../src/ring/start.ts";

const QUEUED = { text: `export const meta = { name: "q", description: "d" };\nreturn 1;`, file: "q.js" };

Deno.test("a run is not followed by a signal that has aborted before, and the follower is let go", async () => {
  const home = await Deno.makeTempDir();
  try {
    const env = (name: string) => name === "ODW_HOME" ? home : undefined;
    const { settings } = await loadSettings({ cwd: home, env, needsModel: false });
    const permissions = permissionsFor({ providers: false }, settings);
    const read = [...permissions.read, ...sourceFolders()];
    const ring = await startRing({ settings, willRun: false, mayMerge: false }, { ...permissions, read });
    await using engine = ring.engine;
    // Nobody carries this run, so that nothing but the signal ends its followers.
    const { id } = await engine.create({ script: QUEUED, model: "sim" });
    const seen: unknown[] = [];
    const aborted = AbortSignal.abort();
    await orTooLate(Promise.all([
      engine.follow(id, { after: 0 }, (events) => seen.push(...events), aborted),
      engine.followTexts(id, { after: 0 }, (texts) => seen.push(...texts), aborted),
    ]));
    assert.deepEqual(seen, []);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

/** A follower that is forgotten waits for ever. */
async function orTooLate(work: Promise<unknown>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("the follower was not let go")), 20_000);
  await Promise.race([work, promise]).finally(() => clearTimeout(timer));
}
