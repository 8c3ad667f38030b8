// The contract of the MCP server: an engine that is reached on demand, and runs that live in processes of their own.
import type { Engine } from "./engine.ts";
import type { Reports } from "./report.ts";

export interface McpParts {
  version: string;
  /** The engine for a workspace, started at the first call that needs it; undefined: the folder that odw was started in. */
  engine(cwd: string | undefined): Promise<Engine>;
  /** What the user has to know about a workspace's runs, as that their answers are simulated: sentences. */
  warnings(cwd: string | undefined): Promise<string[]>;
  /** Lets a queued run begin, where it outlives this server. Throws OdwError. */
  launch(runId: string, cwd: string | undefined): Promise<void>;
  reports(): Promise<Reports>;
  /** Where a result lies that is too large for an answer: writes it and gives the path. null: there is no such place. */
  saveResult(runId: string, text: string): Promise<string | null>;
  /** The user lets the model pass on approvals. Else only a host that asks its user itself can, or the user elsewhere. */
  approveInChat: boolean;
}
