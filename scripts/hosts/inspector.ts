// The MCP inspector's command line drives every tool of `odw mcp`, each call in a server of its own.
import { isJsonObject, type JsonObject } from "../../src/json.ts";
import type { SandboxHome } from "./sandbox_home.ts";

const TOOLS = [
  "workflow_list",
  "workflow_plan",
  "workflow_start",
  "workflow_wait",
  "workflow_status",
  "workflow_result",
  "workflow_respond",
  "workflow_cancel",
];
const SCRIPT = `export const meta = { name: "inspected", description: "d" }; return "odw-answer-" + 6 * 7;`;
const ASKING = `export const meta = { name: "asking", description: "d" }; return await ask("Which?");`;

export interface InspectorOptions {
  program: string;
  odw: string;
  timeoutMs: number;
}

/** Cells of the table. */
export async function inspectServer(home: SandboxHome, options: InspectorOptions) {
  const ask = async (words: string[]): Promise<JsonObject> => {
    const command = [options.program, "--cli", options.odw, "mcp", ...words];
    const { text } = await home.run(command, { timeoutMs: options.timeoutMs });
    return parsed(text);
  };
  const call = async (name: string, args: Record<string, string> = {}): Promise<JsonObject> => {
    const given = Object.entries(args).flatMap(([key, value]) => ["--tool-arg", `${key}=${value}`]);
    const { structuredContent, isError } = await ask(["--method", "tools/call", "--tool-name", name, ...given]);
    if (isError === true || !isJsonObject(structuredContent)) throw new Error(`${name} failed`);
    return structuredContent;
  };
  try {
    const { tools } = await ask(["--method", "tools/list"]);
    const names = Array.isArray(tools) ? tools.map((tool) => isJsonObject(tool) ? String(tool["name"]) : "") : [];
    if (names.join() !== TOOLS.join()) return { listed: `no: ${names.join()}` };
    return { listed: "yes", turn: await driveTools(call) };
  } catch (error) {
    return { turn: `no: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}` };
  }
}

async function driveTools(call: (name: string, args?: Record<string, string>) => Promise<JsonObject>): Promise<string> {
  await call("workflow_list");
  await call("workflow_plan", { task: "Summarize these notes in one line: the build is green" });
  const first = String((await call("workflow_start", { script: SCRIPT }))["run_id"]);
  const ended = await call("workflow_wait", { run_id: first, wait_s: "20" });
  if (ended["result"] !== "odw-answer-42") return `no: the result is ${JSON.stringify(ended["result"])}`;
  await call("workflow_status", { run_id: first });
  await call("workflow_result", { run_id: first });
  const asking = String((await call("workflow_start", { script: ASKING }))["run_id"]);
  await call("workflow_wait", { run_id: asking, wait_s: "20" });
  await call("workflow_respond", { run_id: asking, answer: "this" });
  const answered = await call("workflow_wait", { run_id: asking, wait_s: "20" });
  if (answered["result"] !== "this") return `no: the answer became ${JSON.stringify(answered["result"])}`;
  const last = String((await call("workflow_start", { script: ASKING }))["run_id"]);
  const { status } = await call("workflow_cancel", { run_id: last });
  return status === "cancelled" || status === "running" || status === "waiting" ? "yes" : `no: ${String(status)}`;
}

function parsed(text: string): JsonObject {
  const start = text.indexOf("{");
  const value: unknown = JSON.parse(text.slice(start, text.lastIndexOf("}") + 1));
  if (!isJsonObject(value as JsonObject)) throw new Error(`no object in ${text.slice(0, 200)}`);
  return value as JsonObject;
}
