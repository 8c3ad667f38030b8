// What goes over the wire: one schema for each thing, for checks and for the OpenAPI document.
import * as z from "zod";
import type { Json } from "../json.ts";

export const STATUSES = [
  "queued",
  "running",
  "paused",
  "waiting",
  "interrupted",
  "completed",
  "failed",
  "cancelled",
] as const;

const json = z.json().describe("any JSON") as z.ZodType<Json>;
const count = z.int().nonnegative();
const time = z.iso.datetime();
const cost = z.number().nullable().describe("US dollars; null: a price is unknown");

export const limitsShape = z.strictObject({
  concurrency: count.min(1).optional(),
  agents: count.optional(),
  tokens: count.nullable().optional(),
  costUsd: z.number().positive().nullable().optional(),
  timeoutMs: count.nullable().optional(),
  hard: z.boolean().optional(),
}).describe("limits of the run; what is left out is as configured");

const given = {
  args: json.optional().describe("what the script sees as args"),
  model: z.string().min(1).optional().describe("default model of the run"),
  limits: limitsShape.optional(),
};

const estimated = z.looseObject({
  agents: z.object({ min: count, typical: count, max: count }),
  inputTokens: count,
  outputTokens: count,
  costUsd: cost,
  wallMs: z.number(),
});
const planned = z.looseObject({
  script: z.object({ text: z.string(), file: z.string() }),
  args: json,
  hash: z.string(),
  check: z.looseObject({ estimate: estimated.nullable() }),
});

export const startShape = z.strictObject({
  script: z.string().min(1).max(2_000_000).optional().describe("a workflow script"),
  name: z.string().min(1).optional().describe("a saved workflow"),
  file: z.string().min(1).max(200).optional().describe("how errors name the script"),
  ...given,
  onAsk: z.enum(["wait", "default", "detach"]).optional().describe("what ask() does; default: wait"),
  plan: planned.optional().describe("what POST /v1/plans answered, unchanged: what was approved is what runs"),
  idempotencyKey: z.string().min(1).max(200).optional().describe("as the header Idempotency-Key"),
}).refine(({ script, name, plan }) => [script, name, plan].filter((one) => one !== undefined).length === 1, {
  message: "give either script or name, or plan",
});

export const resumeShape = z.strictObject({ ...given, script: z.string().min(1).optional() });

export const checkShape = z.strictObject({
  script: z.string().min(1).optional(),
  name: z.string().min(1).optional(),
  file: z.string().min(1).max(200).optional(),
  ...given,
}).refine(({ script, name }) => (script === undefined) !== (name === undefined), {
  message: "give either script or name",
});

export const planShape = z.strictObject({
  task: z.string().min(1).max(100_000),
  topology: z.enum(["map-reduce", "pipeline", "adversarial", "consensus", "tree-search", "hybrid"]).optional(),
  planner: z.enum(["compose", "author", "auto"]).optional(),
  allowContents: z.boolean().optional(),
  limits: limitsShape.optional(),
});

export const respondShape = z.strictObject({ answer: z.string().max(100_000) });

export const usageShape = z.object({
  agents: count,
  cachedAgents: count,
  inputTokens: count,
  outputTokens: count,
  costUsd: cost,
});

const failureShape = z.object({ label: z.string(), phase: z.string().nullable(), reason: z.string() });
const errorShape = z.object({
  name: z.string(),
  message: z.string(),
  stack: z.string().optional(),
  code: z.string().optional(),
});
const questionShape = z.object({
  key: z.string(),
  text: z.string(),
  choices: z.array(z.string()).optional(),
  default: z.string().optional(),
  approval: z.object({
    step: z.string(),
    label: z.string().nullable(),
    tool: z.string(),
    detail: z.string(),
  }).optional(),
});

export const runShape = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(STATUSES),
  startedAt: time,
  endedAt: time.nullable(),
  reason: z.string().nullable(),
  agents: count,
  doneAgents: count,
  failedAgents: count,
  costUsd: cost,
  usage: usageShape,
}).meta({ id: "Run" });

export const runRecordShape = runShape.extend({
  result: json,
  error: errorShape.nullable(),
  failures: z.array(failureShape),
  census: z.object({ done: count, failed: count, skipped: count, cached: count, empty: count }),
  resumesAt: z.string().nullable(),
  question: questionShape.nullable(),
  isOwned: z.boolean(),
  durationMs: z.number().nullable(),
  args: json,
  model: z.string().nullable(),
  scriptPath: z.string(),
  limits: z.looseObject({}),
  estimate: json.describe("what was expected when the plan was approved; null: none was made"),
}).meta({ id: "RunRecord" });

export const stepShape = z.looseObject({
  id: z.string(),
  label: z.string().nullable(),
  phase: z.string().nullable(),
  line: count.nullable().describe("of the script that called it; null: not known"),
  script: z.string().nullable().describe("the file of that script; null: the run's own"),
  status: z.enum(["running", "completed", "failed", "skipped", "interrupted"]),
  model: z.string().nullable(),
  attempts: count,
  startedAt: time,
  endedAt: time.nullable(),
}).meta({ id: "Step" });

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100).describe("at most this many"),
  cursor: z.string().optional().describe("nextCursor of the page before"),
});

export const problemShape = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string().optional(),
}).meta({ id: "Problem" });

export const anyJson = json;
