// A script's own tool calls in a dry run: reading is free and really reads; everything else is made up.
import type { Settings } from "../config.ts";
import { OdwError } from "../errors.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Tools } from "../tool.ts";

const READING: ReadonlySet<string> = new Set(["read_file", "list_files", "glob", "grep"]);

/** Made-up results by canonical name; any other tool gives null. */
const MADE_UP: ReadonlyMap<string, (input: JsonObject) => Json> = new Map<string, (input: JsonObject) => Json>([
  ["run_command", () => ({ stdout: "", stderr: "", exitCode: 0 })],
  ["git", () => ({ stdout: "", stderr: "", exitCode: 0 })],
  ["web_fetch", (input) => ({ url: input.url ?? "", text: "A page that was not fetched in the dry run." })],
  ["web_search", () => []],
]);

export async function dryTool(
  name: string,
  input: JsonObject,
  { settings, tools, signal }: { settings: Settings; tools: Tools; signal: AbortSignal },
): Promise<Json> {
  const canonical = tools.canonicalName(name) ?? name;
  if (!READING.has(canonical)) return MADE_UP.get(canonical)?.(input) ?? null;
  const context = { root: settings.cwd, signal, approve: () => Promise.resolve(false) };
  const result = await tools.call(canonical, input, context);
  if (result.isError) throw new OdwError(result.code === "denied" ? "denied" : "usage", result.content);
  return result.value ?? result.content;
}
