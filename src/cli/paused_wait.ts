// `--wait`: a run that a provider paused until a named time goes on when that time has come.
import type { RunRecord } from "../run.ts";
import { duration, localTime } from "./amounts.ts";
import type { Interrupts } from "./interrupts.ts";
import type { Printer } from "./printer.ts";
import type { World } from "./world.ts";

/** Short against a quota's window, and a machine that slept notices soon. */
const LOOK_EVERY_MS = 1_000;

/** Whether a time to go on is known. */
export function goesOnByItself({ status, resumesAt }: RunRecord): boolean {
  return status === "paused" && resumesAt !== null && !Number.isNaN(Date.parse(resumesAt));
}

/** True when the time has come; false when Ctrl-C came first, and the run stays paused. */
export async function waitForReset(
  { reason, resumesAt }: RunRecord,
  { world, printer, interrupts }: { world: World; printer: Printer; interrupts: Interrupts },
): Promise<boolean> {
  const time = Date.parse(resumesAt ?? "");
  const inWords = `${localTime(time)}, in ${duration(time - world.now())}`;
  await printer.note(`paused: ${reason ?? "no reason given"}; goes on at ${inWords}; Ctrl-C leaves it paused`);
  const isTime = Promise.withResolvers<true>();
  const stop = world.every(LOOK_EVERY_MS, () => {
    if (world.now() >= time) isTime.resolve(true);
  });
  try {
    return await Promise.race([isTime.promise, interrupts.first.then(() => false)]);
  } finally {
    stop();
  }
}
