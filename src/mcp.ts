// The contract of the MCP server: an engine that is reached on demand, and runs that live in processes of their own.
import type { Engine } from "./engine.ts";
import type { SamplingAddress } from "./sampling.ts";
import type { Reports } from "./report.ts";

/** Where and with what an engine or a run works. */
export interface McpPlace {
  /** undefined: the folder that odw was started in. */
  cwd: string | undefined;
  /** The way to the host's model; null: the host does not lend it. */
  sampling: SamplingAddress | null;
}

export interface McpParts {
  version: string;
  /** The engine for a workspace, started at the first call that needs it. */
  engine(place: McpPlace): Promise<Engine>;
  /** What the user has to know about runs of a workspace, as that their answers are simulated: sentences. `model`: their default. */
  warnings(place: McpPlace & { model: string | null }): Promise<string[]>;
  /** Lets a run begin or go on, where it outlives this server. `model`: instead of the recorded one. Throws OdwError. */
  launch(runId: string, options: McpPlace & { model?: string }): Promise<void>;
  reports(): Promise<Reports>;
  /** Where a result lies that is too large for an answer: writes it and gives the path. null: there is no such place. */
  saveResult(runId: string, text: string): Promise<string | null>;
  /** The user lets the model pass on approvals. Else only a host that asks its user itself can, or the user elsewhere. */
  approveInChat: boolean;
}
