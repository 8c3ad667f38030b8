// The text of what a web server sent.
import { ToolError } from "./tool_error.ts";
import type { WebAnswer } from "./web_request.ts";

const TEXT_TYPE =
  /^(?:text\/|application\/(?:.*\+)?(?:json|xml|javascript|ecmascript|x-javascript|yaml|x-yaml|toml|x-ndjson|jsonl|sql|graphql|x-sh|xhtml\+xml))/i;

/** HTML as readable text, other text as it is. Throws ToolError for what is no text. */
export async function webText(answer: WebAnswer): Promise<string> {
  const type = answer.contentType.split(";", 1)[0]!.trim().toLowerCase();
  if (
    type === "" || type === "application/octet-stream"
      ? answer.bytes.subarray(0, 4000).includes(0)
      : !TEXT_TYPE.test(type)
  ) {
    throw new ToolError(
      "tool_failed",
      `${answer.url} is ${type || "binary"}, which cannot be read as text: look for a page or a text version of it`,
    );
  }
  const text = decoded(answer);
  if (
    !/^(?:text\/html|application\/xhtml\+xml)/.test(type) && !(type === "" && /^\s*<(?:!doctype html|html)/i.test(text))
  ) return text;
  const { htmlText } = await import("./html_text.ts");
  return htmlText(text, answer.url);
}

function decoded(answer: WebAnswer): string {
  const named = /charset\s*=\s*["']?([\w.:-]+)/i;
  const head = () => new TextDecoder("latin1").decode(answer.bytes.subarray(0, 2000));
  const label = named.exec(answer.contentType)?.[1] ??
    (/html|xml/i.test(answer.contentType) ? named.exec(head())?.[1] : undefined);
  return decoder(label).decode(answer.bytes);
}

function decoder(label: string | undefined): TextDecoder {
  try {
    return new TextDecoder(label ?? "utf-8");
  } catch {
    // An unknown charset: most of the web is UTF-8, whatever it says.
    return new TextDecoder();
  }
}
