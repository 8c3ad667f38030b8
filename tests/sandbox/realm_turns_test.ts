// A realm counts as quiet only when it has heard every answer and has said what it makes of them.
import assert from "node:assert/strict";
import { RealmTurns } from "../../src/sandbox/realm_turns.ts";

/** A realm that answers pings when it is told to, and makes a new call for each packet until `more` is used up. */
function realm(more: number) {
  const state = { sent: 0, pings: 0, signs: 0 };
  const turns = new RealmTurns({
    ping: () => void state.pings++,
    sent: () => state.sent,
    hasReplies: () => false,
  });
  return {
    state,
    turns,
    /** Answers the next ping. */
    async step() {
      while (state.pings === state.signs) await tick();
      state.signs++;
      if (state.sent < more) state.sent++;
      turns.heard();
    },
  };
}

function tick(): Promise<void> {
  return new Promise((done) => setTimeout(done, 0));
}

Deno.test("quiet() waits for as many rounds as answers call forth further answers", async () => {
  const { state, turns, step } = realm(3);
  let isQuiet = false;
  const quiet = turns.quiet().then(() => isQuiet = true);
  for (let round = 0; round < 3; round++) {
    await step();
    assert.equal(isQuiet, false, `round ${round}`);
  }
  await step();
  await quiet;
  assert.equal(state.pings, 4);
});

Deno.test("calls of one tick share the wait, and a sign that was asked for by others does not end it", async () => {
  const { turns, step } = realm(0);
  const first = turns.quiet();
  assert.equal(turns.quiet(), first);
  turns.ping();
  let isQuiet = false;
  first.then(() => isQuiet = true);
  await step();
  await tick();
  assert.equal(isQuiet, false);
  await step();
  await first;
});
