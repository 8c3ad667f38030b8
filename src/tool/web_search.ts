// The tool `web_search`: asks the search endpoint of the user's configuration.
import type { Settings } from "../config.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { type Network, Outgoing } from "../lib/outgoing.ts";
import type { Programs } from "../programs.ts";
import type { Tool } from "../tool.ts";
import { asData } from "./as_data.ts";
import { ToolError } from "./tool_error.ts";
import { requiredText } from "./tool_input.ts";

const TIME_LIMIT_MS = 30_000;
const MOST_RESULTS = 20;
const MOST_BYTES = 5_000_000;

type Found = { title: string; url: string; snippet: string };

/** null without an endpoint. Its value: `[{ title, url, snippet }]`. The endpoint's host needs no grant: the user wrote it down. */
export function webSearchTool({ settings }: { settings: Settings; programs: Programs }): Tool | null {
  const { searchUrl } = settings.tools;
  if (searchUrl === null) return null;
  return {
    name: "web_search",
    description: "Search the web: titles, URLs and snippets.",
    schema: { type: "object", properties: { query: { type: "string" } }, required: ["query"] },
    access: "read",
    isConcurrent: true,
    async call(input, { signal }) {
      const query = requiredText(input, "query");
      const found = results(
        await answer(searchUrl.replaceAll("{query}", encodeURIComponent(query)), { signal, network: settings.network }),
      );
      const text = found.map(({ title, url, snippet }, at) => `${at + 1}. ${title}\n${url}\n${snippet}`).join("\n\n");
      return { content: text === "" ? "Nothing was found" : asData("web search", text), value: found };
    },
  };
}

/** The endpoint's URL can hold a key, and is named by its host only. */
async function answer(
  url: string,
  { signal, network }: { signal: AbortSignal; network: Network },
): Promise<unknown> {
  const host = URL.canParse(url) ? new URL(url).host : "tools.searchUrl";
  const limit = AbortSignal.timeout(TIME_LIMIT_MS);
  using outgoing = new Outgoing(network);
  try {
    const response = await outgoing.fetch(url, {
      headers: { accept: "application/json" },
      redirect: "manual",
      signal: AbortSignal.any([signal, limit]),
    });
    const text = await boundedText(response);
    if (response.status >= 300 && response.status < 400) throw redirected(host, response);
    if (!response.ok) {
      throw new ToolError("tool_failed", `The search at ${host} answered HTTP ${response.status}: try again later`);
    }
    return JSON.parse(text);
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof ToolError) throw thrown;
    if (thrown instanceof SyntaxError) {
      throw new ToolError(
        "tool_failed",
        `The search at ${host} did not answer JSON: tools.searchUrl must name its JSON endpoint`,
      );
    }
    const reason = limit.aborted ? `no answer within ${TIME_LIMIT_MS / 1000} s` : "it cannot be reached";
    throw new ToolError("tool_failed", `The search at ${host} failed: ${reason}`);
  }
}

/** Where the way leads may be another host, which nobody granted. */
function redirected(host: string, response: Response): ToolError {
  const place = response.headers.get("location") ?? "another address";
  return new ToolError(
    "tool_failed",
    `The search at ${host} redirects to ${
      place.replace(/[?#].*$/s, "")
    }: the user can put that address into tools.searchUrl`,
  );
}

async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MOST_BYTES) break;
  }
  return text;
}

/** The shapes of SearXNG, Brave, Bing, Google, Serper, Tavily and plain lists. */
function results(body: unknown): Found[] {
  const list = [
    body,
    ...["results", "items", "organic", "organic_results", "data"].map((key) => member(body, key)),
    member(member(body, "web"), "results"),
    member(member(body, "webPages"), "value"),
  ]
    .find(Array.isArray) as unknown[] | undefined;
  if (!list) {
    throw new ToolError(
      "tool_failed",
      "The search answered JSON without a list of results: tools.searchUrl must answer `results`, `items` or `web.results`",
    );
  }
  return list.filter(isJsonObject).slice(0, MOST_RESULTS).map(found).filter(({ url }) => url !== "");
}

function found(entry: JsonObject): Found {
  return {
    title: plain(entry.title ?? entry.name, 300),
    url: plain(entry.url ?? entry.link ?? entry.href, 2000),
    snippet: plain(entry.content ?? entry.description ?? entry.snippet ?? entry.body, 1000),
  };
}

/** Search engines mark the words that were found with tags. */
function plain(value: Json | undefined, most: number): string {
  return typeof value === "string" ? value.replace(/<\/?(?:strong|b|em|mark)>/gi, "").slice(0, most) : "";
}

function member(value: unknown, key: string): unknown {
  return isJsonObject(value) ? value[key] : undefined;
}
