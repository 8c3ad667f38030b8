// What an MCP tool answered, as bounded text and as JSON.
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { asData } from "./as_data.ts";
import { cutMiddle } from "./cut_text.ts";

const MOST_CHARS = 50_000;
/** Of one value for a script. */
const MOST_VALUE_CHARS = 5_000_000;

/** Whatever the server sent: an answer that breaks the tool's declared output, or the protocol, is shown as it came. */
export function mcpAnswer(tool: string, result: JsonObject): { content: string; value: Json; isError: boolean } {
  const blocks = Array.isArray(result.content) ? result.content : [];
  const structured = result.structuredContent;
  const texts = blocks.map(blockText);
  if (texts.length === 0) texts.push(JSON.stringify(structured ?? result.toolResult ?? null));
  const text = texts.join("\n");
  const value = structured !== undefined && JSON.stringify(structured).length <= MOST_VALUE_CHARS
    ? structured
    : text.slice(0, MOST_VALUE_CHARS);
  return { content: asData(`MCP tool ${tool}`, cutMiddle(text, MOST_CHARS)), value, isError: result.isError === true };
}

function blockText(block: Json): string {
  if (!isJsonObject(block)) return String(block);
  if (block.type === "text" && typeof block.text === "string") return block.text;
  if (block.type === "image" || block.type === "audio") return leftOut(block, block.data);
  if (block.type === "resource_link") return `[link: ${named(block)}]`;
  const resource = block.type === "resource" && isJsonObject(block.resource) ? block.resource : null;
  if (!resource) return JSON.stringify(block);
  return typeof resource.text === "string"
    ? `[${named(resource)}]\n${resource.text}`
    : leftOut(resource, resource.blob);
}

function leftOut(block: JsonObject, base64: Json | undefined): string {
  const bytes = typeof base64 === "string" ? Math.floor(base64.length * 3 / 4) : 0;
  const kind = typeof block.mimeType === "string" ? block.mimeType : String(block.type ?? "binary");
  return `[${kind.slice(0, 100)}, ${bytes} bytes, left out: only text is read]`;
}

function named(block: JsonObject): string {
  return [block.title ?? block.name, block.uri].filter((part) => typeof part === "string").join(" ").slice(0, 500);
}
