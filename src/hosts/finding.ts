// Findings of the doctor: made short, and made in any case.
import { errorInfo } from "../errors.ts";
import type { Finding } from "../hosts.ts";

export function ok(check: string, detail: string): Finding {
  return { check, status: "ok", detail, repair: null };
}

export function warning(check: string, detail: string, repair: string): Finding {
  return { check, status: "warning", detail, repair };
}

export function failed(check: string, detail: string, repair: string): Finding {
  return { check, status: "error", detail, repair };
}

/** What `examine` finds; a check that fails or takes too long is a finding too. */
export async function findingsOf(
  check: string,
  { timeoutMs, examine }: { timeoutMs: number; examine: (signal: AbortSignal) => Promise<Finding[]> },
): Promise<Finding[]> {
  const signal = AbortSignal.timeout(timeoutMs);
  const late = Promise.withResolvers<Finding[]>();
  signal.addEventListener("abort", () => {
    late.resolve([warning(check, `no answer within ${timeoutMs / 1000} s`, "try again")]);
  });
  try {
    return await Promise.race([examine(signal), late.promise]);
  } catch (error) {
    return [warning(check, `could not be looked at: ${errorInfo(error).message}`, "try again")];
  }
}
