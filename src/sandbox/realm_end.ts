// Why a realm ended before its script did, and how to tell it from what was thrown.
import type { LimitKind, WorkerReport } from "./messages.ts";

/** The realm cannot go on: carries the report for the engine, and the messages that were still in it. */
export class RealmEnd extends Error {
  readonly report: WorkerReport;
  readonly messages: string | null;

  constructor(report: WorkerReport, messages: string | null = null) {
    super(`the realm ended: ${JSON.stringify(report)}`);
    this.report = report;
    this.messages = messages;
  }
}

/**
 * The end that a thrown value stands for. QuickJS reports its own limits as InternalError; when memory or stack of the
 * WebAssembly instance are exhausted first, they surface as errors of the host's engine.
 */
export function limitOf(thrown: unknown): RealmEnd {
  if (thrown instanceof RealmEnd) return thrown;
  // QuickJS throws null when there is no room for an error object.
  const detail = thrown === null ? "out of memory" : describe(thrown);
  return new RealmEnd({ type: "limit", kind: limitKind(detail), detail });
}

/** A compile error has one frame without parentheses: the place in the text. Undefined for everything else. */
export function syntaxReport(thrown: unknown): WorkerReport | undefined {
  if (!isRecord(thrown) || thrown.name !== "SyntaxError") return undefined;
  const message = String(thrown.message);
  if (message === "stack overflow") return { type: "limit", kind: "stack", detail: message };
  const place = /^\s*at [^\n()]*?:(\d+):(\d+)\s*$/.exec(String(thrown.stack));
  if (!place) return undefined;
  return { type: "syntax", message, line: Number(place[1]), column: Number(place[2]) };
}

/** Which limit the text of an engine's own error speaks of. */
export function limitKind(text: string): LimitKind {
  if (/interrupted/.test(text)) return "slice";
  if (/stack overflow|Maximum call stack/.test(text)) return "stack";
  if (/too long|too large/.test(text)) return "size";
  if (/memory|detached|out of bounds|unreachable/i.test(text)) return "memory";
  return "crash";
}

function describe(thrown: unknown): string {
  if (isRecord(thrown)) return `${thrown.name}: ${thrown.message}`;
  return String(thrown);
}

function isRecord(value: unknown): value is { name?: unknown; message?: unknown; stack?: unknown } {
  return typeof value === "object" && value !== null;
}
