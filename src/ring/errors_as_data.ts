// Errors cross the worker border as ErrorInfo, so that their code survives.
import * as Comlink from "comlink";
import { errorFromInfo, type ErrorInfo, errorInfo } from "../errors.ts";

/** Replaces Comlink's handler of thrown values; to be called on both sides before the first call. */
export function passErrorsAsData(): void {
  Comlink.transferHandlers.set("throw", {
    canHandle: (value): value is { value: unknown } => isThrown(value),
    serialize: (thrown: { value: unknown }) => [errorInfo(thrown.value), []],
    deserialize: (info: ErrorInfo) => {
      throw errorFromInfo(info);
    },
  });
}

/** Comlink marks what a call threw with a symbol of its own. */
const THROWN = Comlink.transferHandlers.get("throw");

function isThrown(value: unknown): boolean {
  return THROWN?.canHandle(value) ?? false;
}
