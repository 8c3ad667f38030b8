// Commands of other processes: looked for in the store, obeyed by the run's owner.
import type { Command, Store } from "../store.ts";
import type { LiveRun } from "./live_run.ts";

/** Steering from another process takes effect within 300 ms: this leaves room for the rest. */
const LOOK_EVERY_MS = 150;

/** Looks until disposed. A store that cannot be read shows itself in the journal's own writes, so here it is passed over. */
export function obeyCommands(store: Store, run: LiveRun): Disposable {
  let looking = false;

  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    try {
      for (const command of await store.takeCommands(run.id)) obey(command, run);
    } catch {
      // See above.
    } finally {
      looking = false;
    }
  }

  const timer = setInterval(look, LOOK_EVERY_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

function obey(command: Command, run: LiveRun): void {
  if (command.type === "cancel") run.cancel();
  else if (command.type === "pause") void run.pause("asked by another process");
  else if (command.type === "skip") run.skip(command.step);
  // An answer that came too late or twice changes nothing: the asker was told what the run asks.
  else if (command.type === "respond") run.respond(command.answer).catch(() => {});
}
