// The contract of tools: what an agent, or a script, may do besides answering.
import type { Json, JsonObject } from "./json.ts";
import type { ToolSpec } from "./provider.ts";

/** What a tool does to the world: what the user may grant, kind by kind. */
export type ToolAccess = "read" | "write" | "run" | "web" | "mcp";

export interface ToolInfo extends ToolSpec {
  access: ToolAccess;
  /** May run beside other calls of the same message: it only reads. */
  isConcurrent: boolean;
  /** Why a call would be denied now, with the flag that grants it; null: it is granted, or the user is asked for each call. */
  denial: string | null;
}

/** What the user is asked before a call that nobody granted. */
export interface ApprovalRequest {
  tool: string;
  access: ToolAccess;
  /** One line: `run npm test`, `write src/a.ts`. */
  action: string;
  /** The exact command, or the diff. */
  detail: string;
  /** What "for this run" would cover, as a key and in words: `run npm`, `write`. */
  scope: string;
}

export interface ToolContext {
  /** Absolute folder that paths are resolved against: the workspace, or an agent's worktree. */
  root: string;
  signal: AbortSignal;
  /** A script calls, which gets more than a model can read. Default false. */
  isScript?: boolean;
  /** Asks the user. False: denied, or nobody is there. */
  approve(request: ApprovalRequest): Promise<boolean>;
  /** Called once, when the call may go ahead and before it changes anything; the call waits for it. */
  onPermitted?(): Promise<void>;
}

export interface ToolResult {
  /** For a model: text, already bounded. */
  content: string;
  isError: boolean;
  /** For a script: the same as JSON (DIALECTS.md §2 `context.tools`). Absent on errors. */
  value?: Json;
  /** What `value` lacks, as a sentence: the tool has more than it gives. */
  cut?: string;
  /** Of an error: "denied" when a permission was missing. */
  code?: "denied" | "usage" | "tool_failed";
}

export interface ToolSelection {
  /** Names as the caller wrote them (aliases such as `Read` or `mcp__github__search` are understood); absent: everything that is granted or asked for. */
  tools?: string[];
  disallowedTools?: string[];
}

export interface Tools extends AsyncDisposable {
  /**
   * What a selection gives, in a fixed order (the stable part of a prompt). A tool that was named and is not granted is offered, and its
   * calls are denied with an explanation. `unknown`: names that lead to no tool. Starts the MCP servers that the selection needs; one that
   * does not start is left out, with a line in `warnings`.
   */
  offer(
    selection: ToolSelection,
    signal: AbortSignal,
  ): Promise<{ tools: ToolInfo[]; unknown: string[]; warnings: string[] }>;
  /** The canonical name of a built-in tool or alias; undefined for names that are none. MCP names (`server__tool`) are returned as they are when the server is configured. */
  canonicalName(name: string): string | undefined;
  /** All names that a selection may hold, without starting a server: built-in names, and `server__*`. */
  names(): string[];
  /** Never rejects but with the signal's reason: a tool's failure, a denial and wrong input are results. */
  call(name: string, input: Json, context: ToolContext): Promise<ToolResult>;
}

/** One tool, as the room implements it. */
export interface Tool {
  name: string;
  /** Short: it costs tokens in every request. */
  description: string;
  /** JSON Schema of the input, root object. */
  schema: JsonObject;
  access: ToolAccess;
  isConcurrent: boolean;
  /** Throws ToolError; anything else that is thrown is a defect of the tool and becomes an error result too. */
  call(input: JsonObject, context: ToolContext): Promise<{ content: string; value: Json; cut?: string }>;
}
