// The options of an agent() call, as the script gave them, turned into the request and its handling.
import type { AgentHandling, AgentRequest, Effort } from "../agent.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Dialect } from "../run.ts";

export interface AgentCallInput {
  prompt: string;
  /** The realm turned a prompt that was no string into text. */
  wasConverted: boolean;
  options: Json;
  dialect: Dialect;
  /** The current phase; `options.phase` comes first. */
  phase: string | null;
  /** See AgentMessage. */
  line: number | null;
}

export interface NormalizedCall {
  request: AgentRequest;
  handling: AgentHandling;
}

type Kind = "text" | "count" | "number" | "texts" | "effort" | "isolation" | "json";
type Target = { in: "request"; key: keyof AgentRequest } | { in: "handling"; key: keyof AgentHandling };
type Option = Target & { kind: Kind };

const request = (key: keyof AgentRequest, kind: Kind): Option => ({ in: "request", key, kind });
const handling = (key: keyof AgentHandling, kind: Kind): Option => ({ in: "handling", key, kind });

const COMMON: [string, Option][] = [
  ["label", handling("label", "text")],
  ["phase", handling("phase", "text")],
  ["schema", request("schema", "json")],
  ["model", request("model", "text")],
  ["effort", request("effort", "effort")],
  ["isolation", request("isolation", "isolation")],
  ["agentType", request("agentType", "text")],
  ["stallMs", handling("stallMs", "number")],
  ["tools", request("tools", "texts")],
  ["disallowedTools", request("disallowedTools", "texts")],
  ["timeoutMs", handling("timeoutMs", "number")],
  ["maxTurns", request("maxTurns", "count")],
  ["maxTokens", request("maxTokens", "count")],
  ["temperature", request("temperature", "number")],
  ["system", request("system", "text")],
  ["retries", handling("retries", "number")],
];
/** Dialect B's names; its timeout is in milliseconds. */
const EXECUTE_ONLY: [string, Option][] = [
  ["role", request("role", "text")],
  ["systemPrompt", request("system", "text")],
  ["maxToolIterations", request("maxTurns", "count")],
  ["timeout", handling("timeoutMs", "number")],
];
const OPTIONS: Record<Dialect, ReadonlyMap<string, Option>> = {
  meta: new Map(COMMON),
  execute: new Map([...COMMON, ...EXECUTE_ONLY]),
};

const EFFORTS: readonly Effort[] = ["low", "medium", "high", "xhigh", "max"];

const CHECKS: Record<Kind, { wanted: string; holds: (value: Json) => boolean }> = {
  text: { wanted: "text", holds: (value) => typeof value === "string" },
  count: {
    wanted: "a whole number of 1 or more",
    holds: (value) => typeof value === "number" && Number.isInteger(value) && value >= 1,
  },
  number: { wanted: "a number of 0 or more", holds: (value) => typeof value === "number" && value >= 0 },
  texts: {
    wanted: "an array of names",
    holds: (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
  },
  effort: { wanted: EFFORTS.join(", "), holds: (value) => EFFORTS.includes(value as Effort) },
  isolation: { wanted: "'worktree'", holds: (value) => value === "worktree" },
  json: { wanted: "JSON", holds: () => true },
};

/** Unknown keys and unusable values are left out, each with a call of `warn`; the caller warns once per text. */
export function normalizeAgentCall(input: AgentCallInput, warn: (message: string) => void): NormalizedCall {
  const call: NormalizedCall = { request: { prompt: input.prompt }, handling: {} };
  if (input.phase !== null) call.handling.phase = input.phase;
  if (input.line !== null) call.handling.line = input.line;
  if (input.wasConverted) warn("agent() expects its prompt as text; another value was turned into text");
  for (const [name, value] of Object.entries(optionsOf(input.options, warn))) {
    if (value === null) continue;
    const option = OPTIONS[input.dialect].get(name);
    if (option) setOption(call, { name, value, option, warn });
    else warn(`agent() does not know the option "${name.slice(0, 80)}": it is ignored`);
  }
  return call;
}

interface GivenOption {
  name: string;
  value: Json;
  option: Option;
  warn: (message: string) => void;
}

function setOption(call: NormalizedCall, { name, value, option, warn }: GivenOption): void {
  const { wanted, holds } = CHECKS[option.kind];
  if (!holds(value)) {
    const found = JSON.stringify(value).slice(0, 80);
    return warn(`agent() option "${name}" must be ${wanted}, found ${found}: it is ignored`);
  }
  const target: Record<string, Json> = option.in === "request" ? call.request as never : call.handling as never;
  target[option.key] = value;
}

function optionsOf(options: Json, warn: (message: string) => void): JsonObject {
  if (options === null) return {};
  if (isJsonObject(options)) return options;
  warn("agent() expects its options as an object; another value is ignored");
  return {};
}
