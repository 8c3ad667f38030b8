// Inputs and outputs of the tools.
import * as z from "zod";
import type { Json } from "../json.ts";

const json = z.json() as z.ZodType<Json>;
export const runId = z.string().min(1).describe("run_id of workflow_start; the beginning of one is enough");

export const limits = {
  model: z.string().optional().describe(
    "default model of the agents; leave out for the configured one; host:default is this host's own, where it offers sampling",
  ),
  max_agents: z.int().positive().optional().describe("agents in all"),
  max_output_tokens: z.int().positive().optional(),
  max_cost_usd: z.number().positive().optional(),
  concurrency: z.int().positive().optional().describe("agents at once"),
};

export const startInput = z.object({
  name: z.string().optional().describe("a saved workflow; see workflow_list"),
  script: z.string().optional().describe("a workflow script of your own, instead of name"),
  resume: z.string().optional().describe("run_id of a run that stands still, to go on with, instead of name"),
  args: json.optional().describe("what the script sees as args"),
  ...limits,
});

export const planInput = z.object({
  task: z.string().min(1).describe("what shall be done, in words"),
  topology: z.enum(["map-reduce", "pipeline", "adversarial", "consensus", "tree-search", "hybrid"]).optional(),
});

export const waitInput = z.object({
  run_id: runId,
  wait_s: z.number().min(0).max(50).default(25).describe("seconds to wait at most; the run goes on in any case"),
});

export const resultInput = z.object({
  run_id: runId,
  offset: z.int().nonnegative().default(0).describe("first character of the result's text"),
  max_chars: z.int().min(1).max(40_000).default(10_000),
});

const counts = z.object({ started: z.int(), done: z.int(), failed: z.int(), running: z.int() });

/** What every tool about a run answers. */
export const runOutput = z.object({
  run_id: z.string(),
  name: z.string(),
  status: z.string(),
  phase: z.string().nullable(),
  agents: counts,
  cost_usd: z.number().nullable(),
  result: json.optional().describe("the whole result where it is small"),
  result_head: z.string().optional().describe("the beginning of a long result"),
  result_path: z.string().optional().describe("a file that holds all of it"),
  result_chars: z.int().optional(),
  error: z.string().optional(),
  failures: z.array(z.string()).optional(),
  question: z.object({
    text: z.string(),
    choices: z.array(z.string()).optional(),
    detail: z.string().optional(),
  }).optional().describe("the run waits for an answer: ask the user, then workflow_respond"),
  warnings: z.array(z.string()).optional().describe("tell the user"),
  next: z.string().describe("what to do now"),
});

export const listOutput = z.object({
  workflows: z.array(z.object({
    name: z.string(),
    description: z.string(),
    when_to_use: z.string().nullable(),
    args: json.optional(),
  })),
});

export const planOutput = z.object({
  topology: z.string(),
  reason: z.string(),
  agents: z.object({ min: z.int(), typical: z.int(), max: z.int() }).nullable(),
  tokens: z.int().nullable(),
  cost_usd: z.number().nullable(),
  wall_s: z.number().nullable(),
  wants: z.array(z.string()).describe("permissions that only the user can give, as flags of odw"),
  problems: z.array(z.string()),
  notes: z.array(z.string()),
  start: json.describe("arguments for workflow_start"),
});

export const pageOutput = z.object({
  run_id: z.string(),
  status: z.string(),
  text: z.string(),
  offset: z.int(),
  total_chars: z.int(),
  next_offset: z.int().nullable(),
});
