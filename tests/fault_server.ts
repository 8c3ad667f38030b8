// A provider on a bad day: answers a share of all requests with every fault that a network and a server can make.
import type { WireAnswer } from "./wire_server.ts";

export const FAULTS = [
  "rate limit",
  "server error",
  "overload",
  "reset",
  "half answer",
  "garbage",
  "endless stream",
  "silence",
] as const;

export type Fault = typeof FAULTS[number];

/** What a refused client is asked to wait, in milliseconds. */
export const RETRY_AFTER_MS = 120;

/** Milliseconds between the pieces of a stream that never ends: too often for a stall. */
const PIECE_MS = 50;

/** The fault in Chat Completions. */
export function faultAnswer(fault: Fault): WireAnswer {
  switch (fault) {
    case "rate limit":
      return refusal(429, "Too many requests", { "retry-after": String(RETRY_AFTER_MS / 1000) });
    case "server error":
      return refusal(500, "Internal error");
    case "overload":
      return refusal(529, "Overloaded");
    case "reset":
      return { raw: [piece("cut")], end: "reset" };
    case "half answer":
      return { raw: [piece("hal")] };
    case "garbage":
      return { raw: ["data: {]}\n\n", "event: \u0000\n\n"] };
    case "endless stream":
      return { raw: endless() };
    case "silence":
      return { raw: [], end: "hang" };
  }
}

function refusal(status: number, message: string, headers: Record<string, string> = {}): WireAnswer {
  return { status, headers, body: { error: { message } } };
}

function piece(content: string): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
}

/** Goes on until the client leaves. */
function* endless(): Generator<Promise<string>> {
  for (;;) {
    yield new Promise((resolve) => setTimeout(() => resolve(piece("and on ")), PIECE_MS));
  }
}
