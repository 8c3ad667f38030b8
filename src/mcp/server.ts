// The server that a connection gets: tools, resources and prompts, the same for both eras of the protocol.
import { type InputRequiredResult, McpServer } from "@modelcontextprotocol/server";
import type { CallToolResult, ServerContext } from "@modelcontextprotocol/server";
import * as z from "zod";
import { errorInfo } from "../errors.ts";
import type { McpParts } from "../mcp.ts";
import { INSTRUCTIONS, SCRIPT_GUIDE } from "./guide.ts";
import type { HostModel } from "./host_model.ts";
import { hostSideOf, InputNeeded } from "./host_side.ts";
import { registerPrompts } from "./prompts.ts";
import { registerResources } from "./resources.ts";
import {
  listOutput,
  pageOutput,
  planInput,
  planOutput,
  resultInput,
  runId,
  runOutput,
  startInput,
  waitInput,
} from "./shapes.ts";
import { registerTasks, startAsTask, TASKS_EXTENSION } from "./tasks.ts";
import * as tools from "./tools.ts";

const PROGRESS_EVERY_MS = 5_000;

const READS = { readOnlyHint: true, destructiveHint: false, openWorldHint: false };
/** Starts agents: costs money, and sends prompts to the configured providers. */
const STARTS = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true };
const STEERS = { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false };

const ONE_RUN = z.object({ run_id: runId });

const START =
  `Start an odw workflow: many agents, orchestrated by a script, outside this chat. Answers at once with run_id; then call workflow_wait. ` +
  `Give name (see workflow_list) or script, or resume. A run reads the workspace and changes nothing unless the user allowed more: no argument can.\n\n` +
  `How to write a script:\n${SCRIPT_GUIDE}`;

export interface ServerSettings {
  /** See ToolParts. */
  followsRoots: boolean;
  /** See ToolParts. */
  hostModel: HostModel | null;
  progressEveryMs?: number;
  /** Told of work that has to end even when the connection does. */
  keep?: tools.ToolParts["keep"];
}

export function createMcpServer(given: McpParts, settings: ServerSettings): McpServer {
  const server = new McpServer({ name: "odw", version: given.version, title: "Open Dynamic Workflows" }, {
    instructions: INSTRUCTIONS,
    capabilities: { tools: {}, resources: {}, prompts: {}, extensions: { [TASKS_EXTENSION]: {} } },
  });
  const { followsRoots, hostModel, progressEveryMs = PROGRESS_EVERY_MS, keep = (work) => work } = settings;
  const host = hostSideOf(server);
  const parts: tools.ToolParts = { ...given, followsRoots, hostModel, progressEveryMs, keep, host };
  registerTools(server, parts);
  registerResources(server, parts);
  registerPrompts(server, parts);
  registerTasks(server, parts);
  return server;
}

function registerTools(server: McpServer, parts: tools.ToolParts): void {
  registerStarting(server, parts);
  registerReading(server, parts);
  registerSteering(server, parts);
}

function registerStarting(server: McpServer, parts: tools.ToolParts): void {
  server.registerTool("workflow_list", {
    title: "List odw workflows",
    description: "The saved odw workflows with their arguments: what workflow_start can start by name.",
    outputSchema: listOutput,
    annotations: READS,
  }, (context: ServerContext) => told(() => tools.list(parts, context)));
  server.registerTool("workflow_plan", {
    title: "Plan an odw workflow",
    description:
      "From a task in words to a plan of an odw workflow: topology, agents, tokens, cost, permissions. Runs nothing; its start is the input of workflow_start.",
    inputSchema: planInput,
    outputSchema: planOutput,
    annotations: READS,
  }, (input, context) => told(() => tools.plan(parts, input, context)));
  server.registerTool("workflow_start", {
    title: "Start an odw workflow",
    description: START,
    inputSchema: startInput,
    outputSchema: runOutput,
    annotations: STARTS,
  }, (input, context) =>
    told(() => {
      const isTask = TASKS_EXTENSION in parts.host.extensions(context);
      return isTask ? startAsTask(parts, input, context) : tools.start(parts, input, context);
    }));
}

function registerReading(server: McpServer, parts: tools.ToolParts): void {
  server.registerTool("workflow_wait", {
    title: "Wait for an odw run",
    description:
      "Waits at most wait_s seconds for a run of odw to end, and always answers: status, phase, counts, and the exact next call.",
    inputSchema: waitInput,
    outputSchema: runOutput,
    annotations: READS,
  }, (input, context) => told(() => tools.wait(parts, input, context)));
  server.registerTool("workflow_status", {
    title: "Status of an odw run",
    description: "How a run of odw stands, without waiting.",
    inputSchema: ONE_RUN,
    outputSchema: runOutput,
    annotations: READS,
  }, (input, context) => told(() => tools.status(parts, input, context)));
  server.registerTool("workflow_result", {
    title: "Result of an odw run",
    description: "A completed odw run's result as text, page by page.",
    inputSchema: resultInput,
    outputSchema: pageOutput,
    annotations: READS,
  }, (input, context) => told(() => tools.result(parts, input, context)));
}

function registerSteering(server: McpServer, parts: tools.ToolParts): void {
  server.registerTool("workflow_respond", {
    title: "Answer an odw run",
    description: "Answers what a waiting odw run asks. Ask the user first: approvals are theirs to give.",
    inputSchema: z.object({ run_id: runId, answer: z.string() }),
    outputSchema: runOutput,
    annotations: STEERS,
  }, (input, context) => told(() => tools.respond(parts, input, context)));
  server.registerTool("workflow_cancel", {
    title: "Cancel an odw run",
    description: "Ends an odw run at once; what was done is recorded and can be resumed.",
    inputSchema: ONE_RUN,
    outputSchema: runOutput,
    annotations: { ...STEERS, destructiveHint: true },
  }, (input, context) => told(() => tools.cancel(parts, input, context)));
}

/** A failure is an answer that the model can act on. */
async function told(act: () => Promise<CallToolResult>): Promise<CallToolResult | InputRequiredResult> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof InputNeeded) return error.request;
    const { message, code } = errorInfo(error);
    return { isError: true, content: [{ type: "text", text: code ? `${code}: ${message}` : message }] };
  }
}
