// What a script would need beyond what was granted, as the flags that would grant it.
import type { Settings } from "../config.ts";
import type { Tools } from "../tool.ts";

const WRITING: ReadonlySet<string> = new Set(["write_file", "edit_file", "apply_patch", "Write", "Edit", "MultiEdit"]);
const RUNNING: ReadonlySet<string> = new Set(["run_command", "run_bash", "runBash", "Bash"]);
const WEB: ReadonlySet<string> = new Set(["web_fetch", "web_search", "WebFetch", "WebSearch"]);

/** `names`: tools as the script writes them. Each flag once. */
export function wantedFlags(
  names: string[],
  { settings, tools, testCommand }: { settings: Settings; tools: Tools; testCommand: string | null },
): string[] {
  const { grants } = settings;
  const flags = names.flatMap((written) => {
    const name = tools.canonicalName(written) ?? written;
    if (WRITING.has(name)) return grants.write.length > 0 ? [] : ["--allow-write"];
    if (RUNNING.has(name)) {
      return grants.run.length > 0 ? [] : [`--allow-run=${testCommand?.split(" ")[0] ?? "<command>"}`];
    }
    if (WEB.has(name)) return grants.web.length > 0 ? [] : ["--allow-web=<host>"];
    const server = /^(?:mcp__)?([\w-]+?)__/.exec(name)?.[1];
    return server === undefined || grants.mcp.includes(server) || grants.mcp.includes("*")
      ? []
      : [`--allow-mcp=${server}`];
  });
  return [...new Set(flags)];
}
