// One configured MCP server: started on demand, started again once when it has died, and never able to end a run.
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Tool, ToolContext } from "../tool.ts";
import { mcpAnswer } from "./mcp_content.ts";
import type { McpConnection, McpConnectOptions } from "./mcp_connection.ts";
import { mcpToolName } from "./mcp_names.ts";
import { ToolError } from "./tool_error.ts";

const MOST_TOOLS = 300;
const LONGEST_DESCRIPTION = 1000;
/** Deaths and failed starts in a row, without an answer in between, after which it is left alone. */
const MOST_FAILURES = 2;

export interface Offered {
  tools: Tool[];
  warnings: string[];
}

type Parts = Omit<McpConnectOptions, "signal"> & {
  /** As the names of its tools begin. */
  shortName: string;
};

export class McpServerTools implements AsyncDisposable {
  readonly #parts: Parts;
  readonly #stopped = new AbortController();
  #connection: Promise<McpConnection> | null = null;
  #offer: Promise<Offered> | null = null;
  #failures = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Starts the server at the first call. Never rejects but with the signal's reason; a server that does not answer is a warning, and tried again. */
  async offer(signal: AbortSignal): Promise<Offered> {
    try {
      this.#offer ??= this.#listed();
      return await orAborted(this.#offer, signal);
    } catch (thrown) {
      signal.throwIfAborted();
      this.#offer = null;
      return { tools: [], warnings: [`MCP server ${this.#parts.name} was left out: ${reasonOf(thrown)}`] };
    }
  }

  /** Throws ToolError. */
  async call(tool: string, input: JsonObject, context: ToolContext): Promise<{ content: string; value: Json }> {
    const { name } = this.#parts;
    let connection: McpConnection | null = null;
    try {
      connection = await orAborted(this.#connect(), context.signal);
      const answer = mcpAnswer(`${name} ${tool}`, await connection.call(tool, input, context.signal));
      this.#failures = 0;
      if (!answer.isError) return answer;
      throw new ToolError("tool_failed", `MCP tool ${tool} of ${name} reports a failure:\n${answer.content}`);
    } catch (thrown) {
      context.signal.throwIfAborted();
      if (thrown instanceof ToolError) throw thrown;
      const ended = connection?.ended() ?? null;
      if (ended !== null) this.#failures++;
      throw new ToolError(
        "tool_failed",
        `MCP server ${name}: ${ended === null ? reasonOf(thrown) : `it ended: ${ended}`}`,
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    const connection = await this.#connection?.catch(() => null);
    this.#connection = null;
    await connection?.close();
  }

  /** The standing connection, or a new one where there is none or it has died. */
  async #connect(): Promise<McpConnection> {
    const known = this.#connection;
    const connection = await known?.catch(() => null);
    if (connection && connection.ended() === null) return connection;
    if (this.#connection !== known) return await this.#connect();
    if (this.#failures >= MOST_FAILURES) {
      throw new Error(`it failed ${this.#failures} times in a row and is not started again in this run`);
    }
    this.#stopped.signal.throwIfAborted();
    return await (this.#connection = this.#started());
  }

  async #started(): Promise<McpConnection> {
    try {
      const { connectMcp } = await import("./mcp_connection.ts");
      return await connectMcp({ ...this.#parts, signal: this.#stopped.signal });
    } catch (thrown) {
      this.#failures++;
      throw thrown;
    }
  }

  async #listed(): Promise<Offered> {
    const connection = await this.#connect();
    const [declared, { mcpInputSchema }] = await Promise.all([
      connection.list(this.#stopped.signal),
      import("./mcp_schema.ts"),
    ]);
    this.#failures = 0;
    const taken = new Set<string>();
    const warnings: string[] = [];
    const tools = declared.slice(0, MOST_TOOLS).flatMap((each) => {
      if (!isJsonObject(each) || typeof each.name !== "string" || each.name === "") {
        warnings.push(`MCP server ${this.#parts.name} declares a tool without a name, which was left out`);
        return [];
      }
      const { schema, problem } = mcpInputSchema(each.inputSchema);
      const name = mcpToolName(this.#parts.shortName, each.name, taken);
      if (problem !== null) {
        warnings.push(`${name} takes any arguments: its input schema was not used, since ${problem}`);
      }
      return [this.#tool(each.name, { name, schema, declared: each })];
    });
    if (declared.length > MOST_TOOLS) {
      warnings.push(
        `MCP server ${this.#parts.name} declares ${declared.length} tools, and only ${MOST_TOOLS} were taken`,
      );
    }
    return { tools, warnings };
  }

  #tool(ownName: string, { name, schema, declared }: { name: string; schema: JsonObject; declared: JsonObject }): Tool {
    const written = typeof declared.description === "string" ? declared.description : "";
    const isReadOnly = isJsonObject(declared.annotations) && declared.annotations.readOnlyHint === true;
    return {
      name,
      description: written.slice(0, LONGEST_DESCRIPTION) || `Tool ${ownName} of the MCP server ${this.#parts.name}`,
      schema,
      access: "mcp",
      isConcurrent: isReadOnly,
      call: (input, context) => this.call(ownName, input, context),
    };
  }
}

function reasonOf(thrown: unknown): string {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return reason.replace(/^MCP error -?\d+: /, "").slice(0, 1000);
}

/** The work goes on for the others that wait for it. */
async function orAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
