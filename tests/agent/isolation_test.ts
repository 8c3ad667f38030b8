// isolation: 'worktree' is kept or refused, never left out in silence.
import assert from "node:assert/strict";
import { bench, says } from "./scripted_provider.ts";

Deno.test("a call that asks for a worktree is refused before anything starts", async () => {
  const { run, provider } = bench([says("edited")]);
  await assert.rejects(run({ prompt: "x", isolation: "worktree" }), {
    code: "denied",
    message: /isolation: 'worktree'/,
  });
  assert.equal(provider.requests.length, 0);
});
