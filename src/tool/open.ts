// Opens the tools of one engine.
import type { Settings } from "../config.ts";
import type { Programs } from "../programs.ts";
import type { Tools } from "../tool.ts";

export function openTools(_parts: { settings: Settings; programs: Programs }): Tools {
  return {
    offer: () => Promise.resolve({ tools: [], unknown: [], warnings: [] }),
    canonicalName: () => undefined,
    names: () => [],
    call: () => Promise.reject(new Error("not built yet")),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
