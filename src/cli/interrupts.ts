// Ctrl-C, counted: once asks a command to stop, twice ends it at once.
import type { World } from "./world.ts";

export interface Interrupts extends Disposable {
  /** Settles at the first press, or never. */
  first: Promise<"interrupted">;
  second: Promise<"interrupted">;
}

export function listenForInterrupts(world: World): Interrupts {
  const first = Promise.withResolvers<"interrupted">();
  const second = Promise.withResolvers<"interrupted">();
  let presses = 0;
  const stop = world.onInterrupt(() => {
    presses++;
    (presses === 1 ? first : second).resolve("interrupted");
  });
  return { first: first.promise, second: second.promise, [Symbol.dispose]: stop };
}
