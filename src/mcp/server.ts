// The server that a connection gets: tools, resources and prompts, the same for both eras of the protocol.
import { McpServer, ResourceTemplate } from "@modelcontextprotocol/server";
import type { CallToolResult, ServerContext } from "@modelcontextprotocol/server";
import * as z from "zod";
import { errorInfo } from "../errors.ts";
import { INSTRUCTIONS, SCRIPT_GUIDE } from "./guide.ts";
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
import * as tools from "./tools.ts";
import { readReport, readScript } from "./resources.ts";

const READS = { readOnlyHint: true, destructiveHint: false, openWorldHint: false };
/** Starts agents: costs money, and sends prompts to the configured providers. */
const STARTS = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true };
const STEERS = { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false };

const START =
  `Start an odw workflow: many agents, orchestrated by a script, outside this chat. Answers at once with run_id; then call workflow_wait. ` +
  `Give name (see workflow_list) or script. A run reads the workspace and changes nothing unless the user allowed more: no argument can.\n\n` +
  `How to write a script:\n${SCRIPT_GUIDE}`;

export function createMcpServer(parts: tools.ToolParts): McpServer {
  const server = new McpServer({ name: "odw", version: parts.version, title: "Open Dynamic Workflows" }, {
    instructions: INSTRUCTIONS,
    capabilities: { tools: {}, resources: {}, prompts: {} },
  });
  const id = z.object({ run_id: runId });
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
  }, (input, context) => told(() => tools.start(parts, input, context)));
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
    inputSchema: id,
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
    inputSchema: id,
    outputSchema: runOutput,
    annotations: { ...STEERS, destructiveHint: true },
  }, (input, context) => told(() => tools.cancel(parts, input, context)));
  registerResources(server, parts);
  registerPrompts(server, parts);
  return server;
}

function registerResources(server: McpServer, parts: tools.ToolParts): void {
  const report = new ResourceTemplate("odw://runs/{id}/report", { list: undefined });
  server.registerResource(
    "report",
    report,
    { title: "Report of an odw run", mimeType: "text/markdown" },
    async (uri, { id }) => ({
      contents: [{ uri: uri.href, mimeType: "text/markdown", text: await readReport(parts, String(id)) }],
    }),
  );
  const script = new ResourceTemplate("odw://runs/{id}/script", { list: undefined });
  server.registerResource(
    "script",
    script,
    { title: "Script of an odw run", mimeType: "text/javascript" },
    async (uri, { id }) => ({
      contents: [{ uri: uri.href, mimeType: "text/javascript", text: await readScript(parts, String(id)) }],
    }),
  );
}

function registerPrompts(server: McpServer, parts: tools.ToolParts): void {
  server.registerPrompt(
    "write-workflow",
    {
      title: "Write an odw workflow",
      description: "How to write a workflow script for a task",
      argsSchema: z.object({ task: z.string() }),
    },
    ({ task }) =>
      user(
        `Write an odw workflow script for this task, check it in your head against the rules, and start it with workflow_start.\n\nTask: ${task}\n\n${SCRIPT_GUIDE}`,
      ),
  );
  server.registerPrompt("run-workflow", {
    title: "Run a saved odw workflow",
    description: "Starts a workflow of the library and brings its answer into the chat",
    argsSchema: z.object({ name: z.string(), task: z.string() }),
  }, async ({ name, task }) => {
    const engine = await parts.engine(undefined);
    const found = (await engine.workflows()).find((workflow) => workflow.name === name);
    const about = found
      ? `${found.name}: ${found.description}`
      : `There is no workflow ${name}; workflow_list names those that are there.`;
    return user(
      `Start the odw workflow "${name}" with workflow_start for this task, wait with workflow_wait, and give only its answer.\n${about}\n\nTask: ${task}`,
    );
  });
}

function user(text: string) {
  return { messages: [{ role: "user" as const, content: { type: "text" as const, text } }] };
}

/** A failure is an answer that the model can act on. */
async function told(act: () => Promise<CallToolResult>): Promise<CallToolResult> {
  try {
    return await act();
  } catch (error) {
    const { message, code } = errorInfo(error);
    return { isError: true, content: [{ type: "text", text: code ? `${code}: ${message}` : message }] };
  }
}
