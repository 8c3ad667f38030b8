// What a host can read of a run beside its result.
import type { InputRequiredResult, McpServer, ReadResourceResult } from "@modelcontextprotocol/server";
import { ResourceTemplate, type ServerContext } from "@modelcontextprotocol/server";
import type { Engine } from "../engine.ts";
import { reportSource } from "../report_source.ts";
import { anyPlace, type ToolParts } from "./tools.ts";

export function registerResources(server: McpServer, parts: ToolParts): void {
  const report = async (engine: Engine, ref: string) => {
    const source = await reportSource(engine, ref, parts.version);
    return (await parts.reports()).report(source, "md");
  };
  server.registerResource(
    "report",
    new ResourceTemplate("odw://runs/{id}/report", { list: undefined }),
    { title: "Report of an odw run", description: "What was done, found and paid", mimeType: "text/markdown" },
    readBy(parts, { mimeType: "text/markdown", read: report }),
  );
  const script = async (engine: Engine, ref: string) => (await engine.get(ref)).spec.script;
  server.registerResource(
    "script",
    new ResourceTemplate("odw://runs/{id}/script", { list: undefined }),
    { title: "Script of an odw run", description: "The workflow as it was run", mimeType: "text/javascript" },
    readBy(parts, { mimeType: "text/javascript", read: script }),
  );
}

function readBy(
  parts: ToolParts,
  { mimeType, read }: { mimeType: string; read: (engine: Engine, ref: string) => Promise<string> },
) {
  return async (
    uri: URL,
    { id }: Record<string, string | string[]>,
    context: ServerContext,
  ): Promise<ReadResourceResult | InputRequiredResult> => {
    const text = await read((await anyPlace(parts, context)).engine, String(id));
    return { contents: [{ uri: uri.href, mimeType, text }] };
  };
}
