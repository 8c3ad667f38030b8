// How a realm's end is told to the engine: one OdwError for each way a script can end without a result.
import { type ErrorCode, OdwError } from "../errors.ts";
import type { SandboxLimits, ScriptSource } from "../sandbox.ts";
import { launchError } from "./launch_error.ts";
import type { WorkerReport } from "./messages.ts";
import { limitKind } from "./realm_end.ts";
import type { ThrownInfo } from "./realm_message.ts";

/** The error for something that the script threw and did not catch. */
export function thrownError(thrown: ThrownInfo, limits: SandboxLimits): OdwError {
  if (thrown.name === "InternalError" && thrown.code === null) {
    const kind = limitKind(thrown.message);
    if (kind !== "crash") return limitError({ type: "limit", kind, detail: thrown.message }, limits, thrown.stack);
  }
  const options: { name: string; scriptStack?: string; cause?: unknown } = { name: thrown.name };
  if (thrown.stack !== "") options.scriptStack = thrown.stack;
  // The engine decides by the cause's code what an uncaught host error means, such as a used-up budget.
  if (thrown.code !== null) {
    options.cause = new OdwError(thrown.code as ErrorCode, thrown.message, { name: thrown.name });
  }
  return new OdwError("script_failed", thrown.message, options);
}

/** The error for a report that ends the run. */
export function reportError(report: WorkerReport, source: ScriptSource, limits: SandboxLimits): OdwError {
  if (report.type === "limit") return limitError(report, limits);
  return launchError(source, report, `${report.message}. This syntax is not supported in workflow scripts`);
}

/** `sandbox_limit`, in words: which limit, its value, and what to do. */
export function limitError(
  report: WorkerReport & { type: "limit" },
  limits: SandboxLimits,
  scriptStack?: string,
): OdwError {
  const options: { name: string; scriptStack?: string } = { name: "WorkflowSandboxLimitError" };
  if (scriptStack) options.scriptStack = scriptStack;
  return new OdwError("sandbox_limit", limitMessage(report, limits), options);
}

function limitMessage({ kind, detail }: WorkerReport & { type: "limit" }, limits: SandboxLimits): string {
  switch (kind) {
    case "memory":
      return `The script used more than its ${Math.round(limits.memoryBytes / 1048576)} MiB of memory (${detail}): ` +
        "keep less at once, or raise script.memoryMiB";
    case "stack":
      return `The script's calls are nested too deeply (${detail}): check for endless recursion, or turn it into a loop`;
    case "slice":
      return `The script ran for more than ${limits.sliceMs} ms without waiting for anything (${detail}): ` +
        "check for an endless loop, or raise script.sliceMs";
    case "size":
      return `The script made a value that is too large for the sandbox (${detail}): split it`;
    case "crash":
      return `The script's sandbox broke down (${detail})`;
  }
}
