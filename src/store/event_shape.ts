// The shapes of events that come from outside, checked before they enter the journal.
import * as z from "zod";
import type { Json } from "../json.ts";
import type { EventBody } from "../run.ts";

const count = z.int().nonnegative();
const costUsd = z.number().nullable();
/** The text was JSON, so any value is; it only has to be there. */
const json = z.custom<Json>((value) => value !== undefined, "is missing");
const error = z.looseObject({ name: z.string(), message: z.string() });
const tokens = z.looseObject({ inputTokens: count, outputTokens: count });
const usage = z.looseObject({ agents: count, cachedAgents: count, inputTokens: count, outputTokens: count, costUsd });
const names = { label: z.string().optional(), phase: z.string().optional() };
const place = { line: count.optional(), script: z.string().optional() };
const step = { step: z.string().min(1) };
const attempted = { ...step, model: z.string(), attempts: count, usage: tokens, costUsd, durationMs: z.number() };
const ending = { usage, durationMs: z.number() };

const limit = z.number().nonnegative().nullable();
const limits = z.looseObject({
  concurrency: count,
  agents: count,
  tokens: limit,
  costUsd: limit,
  timeoutMs: limit,
  hard: z.boolean().optional(),
});
const spec = z.looseObject({
  name: z.string(),
  dialect: z.enum(["meta", "execute"]),
  script: z.string(),
  scriptPath: z.string(),
  args: json,
  hasArgs: z.boolean(),
  cwd: z.string(),
  model: z.string().nullable(),
  limits,
  clock: z.enum(["forbidden", "seeded"]),
});
const changes = spec.pick({ script: true, scriptPath: true, args: true, hasArgs: true, model: true, limits: true });
const question = z.looseObject({
  key: z.string(),
  text: z.string(),
  choices: z.array(z.string()).optional(),
  default: z.string().optional(),
});

const paths = z.array(z.string()).optional();
const worktree = z.looseObject({ path: z.string(), root: z.string(), branch: z.string(), base: z.string() });
const access = z.enum(["read", "write", "run", "web", "mcp"]);

const SHAPES: Record<EventBody["type"], z.ZodType> = {
  run_created: z.looseObject({ spec }),
  run_started: z.looseObject({}),
  run_resumed: z.looseObject({ changes: changes.partial().optional() }),
  run_paused: z.looseObject({ reason: z.string(), resumesAt: z.string().optional() }),
  run_waiting: z.looseObject({ question }),
  question_answered: z.looseObject({ key: z.string(), answer: z.string() }),
  run_completed: z.looseObject({ result: json, ...ending }),
  run_failed: z.looseObject({ error, ...ending }),
  run_cancelled: z.looseObject(ending),
  phase_started: z.looseObject({ title: z.string() }),
  log_written: z.looseObject({ level: z.enum(["debug", "info", "warn", "error"]), message: z.string() }),
  checkpoint_saved: z.looseObject({ key: z.string(), value: json }),
  failure_recorded: z.looseObject({
    failure: z.looseObject({ label: z.string(), phase: z.string().nullable(), reason: z.string() }),
  }),
  budget_warned: z.looseObject({ spent: z.number(), total: z.number(), unit: z.enum(["tokens", "usd"]) }),
  step_queued: z.looseObject({ ...step, ...names }),
  step_started: z.looseObject({
    ...step,
    request: z.looseObject({ prompt: z.string() }),
    handling: z.looseObject({ ...names, ...place }),
    model: z.string(),
  }),
  step_retried: z.looseObject({ ...step, attempt: count, reason: z.string(), waitMs: z.number() }),
  step_completed: z.looseObject({ ...attempted, value: json }),
  step_failed: z.looseObject({ ...attempted, error, rawText: z.string().optional() }),
  step_skipped: z.looseObject({ ...step, reason: z.string().optional() }),
  step_isolated: z.looseObject({ ...step, worktree }),
  worktree_released: z.looseObject({
    ...step,
    isKept: z.boolean(),
    changedFiles: count,
    unseen: paths,
    dropped: paths,
  }),
  tool_started: z.looseObject({ ...step, call: z.string(), name: z.string(), access, input: json }),
  tool_ended: z.looseObject({
    ...step,
    call: z.string(),
    isError: z.boolean(),
    output: z.string(),
    outputChars: count,
    durationMs: z.number(),
  }),
  context_compacted: z.looseObject({ ...step, fromTokens: count, toTokens: count }),
  tool_answered: z.looseObject({
    key: z.string(),
    name: z.string(),
    input: json,
    outcome: z.discriminatedUnion("status", [
      z.looseObject({ status: z.literal("completed"), value: json }),
      z.looseObject({ status: z.literal("failed"), error }),
    ]),
    durationMs: z.number(),
  }),
  script_planned: z.looseObject({
    key: z.string(),
    prompt: z.string(),
    script: z.looseObject({ text: z.string(), file: z.string() }),
  }),
  step_replayed: z.looseObject({ ...step, ...names, ...place }),
};

/** What is wrong with an event, in words; null when nothing is. Members that are not known are allowed. */
export function eventFault(event: Json): string | null {
  const type = (event as { type?: unknown } | null)?.type;
  if (typeof type !== "string" || !Object.hasOwn(SHAPES, type)) {
    return `its event has the type ${JSON.stringify(type) ?? "none"}, which this odw does not know`;
  }
  const checked = SHAPES[type as EventBody["type"]].safeParse(event);
  const issue = checked.error?.issues[0];
  return issue ? `${type}: ${issue.path.join(".")}: ${issue.message}` : null;
}
