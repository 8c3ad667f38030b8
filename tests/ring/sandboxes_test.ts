// Sandbox workers that the terminal ring starts for the engine.
import assert from "node:assert/strict";
import { askedSandboxes } from "../../src/ring/asked_sandboxes.ts";
import { openSandboxDoor, SPARE_ID } from "../../src/ring/sandbox_door.ts";

/** What the worker says next. */
function next(port: MessagePort): Promise<unknown> {
  return new Promise((resolve) => port.onmessage = ({ data }) => resolve(data));
}

Deno.test("the spare worker and those after it answer the engine directly, each on its own port", async () => {
  using door = openSandboxDoor();
  const spare = new MessageChannel();
  const open = askedSandboxes({ port: door.port, spare: spare.port1 });
  door.start(SPARE_ID, spare.port2);
  const workers = [open(), open(), open()];
  assert.equal(workers[0]!.port, spare.port1);
  for (const { port } of workers) {
    const sign = next(port);
    // The sign of life that every worker gives.
    port.postMessage(null);
    assert.equal(await sign, null);
  }
  for (const worker of workers) worker.end();
  door.port.close();
});

Deno.test("a crash is told to whoever runs a script in that worker, also when the worker died before", async () => {
  const { port1: engine, port2: terminal } = new MessageChannel();
  const open = askedSandboxes({ port: engine, spare: null });
  const [first, second] = [open(), open()];
  const told: string[] = [];
  second.onCrash((reason) => told.push(`second: ${reason}`));
  terminal.postMessage({ id: 1, reason: "no memory" });
  terminal.postMessage({ id: 2, reason: "gone" });
  while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.deepEqual(told, ["second: gone"]);
  first.onCrash((reason) => told.push(`first: ${reason}`));
  assert.deepEqual(told, ["second: gone", "first: no memory"]);
  for (const worker of [first, second]) worker.end();
  engine.close();
  terminal.close();
});
