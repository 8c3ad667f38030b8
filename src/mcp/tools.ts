// What each tool does, over the engine.
import type { CallToolResult, ServerContext } from "@modelcontextprotocol/server";
import type * as z from "zod";
import type { Engine } from "../engine.ts";
import { OdwError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { McpParts } from "../mcp.ts";
import type { SamplingAddress } from "../sampling.ts";
import { hasEnded, type RunLimits } from "../run.ts";
import type { HostModel } from "./host_model.ts";
import { type HostSide, InputNeeded } from "./host_side.ts";
import { approvalSteps, askHost, type QuestionParts, respondFor } from "./questions.ts";
import { resultText, runAnswer } from "./run_answer.ts";
import { SamplingRounds } from "./sampling_rounds.ts";
import type { planInput, resultInput, startInput, waitInput } from "./shapes.ts";
import { startRun } from "./starting.ts";
import { type Progress, waitForRun } from "./wait.ts";

/** Of a call that waits: hosts give up after 60 s. */
const CALL_MS = 50_000;
/** The shortest time in which a user can read a question. */
const LEAST_ASK_MS = 5_000;
/** Whose samples are those of no run: planning happens in this server's own engine. */
const PLANNER = "planner";

export interface ToolParts extends McpParts {
  host: HostSide;
  /** False over HTTP: there the server's own folder is the workspace. */
  followsRoots: boolean;
  /** null: this face cannot lend the host's model to runs. */
  hostModel: HostModel | null;
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
  const { cwd, lend } = place;
  const warnings = await parts.warnings({ cwd, sampling: lend(PLANNER), model: record.spec.model });
  return answer({ ...await runAnswer(place.engine, record, { parts }), ...(warnings.length > 0 ? { warnings } : {}) });
}

export async function wait(parts: ToolParts, { run_id, wait_s }: z.output<typeof waitInput>, context: ServerContext) {
  const begun = Date.now();
  const place = await placeOf(parts, context);
  const { id } = await place.engine.get(run_id);
  const leftMs = () => wait_s * 1000 - (Date.now() - begun);
  const rounds = parts.hostModel && new SamplingRounds(parts.hostModel, id, context);
  for (;;) {
    await waitOnce(parts, { engine: place.engine, id, waitMs: leftMs(), rounds }, context);
    rounds?.ask();
    const record = await place.engine.get(id);
    const timeoutMs = Math.max(LEAST_ASK_MS, CALL_MS - (Date.now() - begun));
    const goesOn = await askHost(questionParts(parts, place), record, { context, timeoutMs });
    if (!goesOn || leftMs() <= 0 || rounds?.isUsedUp) return await answerOf(parts, place, { id, context });
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
  const begin = () =>
    engine.plan({
      ...{ task, planner: "auto", allowContents: false, limits: DEFAULT_LIMITS },
      ...(topology === undefined ? {} : { topology }),
    });
  const rounds = parts.hostModel && new SamplingRounds(parts.hostModel, PLANNER, context);
  const made = rounds ? await rounds.carry(begin) : await begin();
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
  /** The way to the host's model for a run, or for what else `owner` names; null: the host does not lend it. */
  lend(owner: string): SamplingAddress | null;
}

export async function placeOf(parts: ToolParts, context: ServerContext): Promise<Place> {
  return await placeIn(parts, context, parts.followsRoots ? await parts.host.workspace(context) : undefined);
}

async function placeIn(parts: ToolParts, context: ServerContext, cwd: string | undefined): Promise<Place> {
  const { hostModel, host } = parts;
  const lending = hostModel && host.lending(context);
  const lend = (owner: string) => lending && hostModel.address(owner, lending);
  return { engine: await parts.engine({ cwd, sampling: lend(PLANNER) }), cwd, lend };
}

/** A run that was answered goes on in the folder where it was begun, whatever folder this host works in. */
export function questionParts(parts: ToolParts, { engine, lend }: Place): QuestionParts {
  const { host, approveInChat } = parts;
  return { engine, host, approveInChat, goOn: ({ id }) => parts.launch(id, { cwd: undefined, sampling: lend(id) }) };
}

/** For what no workspace matters to: all of them see the same runs. */
export async function anyPlace(parts: ToolParts, context: ServerContext): Promise<Place> {
  try {
    return await placeOf(parts, context);
  } catch (error) {
    if (error instanceof InputNeeded) return await placeIn(parts, context, undefined);
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

interface Waiting {
  engine: Engine;
  id: string;
  waitMs: number;
  /** What the run wants of the host's model ends the wait too. */
  rounds: SamplingRounds | null;
}

async function waitOnce(
  parts: ToolParts,
  { engine, id, waitMs, rounds }: Waiting,
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
  const offered = new AbortController();
  const stopListening = rounds?.listen(() => offered.abort());
  const signal = AbortSignal.any([mcpReq.signal, offered.signal]);
  const options = { waitMs, signal, progressEveryMs };
  await waitForRun(engine, id, token === undefined ? options : { ...options, onProgress }).finally(stopListening);
}

/** Hosts show the model either the text or the structure: both say the same. */
function answer(structured: object): CallToolResult {
  return {
    content: [{ type: "text", text: JSON.stringify(structured) }],
    structuredContent: structured as Record<string, unknown>,
  };
}
