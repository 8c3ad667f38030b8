// What a host can read of a run beside its result.
import { reportSource } from "../report_source.ts";
import type { McpParts } from "../mcp.ts";

export async function readReport(parts: McpParts, ref: string): Promise<string> {
  const source = await reportSource(await parts.engine(undefined), ref, parts.version);
  return (await parts.reports()).report(source, "md");
}

export async function readScript(parts: McpParts, ref: string): Promise<string> {
  const engine = await parts.engine(undefined);
  return (await engine.get(ref)).spec.script;
}
