// Where hosts keep their files on systems that this test does not run on.
import assert from "node:assert/strict";
import type { HostName, HostPlaces, HostScope } from "../../src/hosts.ts";
import { HOSTS } from "../../src/hosts/host_table.ts";
import { ownFiles } from "../../src/hosts/own_files.ts";
import { serverStart } from "../../src/hosts/server_start.ts";
import { skillText } from "../../src/hosts/texts.ts";

const MAC: HostPlaces = {
  os: "darwin",
  env: () => undefined,
  userHome: "/Users/me",
  odwHome: "/Users/me/.odw",
  project: "/Users/me/p",
  program: ["/usr/local/bin/odw"],
};
const WINDOWS: HostPlaces = {
  os: "windows",
  env: (name) => name === "APPDATA" ? "C:\\Users\\me\\AppData\\Roaming" : undefined,
  userHome: "C:\\Users\\me",
  odwHome: "C:\\Users\\me\\.odw",
  project: "D:\\p",
  program: ["C:\\Program Files\\odw\\odw.exe"],
};

Deno.test("VS Code's profile lies where each system keeps it", () => {
  assert.equal(file("vscode", MAC, "user"), "/Users/me/Library/Application Support/Code/User/mcp.json");
  assert.equal(file("vscode", WINDOWS, "user"), "C:\\Users\\me\\AppData\\Roaming\\Code\\User\\mcp.json");
  assert.equal(file("vscode", WINDOWS, "project"), "D:\\p\\.vscode\\mcp.json");
});

Deno.test("Zed's settings lie in the roaming profile of Windows, and below .config elsewhere", () => {
  assert.equal(file("zed", WINDOWS, "user"), "C:\\Users\\me\\AppData\\Roaming\\Zed\\settings.json");
  assert.equal(file("zed", MAC, "user"), "/Users/me/.config/zed/settings.json");
});

Deno.test("a folder that a variable moves is found where it was moved to", () => {
  const moved = {
    ...MAC,
    env: (name: string) => ({ CODEX_HOME: "/c", CLAUDE_CONFIG_DIR: "/d", XDG_CONFIG_HOME: "/x" })[name],
  };
  assert.equal(file("codex", moved, "user"), "/c/config.toml");
  assert.equal(file("claude", moved, "user"), "/d/.claude.json");
  assert.equal(file("opencode", moved, "user"), "/x/opencode/opencode.json");
});

Deno.test("every path of every host is absolute on every system", () => {
  for (const places of [MAC, WINDOWS]) {
    const start = places.os === "windows" ? /^[CD]:\\/ : /^\/Users\/me\//;
    for (const spec of Object.values(HOSTS)) {
      for (const scope of ["user", "project"] as const) {
        const paths = [...spec.files(places, scope), ...ownFiles(spec.name, places, scope).map(({ path }) => path)];
        assert.deepEqual(paths.filter((path) => !start.test(path)), []);
      }
    }
  }
});

Deno.test("a server is started by the absolute path of the executable, from source with Deno's words", () => {
  assert.deepEqual(serverStart(WINDOWS).command, "C:\\Program Files\\odw\\odw.exe");
  assert.deepEqual(serverStart(WINDOWS).args, ["mcp"]);
  const source = { ...MAC, program: ["/bin/deno", "run", "/src/main.ts"] };
  assert.deepEqual(serverStart(source).args, ["run", "/src/main.ts", "mcp"]);
  assert.deepEqual(serverStart(MAC).env, {});
});

Deno.test("the skill has the head that hosts want, within their limits", () => {
  const text = skillText();
  const head = /^---\nname: odw\ndescription: (.*)\n---\n/.exec(text);
  assert.ok(head && (head[1]?.length ?? 0) <= 1024);
  for (const tool of ["workflow_list", "workflow_plan", "workflow_start", "workflow_wait", "workflow_result"]) {
    assert.ok(text.includes(tool), tool);
  }
  assert.ok(text.includes("export const meta"));
});

function file(host: HostName, places: HostPlaces, scope: HostScope): string | undefined {
  return HOSTS[host].files(places, scope)[0];
}
