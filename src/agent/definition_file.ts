// Reads one definition: Markdown with YAML front matter; the body is the system prompt.
import type { AgentDefinition, Effort } from "../agent.ts";
import { isJsonObject, type JsonObject } from "../json.ts";

/** A definition, or why its file holds none. */
export type DefinitionEntry = AgentDefinition | { name: string; source: string; broken: string };

const EFFORTS: readonly string[] = ["low", "medium", "high", "xhigh", "max"] satisfies Effort[];
const KNOWN_KEY =
  /^(name|model|effort|tools|disallowedTools|color|permissionMode|skills|hooks|mcpServers|memory|maxTurns|version|author):/;
const FRONT_MATTER = /^---[ \t]*\r?\n([\s\S]*?)(?:^|\r?\n)---[ \t]*(?:\r?\n|$)([\s\S]*)$/;

/** A file without front matter is all system prompt, named after the file. What cannot be understood gives a broken entry. */
export async function parseDefinition(
  text: string,
  file: { stem: string; source: string },
): Promise<DefinitionEntry> {
  const content = text.replace(/^\uFEFF/, "");
  if (!/^---[ \t]*\r?\n/.test(content)) {
    return { name: file.stem, description: "", system: content.trim(), source: file.source };
  }
  const match = FRONT_MATTER.exec(content);
  if (!match) return { name: file.stem, source: file.source, broken: "its front matter has no closing ---" };
  const [, header = "", body = ""] = match;
  try {
    return definition(await parseHeader(header), body.trim(), file);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message.trim() : String(thrown);
    const name = /^name:[ \t]*["']?([^[{"'\r\n]+?)["']?[ \t]*$/m.exec(header)?.[1] ?? file.stem;
    return { name, source: file.source, broken: `its front matter is wrong: ${reason}` };
  }
}

/** Many public files hold an unquoted description with colons, which YAML refuses: such a description is read as plain text. */
async function parseHeader(header: string): Promise<JsonObject> {
  if (header.trim() === "") return {};
  const { load } = await import("js-yaml");
  let fields: unknown;
  try {
    fields = load(header);
  } catch (thrown) {
    const quoted = quoteDescription(header);
    if (quoted === header) throw thrown;
    fields = load(quoted);
  }
  if (fields === null) return {};
  if (!isJsonObject(fields)) throw new Error("it must be `key: value` lines");
  return fields;
}

/** The description goes on until the next key that is known: lines such as `user: …` in an example belong to it. */
function quoteDescription(header: string): string {
  const lines = header.split(/\r?\n/);
  const start = lines.findIndex((line) => line.startsWith("description:"));
  if (start < 0) return header;
  const next = lines.findIndex((line, index) => index > start && KNOWN_KEY.test(line));
  const end = next < 0 ? lines.length : next;
  const text = lines.slice(start, end).join("\n").slice("description:".length).trim();
  return [...lines.slice(0, start), `description: ${JSON.stringify(text)}`, ...lines.slice(end)].join("\n");
}

function definition(fields: JsonObject, system: string, file: { stem: string; source: string }): AgentDefinition {
  const found: AgentDefinition = {
    name: textField(fields, "name") ?? file.stem,
    description: textField(fields, "description") ?? "",
    system,
    source: file.source,
  };
  const model = textField(fields, "model");
  if (model !== undefined && model !== "inherit") found.model = model;
  const effort = textField(fields, "effort");
  if (effort !== undefined) found.effort = checkedEffort(effort);
  const tools = toolNames(fields, "tools");
  if (tools) found.tools = tools;
  const disallowedTools = toolNames(fields, "disallowedTools");
  if (disallowedTools) found.disallowedTools = disallowedTools;
  const maxTurns = turnLimit(fields);
  if (maxTurns !== undefined) found.maxTurns = maxTurns;
  return found;
}

function textField(fields: JsonObject, key: string): string | undefined {
  const value = fields[key];
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "string") return value.trim();
  if (typeof value === "number") return String(value);
  throw new Error(`\`${key}\` must be text, found ${JSON.stringify(value)}`);
}

function checkedEffort(effort: string): Effort {
  if (EFFORTS.includes(effort)) return effort as Effort;
  throw new Error(`\`effort\` must be one of ${EFFORTS.join(", ")}, found ${JSON.stringify(effort)}`);
}

function turnLimit({ maxTurns }: JsonObject): number | undefined {
  if (maxTurns === undefined || maxTurns === null) return undefined;
  if (typeof maxTurns === "number" && Number.isInteger(maxTurns) && maxTurns > 0) return maxTurns;
  throw new Error(`\`maxTurns\` must be a whole number from 1, found ${JSON.stringify(maxTurns)}`);
}

/** A list, or names with commas between them: `Bash(git add, git rm), Read` are two. */
function toolNames(fields: JsonObject, key: string): string[] | undefined {
  const tools = fields[key];
  if (tools === undefined || tools === null) return undefined;
  const names = typeof tools === "string" ? tools.split(/,(?![^(]*\))/) : tools;
  if (!Array.isArray(names) || names.some((name) => typeof name !== "string")) {
    throw new Error(`\`${key}\` must be a list of names or text with commas, found ${JSON.stringify(tools)}`);
  }
  return names.map((name) => String(name).trim()).filter((name) => name !== "");
}
