// What each tool does, over the engine.
import type { CallToolResult, ServerContext } from "@modelcontextprotocol/server";
import type * as z from "zod";
import type { Engine, StartRequest } from "../engine.ts";
import { errorInfo, OdwError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { McpParts } from "../mcp.ts";
import { hasEnded, type RunLimits, type RunRecord } from "../run.ts";
import { type HostSide, InputNeeded } from "./host_side.ts";
import { approvalSteps, askHost, type QuestionParts, respondFor } from "./questions.ts";
import { resultText, runAnswer } from "./run_answer.ts";
import type { planInput, resultInput, startInput, waitInput } from "./shapes.ts";
import { type Progress, waitForRun } from "./wait.ts";

/** Of a call that waits: hosts give up after 60 s. */
const CALL_MS = 50_000;
/** The shortest time in which a user can read a question. */
const LEAST_ASK_MS = 5_000;

export interface ToolParts extends McpParts {
  host: HostSide;
  /** False over HTTP: there the server's own folder is the workspace. */
  followsRoots: boolean;
  /** Given work that has to end even when the connection does: a run that is recorded shall begin. */
  keep<T>(work: Promise<T>): Promise<T>;
  /** Of notifications while a call waits. */
  progressEveryMs: number;
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
  const { engine } = await placeOf(parts, context);
  const workflows = (await engine.workflows()).map(({ name, description, whenToUse, ...rest }) => ({
    name,
    description,
    when_to_use: whenToUse,
    ...("args" in rest && rest.args !== undefined ? { args: rest.args as unknown as Json } : {}),
  }));
  return answer({ workflows });
}

export async function start(parts: ToolParts, input: z.output<typeof startInput>, context: ServerContext) {
  const place = await placeOf(parts, context);
  const record = await parts.keep(startRun(parts, input, place));
  const warnings = await parts.warnings(place.cwd);
  return answer({ ...await runAnswer(place.engine, record, { parts }), ...(warnings.length > 0 ? { warnings } : {}) });
}

/** Recorded, and begun in a process that outlives this one. */
export async function startRun(
  parts: ToolParts,
  input: z.output<typeof startInput>,
  { engine, cwd }: Place,
): Promise<RunRecord> {
  const request = startRequest(input);
  await refuseFaults(engine, request);
  const { id } = await engine.create(request);
  try {
    await parts.launch(id, cwd);
  } catch (error) {
    const { code, message } = errorInfo(error);
    throw new OdwError(code ?? "denied", `${message}; the run is kept, the user can start it with: odw resume ${id}`, {
      cause: error,
    });
  }
  return await engine.get(id);
}

export async function wait(parts: ToolParts, { run_id, wait_s }: z.output<typeof waitInput>, context: ServerContext) {
  const begun = Date.now();
  const place = await placeOf(parts, context);
  const { id } = await place.engine.get(run_id);
  const leftMs = () => wait_s * 1000 - (Date.now() - begun);
  for (;;) {
    await waitOnce(parts, { engine: place.engine, id, waitMs: leftMs() }, context);
    const record = await place.engine.get(id);
    const timeoutMs = Math.max(LEAST_ASK_MS, CALL_MS - (Date.now() - begun));
    const goesOn = await askHost(questionParts(parts, place), record, { context, timeoutMs });
    if (!goesOn || leftMs() <= 0) return await answerOf(parts, place, { id, context });
  }
}

export async function status(parts: ToolParts, { run_id }: { run_id: string }, context: ServerContext) {
  const place = await placeOf(parts, context);
  return await answerOf(parts, place, { id: run_id, context });
}

export async function result(
  parts: ToolParts,
  { run_id, offset, max_chars }: z.output<typeof resultInput>,
  context: ServerContext,
) {
  const { engine } = await placeOf(parts, context);
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
  const place = await placeOf(parts, context);
  const record = await place.engine.get(run_id);
  await respondFor(questionParts(parts, place), record, { answer: given, context, timeoutMs: CALL_MS });
  return await answerOf(parts, place, { id: record.id, context });
}

export async function cancel(parts: ToolParts, { run_id }: { run_id: string }, context: ServerContext) {
  const place = await placeOf(parts, context);
  const { id } = await place.engine.get(run_id);
  await place.engine.cancel(id);
  return await answerOf(parts, place, { id, context });
}

export async function plan(parts: ToolParts, { task, topology }: z.output<typeof planInput>, context: ServerContext) {
  const { engine } = await placeOf(parts, context);
  const made = await engine.plan({
    task,
    planner: "auto",
    allowContents: false,
    limits: DEFAULT_LIMITS,
    ...(topology === undefined ? {} : { topology }),
  });
  const { estimate, problems } = made.check;
  const builtIn = /^built-in:(.+)$/.exec(made.script.file)?.[1];
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
      ...(builtIn ? { name: builtIn } : { script: made.script.text }),
      args: made.args,
    } as Json,
  });
}

/** Where a call works. */
export interface Place {
  engine: Engine;
  /** undefined: the folder that odw was started in. */
  cwd: string | undefined;
}

export async function placeOf(parts: ToolParts, context: ServerContext): Promise<Place> {
  const cwd = parts.followsRoots ? await parts.host.workspace(context) : undefined;
  return { engine: await parts.engine(cwd), cwd };
}

export function questionParts(parts: ToolParts, { engine, cwd }: Place): QuestionParts {
  const { host, approveInChat } = parts;
  return { engine, host, approveInChat, goOn: ({ id }) => parts.launch(id, cwd) };
}

/** For what no workspace matters to: all of them see the same runs. */
export async function anyEngine(parts: ToolParts, context: ServerContext): Promise<Engine> {
  try {
    return (await placeOf(parts, context)).engine;
  } catch (error) {
    if (error instanceof InputNeeded) return await parts.engine(undefined);
    throw error;
  }
}

/** The run as it stands now. */
export async function answerOf(
  parts: ToolParts,
  { engine }: Place,
  { id, context }: { id: string; context: ServerContext },
): Promise<CallToolResult> {
  const record = await engine.get(id);
  const { question } = record;
  const isTheUsers = question?.approval && !parts.approveInChat && !parts.host.canAsk(context);
  const approveBy = isTheUsers ? approvalSteps(record.id, question) : null;
  return answer(await runAnswer(engine, record, { parts, approveBy }));
}

async function waitOnce(
  parts: ToolParts,
  { engine, id, waitMs }: { engine: Engine; id: string; waitMs: number },
  { mcpReq }: ServerContext,
): Promise<void> {
  const { status, isOwned } = await engine.get(id);
  const standsStill = status === "paused" || status === "interrupted" || (status === "waiting" && !isOwned);
  if (hasEnded(status) || standsStill || waitMs <= 0) return;
  const token = mcpReq._meta?.progressToken;
  const onProgress = ({ done, started, phase }: Progress) => {
    const message = `${phase ? `${phase}: ` : ""}${done} of ${started} agents done`;
    const params = { progressToken: token, progress: done, total: Math.max(started, 1), message };
    void mcpReq.notify({ method: "notifications/progress", params }).catch(() => {});
  };
  const { progressEveryMs } = parts;
  const options = { waitMs, signal: mcpReq.signal, progressEveryMs };
  await waitForRun(engine, id, token === undefined ? options : { ...options, onProgress });
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
