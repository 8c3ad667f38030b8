// What each tool does, over the engine.
import type { CallToolResult, ServerContext } from "@modelcontextprotocol/server";
import type * as z from "zod";
import type { Engine, StartRequest } from "../engine.ts";
import { OdwError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { McpParts } from "../mcp.ts";
import { hasEnded, type RunLimits } from "../run.ts";
import { resultText, runAnswer } from "./run_answer.ts";
import type { planInput, resultInput, startInput, waitInput } from "./shapes.ts";
import { waitForRun } from "./wait.ts";

/** A host's folder: the workspace of runs that it starts. */
export type CwdOf = (context: ServerContext) => Promise<string | undefined>;

export interface ToolParts extends McpParts {
  cwdOf: CwdOf;
}

const DEFAULT_LIMITS: RunLimits = {
  concurrency: 16,
  agents: 1000,
  tokens: null,
  costUsd: null,
  timeoutMs: null,
  hard: false,
};

export async function list(parts: ToolParts, context: ServerContext) {
  const engine = await engineFor(parts, context);
  const workflows = (await engine.workflows()).map(({ name, description, whenToUse, ...rest }) => ({
    name,
    description,
    when_to_use: whenToUse,
    ...("args" in rest && rest.args !== undefined ? { args: rest.args as Json } : {}),
  }));
  return answer({ workflows });
}

export async function start(parts: ToolParts, input: z.output<typeof startInput>, context: ServerContext) {
  const cwd = await parts.cwdOf(context);
  const engine = await parts.engine(cwd);
  const request = startRequest(input);
  await refuseFaults(engine, request);
  const { id } = await engine.create(request);
  await parts.launch(id, cwd);
  return answer(await runAnswer(engine, await engine.get(id), parts));
}

export async function wait(parts: ToolParts, { run_id, wait_s }: z.output<typeof waitInput>, context: ServerContext) {
  const engine = await engineFor(parts, context);
  const { id, status } = await engine.get(run_id);
  if (!hasEnded(status) && status !== "paused") {
    const token = context.mcpReq._meta?.progressToken;
    const onProgress = token === undefined
      ? undefined
      : (progress: { done: number; started: number; phase: string | null }) => {
        const message = `${
          progress.phase ? `${progress.phase}: ` : ""
        }${progress.done} of ${progress.started} agents done`;
        void context.mcpReq.notify({
          method: "notifications/progress",
          params: { progressToken: token, progress: progress.done, total: Math.max(progress.started, 1), message },
        }).catch(() => {});
      };
    const options = { waitMs: wait_s * 1000, signal: context.mcpReq.signal, ...(onProgress ? { onProgress } : {}) };
    await waitForRun(engine, id, options);
  }
  return answer(await runAnswer(engine, await engine.get(id), parts));
}

export async function status(parts: ToolParts, { run_id }: { run_id: string }, context: ServerContext) {
  const engine = await engineFor(parts, context);
  return answer(await runAnswer(engine, await engine.get(run_id), parts));
}

export async function result(
  parts: ToolParts,
  { run_id, offset, max_chars }: z.output<typeof resultInput>,
  context: ServerContext,
) {
  const engine = await engineFor(parts, context);
  const record = await engine.get(run_id);
  if (record.status !== "completed") {
    throw new OdwError(
      "conflict",
      `run ${record.id} is ${record.status}: it has no result; workflow_status tells more`,
    );
  }
  const whole = resultText(record);
  const text = whole.slice(offset, offset + max_chars);
  const end = offset + text.length;
  return answer({
    run_id: record.id,
    status: record.status,
    text,
    offset,
    total_chars: whole.length,
    next_offset: end < whole.length ? end : null,
  });
}

export async function respond(
  parts: ToolParts,
  { run_id, answer: given }: { run_id: string; answer: string },
  context: ServerContext,
) {
  const engine = await engineFor(parts, context);
  const before = await engine.get(run_id);
  await engine.respond(before.id, given);
  // A run that stopped at its question goes on in a process of its own.
  if (!before.isOwned) await parts.launch(before.id, await parts.cwdOf(context));
  return answer(await runAnswer(engine, await engine.get(before.id), parts));
}

export async function cancel(parts: ToolParts, { run_id }: { run_id: string }, context: ServerContext) {
  const engine = await engineFor(parts, context);
  const { id } = await engine.get(run_id);
  await engine.cancel(id);
  return answer(await runAnswer(engine, await engine.get(id), parts));
}

export async function plan(parts: ToolParts, { task, topology }: z.output<typeof planInput>, context: ServerContext) {
  const engine = await engineFor(parts, context);
  const made = await engine.plan({
    task,
    planner: "auto",
    allowContents: false,
    limits: DEFAULT_LIMITS,
    ...(topology === undefined ? {} : { topology }),
  });
  const { estimate, problems } = made.check;
  return answer({
    topology: made.choice.topology,
    reason: made.choice.reason,
    agents: estimate?.agents ?? null,
    tokens: estimate ? estimate.inputTokens + estimate.outputTokens : null,
    cost_usd: estimate?.costUsd ?? null,
    wall_s: estimate ? Math.round(estimate.wallMs / 1000) : null,
    wants: made.wants,
    problems: problems.map(({ place, message }) => `${place ? `${place}: ` : ""}${message}`),
    notes: made.notes,
    start: {
      ...("name" in made.script ? { name: made.script.name } : { script: made.script.text }),
      args: made.args,
    } as Json,
  });
}

async function engineFor(parts: ToolParts, context: ServerContext): Promise<Engine> {
  return await parts.engine(await parts.cwdOf(context));
}

function startRequest({ name, script, args, model, ...given }: z.output<typeof startInput>): StartRequest {
  if ((name === undefined) === (script === undefined)) {
    throw new OdwError(
      "usage",
      "give either name (a saved workflow, see workflow_list) or script (a workflow script of your own)",
    );
  }
  const limits: Partial<RunLimits> = {
    ...(given.concurrency === undefined ? {} : { concurrency: given.concurrency }),
    ...(given.max_agents === undefined ? {} : { agents: given.max_agents }),
    ...(given.max_output_tokens === undefined ? {} : { tokens: given.max_output_tokens }),
    ...(given.max_cost_usd === undefined ? {} : { costUsd: given.max_cost_usd }),
  };
  return {
    script: script === undefined ? { name: name! } : { text: script, file: "script.js" },
    limits,
    onAsk: "wait",
    ...(args === undefined ? {} : { args }),
    ...(model === undefined ? {} : { model }),
  };
}

/** A script of the model's own is checked first: it hears the line and the corrected pattern, and nothing has been paid. */
async function refuseFaults(engine: Engine, { script, args, model, limits }: StartRequest): Promise<void> {
  if ("name" in script) return;
  const check = await engine.check({
    script,
    ...(args === undefined ? {} : { args }),
    ...(model === undefined ? {} : { model }),
    ...(limits === undefined ? {} : { limits }),
  });
  const faults = check.problems.filter(({ severity }) => severity === "error");
  if (faults.length === 0) return;
  const lines = faults.slice(0, 5).map(({ place, message, fix }) =>
    `${place ? `${place}: ` : ""}${message}${fix ? `\n  write: ${fix}` : ""}`
  );
  throw new OdwError("script_invalid", `the script was not started:\n${lines.join("\n")}`);
}

/** Hosts show the model either the text or the structure: both say the same. */
function answer(structured: object): CallToolResult {
  return {
    content: [{ type: "text", text: JSON.stringify(structured) }],
    structuredContent: structured as Record<string, unknown>,
  };
}
