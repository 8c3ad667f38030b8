// The realm's messages, read as what they are: text from untrusted code. Everything is checked before it is used.
import type { Json, JsonObject } from "../json.ts";
import type { LogLevel } from "../run.ts";
import type { AskedQuestion, ReplanRequest } from "../sandbox.ts";
import { isRecord } from "./shape.ts";

export interface ThrownInfo {
  name: string;
  message: string;
  /** Author's frames; may be empty. */
  stack: string;
  /** The code of a host's error that the script did not catch. */
  code: string | null;
}

export interface AgentMessage {
  type: "agent";
  id: number;
  /** The author's line that made the call; null: none did. */
  line: number | null;
  prompt: string;
  options: Json;
  wasConverted: boolean;
  /** Made in a branch of race(), and may be cancelled. */
  isRacing: boolean;
}

/** One message of a realm; `id` names the call that an answer belongs to. */
export type RealmMessage =
  | AgentMessage
  /** The answer of an agent call is needed no more. */
  | { type: "cancel"; id: number }
  | { type: "tool"; id: number; name: string; input: JsonObject }
  | { type: "replan"; id: number; request: ReplanRequest }
  | { type: "workflow"; id: number; ref: { name: string } | { scriptPath: string }; args: Json | undefined }
  | { type: "ask"; id: number; question: AskedQuestion }
  | { type: "checkpoint"; key: string; value: Json }
  | { type: "phase"; title: string }
  | { type: "log"; level: LogLevel; message: string }
  | { type: "failure"; label: string; phase: string | null; reason: string }
  | { type: "done"; value: Json }
  | { type: "failed"; thrown: ThrownInfo }
  | { type: "missing" };

const LEVELS: readonly string[] = ["debug", "info", "warn", "error"];

/** Parses a batch. Throws a TypeError at the first thing that no intact realm sends. */
export function readMessages(text: string): RealmMessage[] {
  // A key `__proto__` would survive JSON.parse as an own member and change a prototype where the value is copied.
  const mayPollute = /__proto__|\\u00/i.test(text);
  const batch: unknown = JSON.parse(text, mayPollute ? dropPrototypeKey : undefined);
  if (!Array.isArray(batch)) throw new TypeError("a batch must be an array");
  return batch.map(readMessage);
}

function dropPrototypeKey(key: string, value: unknown): unknown {
  return key === "__proto__" ? undefined : value;
}

function readMessage(message: unknown): RealmMessage {
  const read = Array.isArray(message) ? READERS.get(message[0])?.(message) : undefined;
  if (read) return read;
  throw new TypeError(`unknown message ${JSON.stringify(message).slice(0, 200)}`);
}

type Reader = (message: unknown[]) => RealmMessage | undefined;

const READERS: ReadonlyMap<unknown, Reader> = new Map<unknown, Reader>([
  ["agent", ([, id, line, prompt, options, wasConverted, isRacing]) => {
    if (!isId(id) || typeof line !== "number" || typeof prompt !== "string") return undefined;
    const is = { wasConverted: wasConverted === true, isRacing: isRacing === true };
    return { type: "agent", id, line: isId(line) ? line : null, prompt, options: json(options), ...is };
  }],
  ["cancel", ([, id]) => isId(id) ? { type: "cancel", id } : undefined],
  ["tool", ([, id, name, input]) => {
    return isId(id) && typeof name === "string" && isRecord(input)
      ? { type: "tool", id, name, input: input as JsonObject }
      : undefined;
  }],
  ["replan", ([, id, asked]) => {
    const request = readReplan(asked);
    return isId(id) && request ? { type: "replan", id, request } : undefined;
  }],
  ["workflow", ([, id, ref, args]) => {
    if (!isId(id) || !isRecord(ref)) return undefined;
    const { name, scriptPath } = ref;
    const value = args === undefined ? undefined : json(args);
    if (typeof name === "string") return { type: "workflow", id, ref: { name }, args: value };
    if (typeof scriptPath === "string") return { type: "workflow", id, ref: { scriptPath }, args: value };
    return undefined;
  }],
  ["ask", ([, id, asked]) => {
    const question = readQuestion(asked);
    return isId(id) && question ? { type: "ask", id, question } : undefined;
  }],
  ["checkpoint", ([, key, value]) => {
    return typeof key === "string" ? { type: "checkpoint", key, value: json(value) } : undefined;
  }],
  ["phase", ([, title]) => typeof title === "string" ? { type: "phase", title } : undefined],
  ["log", ([, level, message]) => {
    return isLevel(level) && typeof message === "string" ? { type: "log", level, message } : undefined;
  }],
  ["failure", ([, label, phase, reason]) => {
    if (typeof label !== "string" || typeof reason !== "string") return undefined;
    return { type: "failure", label, phase: typeof phase === "string" ? phase : null, reason };
  }],
  ["done", ([, value]) => ({ type: "done", value: json(value) })],
  ["failed", ([, info]) => {
    const thrown = readThrown(info);
    return thrown && { type: "failed", thrown };
  }],
  ["missing", () => ({ type: "missing" })],
]);

function readQuestion(asked: unknown): AskedQuestion | undefined {
  if (!isRecord(asked) || typeof asked.text !== "string") return undefined;
  const question: AskedQuestion = { text: asked.text };
  if (Array.isArray(asked.choices)) {
    if (!asked.choices.every((choice) => typeof choice === "string")) return undefined;
    question.choices = asked.choices;
  }
  if (typeof asked.default === "string") question.default = asked.default;
  return question;
}

function readReplan(asked: unknown): ReplanRequest | undefined {
  if (!isRecord(asked) || typeof asked.prompt !== "string") return undefined;
  const { prompt, reason, strategy, args } = asked;
  return {
    prompt,
    ...(typeof reason === "string" ? { reason } : {}),
    ...(typeof strategy === "string" ? { strategy } : {}),
    ...(args === undefined ? {} : { args: json(args) }),
  };
}

function readThrown(info: unknown): ThrownInfo | undefined {
  if (!isRecord(info)) return undefined;
  const { name, message, stack, code } = info;
  if (typeof name !== "string" || typeof message !== "string" || typeof stack !== "string") return undefined;
  return { name, message, stack, code: typeof code === "string" ? code : null };
}

function isId(id: unknown): id is number {
  return typeof id === "number" && Number.isSafeInteger(id) && id > 0;
}

function isLevel(level: unknown): level is LogLevel {
  return typeof level === "string" && LEVELS.includes(level);
}

/** What JSON.parse gave is JSON; a missing member is null. */
function json(value: unknown): Json {
  return value === undefined ? null : value as Json;
}
