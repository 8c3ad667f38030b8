// Ctrl-C, counted: once asks a command to stop, twice ends it at once. A closed terminal.
import type { World } from "./world.ts";

export interface Interrupts extends Disposable {
  /** Settles at the first press, or never. */
  first: Promise<"interrupted">;
  second: Promise<"interrupted">;
}

/** Settles when the terminal is closed. Who listens must end the process by itself. */
export interface Hangup extends Disposable {
  happened: Promise<"hung up">;
}

export function listenForHangup(world: World): Hangup {
  const { promise, resolve } = Promise.withResolvers<"hung up">();
  const stop = world.onHangup(() => resolve("hung up"));
  return { happened: promise, [Symbol.dispose]: stop };
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
