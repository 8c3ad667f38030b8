// The extension io.modelcontextprotocol/tasks (2026-07-28): for a host that declares it, a started run is a task that it polls.
// Specification: SEP-2663, https://github.com/modelcontextprotocol/ext-tasks
import {
  type CallToolResult,
  inputRequired,
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from "@modelcontextprotocol/server";
import * as z from "zod";
import { errorInfo } from "../errors.ts";
import type { RunRecord } from "../run.ts";
import { elicitation } from "./host_side.ts";
import { handOnGiven } from "./questions.ts";
import type { startInput } from "./shapes.ts";
import { startRun } from "./starting.ts";
import * as tools from "./tools.ts";

export const TASKS_EXTENSION = "io.modelcontextprotocol/tasks";

const POLL_MS = 2_000;
const ONE_TASK = z.object({ taskId: z.string() });

/** As workflow_start, but the call's answer is the run's end. */
export async function startAsTask(
  parts: tools.ToolParts,
  input: z.output<typeof startInput>,
  context: ServerContext,
): Promise<CallToolResult> {
  const place = await tools.placeOf(parts, context);
  const record = await parts.keep(startRun(parts, input, place));
  const answer = await tools.answerOf(parts, place, { id: record.id, context });
  return { ...answer, ...taskOf(record, "working"), resultType: "task" };
}

export function registerTasks(server: McpServer, parts: tools.ToolParts): void {
  const handle = (method: string, act: (call: TaskCall) => Promise<object>) =>
    server.server.setRequestHandler(method, { params: ONE_TASK, result: z.looseObject({}) }, async (given, context) => {
      if (!(TASKS_EXTENSION in parts.host.extensions(context))) {
        throw new ProtocolError(ProtocolErrorCode.MethodNotFound, `declare the extension ${TASKS_EXTENSION} first`);
      }
      const place = { ...await tools.anyPlace(parts, context), cwd: undefined };
      return { ...await act({ place, record: await taskRun(place, given.taskId), context }) };
    });
  handle("tasks/get", (call) => stateOf(parts, call));
  handle("tasks/cancel", async ({ place, record }) => {
    await place.engine.cancel(record.id);
    return {};
  });
  handle("tasks/update", async ({ place, record, context }) => {
    parts.hostModel?.offers.answer(context.mcpReq.inputResponses);
    await handOnGiven(tools.questionParts(parts, place), record, context);
    return {};
  });
}

interface TaskCall {
  place: tools.Place;
  record: RunRecord;
  context: ServerContext;
}

async function stateOf(parts: tools.ToolParts, { place, record, context }: TaskCall): Promise<object> {
  const { status, question } = record;
  const samples = parts.hostModel?.offers.pending(record.id);
  if (samples) return { ...taskOf(record, "input_required"), inputRequests: samples };
  if (status === "queued" || status === "running") return taskOf(record, "working");
  if (status === "cancelled") return taskOf(record, "cancelled");
  if (status === "waiting" && question) {
    if (!parts.host.canAsk(context)) return taskOf(record, "working", `waits for an answer: ${question.text}`);
    const inputRequests = { [question.key]: inputRequired.elicit(elicitation(question)) };
    return { ...taskOf(record, "input_required"), inputRequests };
  }
  // Paused and interrupted runs end the task too: nothing happens until the user goes on with them.
  const { content, structuredContent } = await tools.answerOf(parts, place, { id: record.id, context });
  const result = { content, structuredContent, isError: status !== "completed" };
  return { ...taskOf(record, "completed"), result };
}

function taskOf({ id, startedAt, endedAt }: RunRecord, status: string, statusMessage?: string) {
  return {
    taskId: id,
    status,
    ...(statusMessage === undefined ? {} : { statusMessage }),
    createdAt: startedAt,
    lastUpdatedAt: endedAt ?? new Date().toISOString(),
    /** Runs stay until the user removes them. */
    ttlMs: null,
    pollIntervalMs: POLL_MS,
  };
}

async function taskRun({ engine }: tools.Place, id: string): Promise<RunRecord> {
  try {
    return await engine.get(id);
  } catch (error) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, errorInfo(error).message);
  }
}
