// The tool `web_fetch`: a page of a granted host as text.
import type { Settings } from "../config.ts";
import type { Programs } from "../programs.ts";
import type { Tool, ToolContext } from "../tool.ts";
import { asData } from "./as_data.ts";
import { cutEnd } from "./cut_text.ts";
import { ToolError } from "./tool_error.ts";
import { optionalCount, requiredText } from "./tool_input.ts";

const DEFAULT_CHARS = 50_000;
const MOST_CHARS = 200_000;

/** Its value: `{ url, status, text }`, the text whole where `max_chars` is not given. */
export function webFetchTool({ settings }: { settings: Settings; programs: Programs }): Tool {
  return {
    name: "web_fetch",
    description: "Fetch a public http(s) URL and get its text; HTML is turned into plain text.",
    schema: {
      type: "object",
      properties: {
        url: { type: "string" },
        max_chars: { type: "integer", description: "Default 50000, at most 200000" },
      },
      required: ["url"],
    },
    access: "web",
    isConcurrent: true,
    async call(input, context) {
      // Loaded at the first page: most runs fetch none.
      const [{ webRequest, webUrl }, { webText }] = await Promise.all([
        import("./web_request.ts"),
        import("./web_text.ts"),
      ]);
      const url = webUrl(requiredText(input, "url").trim());
      const wanted = optionalCount(input, { name: "max_chars", least: 1 });
      const ask = (place: URL) => permit(place, settings, context);
      const answer = await webRequest(url, {
        ...{ grants: settings.grants.web, network: settings.network },
        ...{ ask, signal: context.signal },
      });
      const text = await webText(answer);
      const most = Math.min(wanted ?? DEFAULT_CHARS, MOST_CHARS);
      const notes = answer.isCut ? "\nThe page is longer than 5 MB: this is its beginning" : "";
      const body = cutEnd(text, { most, hint: "raise max_chars, or look for a narrower page" });
      return {
        content: `HTTP ${answer.status} ${answer.url}${notes}\n${asData(answer.url, body)}`,
        value: { url: answer.url, status: answer.status, text: wanted === undefined ? text : text.slice(0, most) },
        ...(answer.isCut ? { cut: `web_fetch gives the first 5 MB of ${answer.url}` } : {}),
      };
    },
  };
}

/** Throws ToolError `denied` unless the user allows this host. */
async function permit(url: URL, settings: Settings, context: ToolContext): Promise<void> {
  const { web, approve } = settings.grants;
  if (!approve.includes("web")) {
    const others = web.length === 0 ? "no host is granted" : `granted are ${web.join(", ")}`;
    throw new ToolError(
      "denied",
      `${url.host} may not be reached: ${others}. The user can grant it with --allow-web=${url.host}; go on without it`,
    );
  }
  const isAllowed = await context.approve({
    tool: "web_fetch",
    access: "web",
    action: `fetch ${url.origin}`,
    detail: url.href,
    scope: `web ${url.host}`,
  });
  if (!isAllowed) throw new ToolError("denied", `${url.host} was not allowed. Go on without it`);
}
