// Tools as a test says them, and a workplace that writes down what it is told.
import type { AgentWork, ToolUse } from "../../src/agent.ts";
import type { Json } from "../../src/json.ts";
import type { ToolCall } from "../../src/provider.ts";
import type { ToolContext, ToolInfo, ToolResult, Tools, ToolSelection } from "../../src/tool.ts";

export type Perform = (input: Json, context: ToolContext) => Promise<ToolResult> | ToolResult;

export interface ScriptedTools extends Tools {
  /** Selections that were asked for. */
  selections: ToolSelection[];
}

const ALIASES: Record<string, string> = { Read: "read_file", Write: "write_file" };

export function tool(name: string, changes: Partial<ToolInfo> = {}): ToolInfo {
  const schema = { type: "object", properties: { path: { type: "string" } } };
  return { name, description: `does ${name}`, schema, access: "read", isConcurrent: true, denial: null, ...changes };
}

export const READ = tool("read_file");
export const GREP = tool("grep");
export const WRITE = tool("write_file", { access: "write", isConcurrent: false });
export const RUN = tool("run_command", { access: "run", isConcurrent: false, denial: "needs --allow-run" });

export function scriptedTools(
  perform: Record<string, Perform> = {},
  infos: ToolInfo[] = [READ, GREP, WRITE, RUN],
): ScriptedTools {
  const selections: ToolSelection[] = [];
  const canonicalName = (name: string) => infos.find((info) => info.name === (ALIASES[name] ?? name))?.name;
  return {
    selections,
    canonicalName,
    offer(selection) {
      selections.push(selection);
      const barred = (selection.disallowedTools ?? []).map(canonicalName);
      const named = selection.tools?.map(canonicalName);
      const tools = infos.filter(({ name, denial }) =>
        !barred.includes(name) && (named ? named.includes(name) : denial === null)
      );
      const unknown = (selection.tools ?? []).filter((name) => canonicalName(name) === undefined);
      return Promise.resolve({ tools, unknown, warnings: [] });
    },
    names: () => infos.map(({ name }) => name),
    async call(name, input, context) {
      return await (perform[name] ?? (() => ({ content: `${name} done`, isError: false })))(input, context);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

export interface Workplace extends AgentWork {
  /** `start t1 read_file read`, `end t1 ok`, in order. */
  told: string[];
}

export function workplace(changes: Partial<AgentWork> = {}): Workplace {
  const told: string[] = [];
  return {
    told,
    root: "/place",
    approve: () => Promise.resolve(false),
    onToolStarted({ call, name, access }: ToolUse) {
      told.push(`start ${call} ${name} ${access}`);
      return Promise.resolve();
    },
    onToolEnded: ({ call }, { result }) => told.push(`end ${call} ${result.isError ? "error" : "ok"}`),
    onCompacted: () => told.push("compacted"),
    ...changes,
  };
}

export function calls(...named: [string, Json][]): ToolCall[] {
  return named.map(([name, input], index) => ({ id: `c${index + 1}`, name, input }));
}
