// What the shell is told: one number for each error code and each way a run can stop.
import type { ErrorCode } from "../errors.ts";
import type { RunRecord } from "../run.ts";

export const EXIT = { ok: 0, failed: 1, usage: 2, paused: 3, incomplete: 4, hungUp: 129, cancelled: 130 } as const;

const BY_ERROR: Partial<Record<ErrorCode, number>> = {
  usage: EXIT.usage,
  config: EXIT.usage,
  script_invalid: EXIT.usage,
  not_found: EXIT.usage,
  conflict: EXIT.usage,
  denied: EXIT.usage,
  store: EXIT.usage,
  paused: EXIT.paused,
  aborted: EXIT.cancelled,
};

/** Codes from good to bad. */
const BADNESS: readonly number[] = [
  EXIT.ok,
  EXIT.incomplete,
  EXIT.paused,
  EXIT.hungUp,
  EXIT.cancelled,
  EXIT.failed,
  EXIT.usage,
];

/** Of several outcomes, the one that is told. */
export function worstOf(codes: number[]): number {
  return codes.reduce((worst, code) => BADNESS.indexOf(code) > BADNESS.indexOf(worst) ? code : worst, EXIT.ok);
}

/** Of a command that could not do its work; of a run, that it did not start. */
export function exitCodeOfError(code: ErrorCode | undefined): number {
  return (code && BY_ERROR[code]) ?? EXIT.failed;
}

/** Of a run that started. `strict`: failed agents count. */
export function exitCodeOfRun(run: RunRecord, strict: boolean): number {
  switch (run.status) {
    case "completed":
      return strict && (run.failures.length > 0 || run.failedAgents > 0) ? EXIT.incomplete : EXIT.ok;
    case "paused":
    case "waiting":
      return EXIT.paused;
    case "cancelled":
      return EXIT.cancelled;
    default:
      return run.error?.code === "script_invalid" ? EXIT.usage : EXIT.failed;
  }
}
