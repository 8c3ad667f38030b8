// Names of tools: odw's own, and those that models and scripts know from other harnesses.

/** The built-in tools in the order in which they are offered, each with its other names, without case, `_` and `-`. */
const BUILT_IN: Record<string, string[]> = {
  read_file: ["readfile", "read", "view", "viewfile", "openfile", "cat"],
  list_files: ["listfiles", "ls", "list", "listdir", "listdirectory", "readdir"],
  glob: ["glob", "findfiles", "filesearch"],
  grep: ["grep", "search", "searchfiles", "searchcode", "codesearch", "ripgrep", "rg"],
  write_file: ["writefile", "write", "createfile", "create"],
  edit_file: ["editfile", "edit", "multiedit", "strreplace", "strreplaceeditor", "strreplacebasededittool", "replace"],
  apply_patch: ["applypatch", "patch"],
  run_command: [
    "runcommand",
    "bash",
    "runbash",
    "shell",
    "localshell",
    "powershell",
    "exec",
    "execcommand",
    "terminal",
  ],
  git: ["git"],
  web_fetch: ["webfetch", "fetch", "fetchurl"],
  web_search: ["websearch"],
};

/** Tools that other harnesses have for themselves: known, so no mistake of the author's, and without a counterpart here. */
const ABSENT = new Set(
  ("agent task taskcreate taskget tasklist taskoutput taskstop taskupdate todoread todowrite notebookread notebookedit " +
    "enterplanmode exitplanmode enterworktree exitworktree killshell killbash bashoutput slashcommand skill " +
    "askuserquestion toolsearch structuredoutput sendmessage lsp listmcpresources listmcpresourcestool " +
    "readmcpresource readmcpresourcetool updateplan viewimage workflow schedulewakeup monitor teamcreate teamdelete")
    .split(" "),
);

export const BUILT_IN_NAMES: readonly string[] = Object.keys(BUILT_IN);

/** What a written name stands for. */
export type NamedTool =
  | { kind: "built-in"; name: string }
  | { kind: "mcp"; name: string }
  /** All tools of a server. */
  | { kind: "mcp-server"; server: string }
  | { kind: "all" }
  | { kind: "absent" }
  | { kind: "unknown" };

/** `servers`: names of the configured MCP servers, as their tools begin. */
export function namedTool(written: string, servers: string[]): NamedTool {
  // `Bash(git:*)` limits a tool of another harness: what may run here is decided by the grants.
  const base = written.trim().replace(/\s*\(.*\)$/s, "");
  if (base === "*") return { kind: "all" };
  const plain = base.toLowerCase().replace(/[_-]/g, "");
  const found = BUILT_IN_NAMES.find((name) => BUILT_IN[name]!.includes(plain));
  if (found) return { kind: "built-in", name: found };
  if (ABSENT.has(plain)) return { kind: "absent" };
  return mcpName(base, servers);
}

function mcpName(base: string, servers: string[]): NamedTool {
  const isForeign = /^mcp__/i.test(base);
  const name = isForeign ? base.slice("mcp__".length) : base;
  const server = servers.find((known) => isForeign && name === known || name.startsWith(`${known}__`));
  if (server === undefined) return { kind: "unknown" };
  const tool = name.slice(server.length + 2);
  return tool === "" || tool === "*" ? { kind: "mcp-server", server } : { kind: "mcp", name };
}
