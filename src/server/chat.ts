// A workflow as an OpenAI model: its task is the last user message, its answer the message that comes back.
import * as z from "zod";
import type { Engine, StartRequest } from "../engine.ts";
import { OdwError } from "../errors.ts";
import { isJsonObject, type Json } from "../json.ts";
import type { RunLimits, RunRecord } from "../run.ts";
import { SHAPED } from "./shaped_script.ts";

export const PREFIX = "odw/";
/** The model whose task is planned first. */
export const PLAN = `${PREFIX}plan`;

const part = z.looseObject({ type: z.string(), text: z.string().optional() });
const message = z.looseObject({ role: z.string(), content: z.union([z.string(), z.array(part), z.null()]).optional() });

/** What of Chat Completions has a meaning here; everything else is ignored, as clients send much. */
export const chatShape = z.looseObject({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  stream: z.boolean().nullable().optional(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullable().optional(),
  response_format: z.looseObject({
    type: z.string(),
    json_schema: z.looseObject({ name: z.string().optional(), schema: z.looseObject({}).optional() }).optional(),
  }).nullable().optional(),
});

export type ChatRequest = z.output<typeof chatShape>;

/** Throws OdwError `not_found` for a model that is no workflow, `usage` without a task. */
export async function startOfChat(engine: Engine, request: ChatRequest, limits: RunLimits): Promise<StartRequest> {
  const task = taskOf(request);
  const name = request.model.startsWith(PREFIX) ? request.model.slice(PREFIX.length) : request.model;
  const schema = request.response_format?.type === "json_schema"
    ? request.response_format.json_schema?.schema
    : undefined;
  const started = request.model === PLAN
    ? await planned(engine, task, limits)
    : await saved(engine, name, argsOf(task));
  if (schema === undefined) return { ...started, onAsk: "default" };
  if (!("name" in started.script)) {
    throw new OdwError("usage", "response_format json_schema needs a saved workflow as the model, not odw/plan");
  }
  const args = { name: started.script.name, args: started.args ?? null, schema: schema as Json };
  return { script: { text: SHAPED, file: "shaped.js" }, args, onAsk: "default" };
}

/** The message's text: a text as it is, everything else as JSON. */
export function contentOf({ result }: RunRecord): string {
  return typeof result === "string" ? result : JSON.stringify(result);
}

export function usageOf({ usage }: RunRecord) {
  const { inputTokens, outputTokens } = usage;
  return { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: inputTokens + outputTokens };
}

async function saved(engine: Engine, name: string, args: Json): Promise<StartRequest> {
  const known = await engine.workflows();
  if (known.some((workflow) => workflow.name === name)) return { script: { name }, args };
  const names = [...known.map((workflow) => PREFIX + workflow.name), PLAN];
  throw new OdwError("not_found", `there is no model ${JSON.stringify(PREFIX + name)}; there are ${names.join(", ")}`);
}

async function planned(engine: Engine, task: string, limits: RunLimits): Promise<StartRequest> {
  const { script, args, check } = await engine.plan({ task, planner: "auto", allowContents: false, limits });
  const fault = check.problems.find(({ severity }) => severity === "error");
  if (fault) throw new OdwError("script_invalid", `the planned script has a fault: ${fault.message}`);
  return { script, args };
}

function taskOf({ messages }: ChatRequest): string {
  const last = messages.findLast(({ role }) => role === "user");
  const content = last?.content;
  const text = typeof content === "string" ? content : (content ?? []).map(({ text }) => text ?? "").join("");
  if (text.trim() === "") throw new OdwError("usage", "messages holds no user message with text: it is the task");
  return text;
}

/** A JSON object is the args; any other text is the task as text. */
function argsOf(task: string): Json {
  try {
    const value: unknown = JSON.parse(task);
    if (isJsonObject(value)) return value;
  } catch {
    // It is a task in words.
  }
  return task;
}
