// The one error of odw, and its form as data.

/**
 * What went wrong, for programs. Scripts of dialect B read these as `err.code`, JSON output as `error.code`.
 * Faces map them to exit codes, HTTP statuses and RPC errors in one table each.
 */
export type ErrorCode =
  | "usage" // wrong arguments or options
  | "config" // a configuration file, setting, key or route is wrong or missing
  | "script_invalid" // the script cannot be launched; nothing has started
  | "script_failed" // the script threw, or its result is not JSON
  | "sandbox_limit" // memory, stack, time slice or size limit of the sandbox
  | "not_found" // an unknown run, step or workflow
  | "conflict" // the run is owned by another process, or is in a status that forbids this
  | "store" // the database cannot be read or written
  | "schema_invalid" // an answer did not satisfy its schema in all attempts, or the schema itself is unusable
  | "timeout" // the agent's or the run's time was up
  | "stalled" // no progress for `stallMs` in every attempt
  | "rate_limit"
  | "quota_exhausted"
  | "service_unavailable" // 5xx, overload, connection refused or reset, TLS
  | "authentication" // 401, 403
  | "bad_request" // the provider refused the request for good
  | "bad_response" // the provider answered something that is not its wire format
  | "context_overflow"
  | "refusal" // the model declined
  | "empty_answer"
  | "max_tokens" // the answer was cut at the output limit
  | "budget_exceeded"
  | "agent_cap"
  | "paused"
  | "aborted"
  | "tool_failed" // a tool that the script itself called
  | "denied"; // a permission is missing

/** An error as data: the same shape in results, events, HTTP answers and across worker borders. */
export interface ErrorInfo {
  name: string;
  message: string;
  stack?: string;
  code?: ErrorCode;
}

/** Every expected failure. `message`: what was tried, what was found, what to do; no final period. */
export class OdwError extends Error {
  override readonly name: string;
  readonly code: ErrorCode;
  /** The author's place in a script, where there is one: replaces the engine's own stack in `ErrorInfo`. */
  readonly scriptStack: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; name?: string; scriptStack?: string } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.name = options.name ?? "OdwError";
    this.scriptStack = options.scriptStack;
  }
}

/** Any thrown value as data. Stacks of odw's own code stay inside; only a script's stack goes out. */
export function errorInfo(thrown: unknown): ErrorInfo {
  if (thrown instanceof OdwError) {
    const info: ErrorInfo = { name: thrown.name, message: thrown.message, code: thrown.code };
    if (thrown.scriptStack) info.stack = thrown.scriptStack;
    return info;
  }
  if (thrown instanceof Error) return { name: thrown.name, message: thrown.message };
  return { name: "Error", message: String(thrown) };
}

/** The way back from data to an error that can be thrown. */
export function errorFromInfo(info: ErrorInfo): Error {
  if (!info.code) return Object.assign(new Error(info.message), { name: info.name });
  const options: { name: string; scriptStack?: string } = { name: info.name };
  if (info.stack) options.scriptStack = info.stack;
  return new OdwError(info.code, info.message, options);
}
