// Calls that are silent for too long are given up, those that are not are left alone.
import assert from "node:assert/strict";
import { Watchdog, type Watched } from "../../src/provider/watchdog.ts";

Deno.test("a call is given up once, after its time and not before; one that shows a sign of life goes on", async () => {
  const watchdog = new Watchdog();
  const ended = Promise.withResolvers<void>();
  let givenUp = 0;
  const alive: Watched = { dueMs: watchdog.after(100), giveUp: () => assert.fail("it was alive") };
  const silent: Watched = {
    dueMs: watchdog.after(200),
    giveUp() {
      givenUp++;
      ended.resolve();
    },
  };
  const startedAt = performance.now();
  watchdog.add(alive);
  watchdog.add(silent);
  // Its only byte: from then on it has time without end.
  alive.dueMs = Infinity;
  await ended.promise;
  assert.ok(performance.now() - startedAt >= 200);
  assert.equal(givenUp, 1);
  watchdog.delete(alive);
  watchdog.delete(silent);
});
