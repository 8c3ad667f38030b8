// What a host's refusal to sample means. Hosts agree on no code: the specification's example is -1, VS Code says -32000 and "denied".
import { ProtocolError, ProtocolErrorCode, SdkError, SdkErrorCode } from "@modelcontextprotocol/server";
import type { SamplingFailure } from "../sampling.ts";

const USER_REJECTED = -1;
const REFUSAL = /\breject|\bden(?:y|ied)\b|\bdeclin|\brefus|\bnot (?:allowed|permitted|approved)\b|\bcancel/i;

const INVALID: ReadonlySet<unknown> = new Set([
  ...[ProtocolErrorCode.MethodNotFound, ProtocolErrorCode.InvalidParams],
  ...[SdkErrorCode.InvalidResult, SdkErrorCode.CapabilityNotSupported],
]);
const GONE: ReadonlySet<unknown> = new Set([
  ...[SdkErrorCode.ConnectionClosed, SdkErrorCode.NotConnected, SdkErrorCode.SendFailed],
]);

export function samplingFailure(error: unknown): SamplingFailure {
  const message = (error instanceof Error ? error.message : String(error)).slice(0, 600);
  if (error instanceof SdkError && GONE.has(error.code)) {
    return { kind: "gone", message: "its connection to odw ended" };
  }
  if ((error instanceof ProtocolError || error instanceof SdkError) && INVALID.has(error.code)) {
    return { kind: "invalid", message };
  }
  const isRefusal = error instanceof ProtocolError && (Number(error.code) === USER_REJECTED || REFUSAL.test(message));
  return { kind: isRefusal ? "refused" : "failed", message };
}
