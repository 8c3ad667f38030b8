// MCP sampling: how a run reaches the model of the coding agent that started it. Its `odw mcp` lends it over loopback (src/mcp/), the run
// takes it as the provider `host` (src/config/, src/provider/).
import { OdwError } from "./errors.ts";
import { isJsonObject, type Json } from "./json.ts";

/** The provider's name in model ids: `host:default`, `host/gpt-5`, or `host` alone. */
export const HOST_PROVIDER = "host";

/** Environment variable of a run's process: only its own user can read it. It holds no URL, so it can lead nowhere but to this machine. */
export const SAMPLING_VARIABLE = "ODW_SAMPLING";

/** The way to the host's model: for one run, as long as the process lives that gave it. */
export interface SamplingAddress {
  /** On 127.0.0.1. */
  port: number;
  token: string;
  /** The host lets tools be offered to its model. */
  hasTools: boolean;
}

/** Why no answer came, as it goes over the bridge. */
export interface SamplingFailure {
  /**
   * "refused": the host's user said no. "gone": the host has ended, or samples no more. "failed": its model gave no answer this time.
   * "invalid": the host does not take such a request.
   */
  kind: "refused" | "gone" | "failed" | "invalid";
  message: string;
}

/** What the bridge sends at the end of its stream; comments come before it. `result`: of sampling/createMessage. */
export type SamplingReply = { result: Json } | { failure: SamplingFailure };

export function isHostModel(model: string): boolean {
  return model === HOST_PROVIDER || model.startsWith(`${HOST_PROVIDER}:`) || model.startsWith(`${HOST_PROVIDER}/`);
}

/** The value of SAMPLING_VARIABLE. */
export function samplingText({ port, token, hasTools }: SamplingAddress): string {
  return JSON.stringify({ port, token, hasTools });
}

/** Throws OdwError `config`; the message never holds the value. */
export function readSampling(text: string): SamplingAddress {
  const value = parse(text);
  const { port, token, hasTools } = isJsonObject(value) ? value : {};
  const isPort = typeof port === "number" && Number.isInteger(port) && port > 0 && port < 65_536;
  if (isPort && typeof token === "string" && /^[\w-]{20,}$/.test(token)) {
    return { port, token, hasTools: hasTools === true };
  }
  throw new OdwError("config", `${SAMPLING_VARIABLE} is set and not by odw mcp; unset it`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
