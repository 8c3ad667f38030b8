// odw integrate on real files: what it writes, leaves alone and takes out again.
import assert from "node:assert/strict";
import { parse } from "jsonc-parser";
import { HOST_NAMES, type HostFileChange, type HostScope } from "../../src/hosts.ts";
import { skillText } from "../../src/hosts/texts.ts";
import { parseTomlText } from "../../src/hosts/toml_edit.ts";
import { HostPlace } from "./places.ts";

const REGISTERED: Record<string, Record<HostScope, string>> = {
  opencode: { user: "user/.config/opencode/opencode.json", project: "project/opencode.json" },
  codex: { user: "user/.codex/config.toml", project: "project/.codex/config.toml" },
  antigravity: { user: "user/.gemini/config/mcp_config.json", project: "project/.agents/mcp_config.json" },
  vscode: { user: "user/.config/Code/User/mcp.json", project: "project/.vscode/mcp.json" },
  cursor: { user: "user/.cursor/mcp.json", project: "project/.cursor/mcp.json" },
  claude: { user: "user/.claude.json", project: "project/.mcp.json" },
  gemini: { user: "user/.gemini/settings.json", project: "project/.gemini/settings.json" },
  zed: { user: "user/.config/zed/settings.json", project: "project/.zed/settings.json" },
  copilot: { user: "user/.copilot/mcp-config.json", project: "project/.github/mcp.json" },
};

for (const host of HOST_NAMES) {
  for (const scope of ["user", "project"] as const) {
    Deno.test(`integrate ${host} --${scope} writes registration and skills, twice is as once, --remove leaves nothing`, async () => {
      await using place = await HostPlace.make();
      const before = await place.tree();
      const { changes } = await place.integrate(host, { scope });
      assert.deepEqual(failures(changes), []);
      assert.match(await place.read(REGISTERED[host]?.[scope] ?? ""), /\/opt\/odw\/odw/);
      const root = scope === "user" ? "user" : "project";
      for (const folder of [".agents", ".claude"]) {
        assert.equal(await place.read(`${root}/${folder}/skills/odw/SKILL.md`), skillText());
      }
      const once = await place.tree();
      const again = await place.integrate(host, { scope });
      assert.deepEqual(again.changes.filter(({ status }) => status !== "unchanged"), []);
      assert.deepEqual(await place.tree(), once);
      const removed = await place.integrate(host, { scope, action: "remove" });
      assert.deepEqual(failures(removed.changes), []);
      assert.deepEqual(await place.tree(), before);
    });
  }
}

Deno.test("integrate all and --remove give every file back to the letter, the shared skills with the last host", async () => {
  await using place = await HostPlace.make();
  await place.write("user/.claude.json", '{"numStartups": 3,"mcpServers":{"x":{"command":"x"}}}');
  await place.write("user/.codex/config.toml", "# mine\nmodel = 'x'");
  await place.write("user/.config/zed/settings.json", '// zed\n{\n  "theme": "One",\n}\n');
  await place.write("user/.gemini/settings.json", "");
  const before = await place.tree();
  await place.integrate(HOST_NAMES);
  await place.integrate("claude", { action: "remove" });
  assert.equal(await place.read("user/.agents/skills/odw/SKILL.md"), skillText());
  const { changes } = await place.integrate(HOST_NAMES, { action: "remove" });
  assert.deepEqual(failures(changes), []);
  assert.deepEqual(await place.tree(), before);
});

Deno.test("integrate writes each host's own shape", async () => {
  await using place = await HostPlace.make();
  await place.integrate(HOST_NAMES);
  const json = async (path: string) => parse(await place.read(path));
  const opencode = (await json("user/.config/opencode/opencode.json")).mcp.odw;
  assert.deepEqual([opencode.type, opencode.command, opencode.enabled], ["local", ["/opt/odw/odw", "mcp"], true]);
  const codex = (await parseTomlText(await place.read("user/.codex/config.toml"), "")).value.mcp_servers;
  assert.deepEqual(codex, {
    odw: { command: "/opt/odw/odw", args: ["mcp"], startup_timeout_sec: 20, tool_timeout_sec: 300, required: true },
  });
  const claude = (await json("user/.claude.json")).mcpServers.odw;
  assert.deepEqual([claude.type, claude.alwaysLoad], ["stdio", true]);
  assert.deepEqual((await json("user/.copilot/mcp-config.json")).mcpServers.odw.tools, ["*"]);
  assert.equal((await json("user/.config/Code/User/mcp.json")).servers.odw.type, "stdio");
  assert.equal((await json("user/.config/zed/settings.json")).context_servers.odw.timeout, 300);
});

Deno.test("integrate keeps OpenCode's second shape, and tells a server named servers from it", async () => {
  await using place = await HostPlace.make();
  const second = await place.write(
    "user/.config/opencode/opencode.jsonc",
    '{ // v2\n  "mcp": { "servers": { "a": { "type": "local" } } }\n}\n',
  );
  await place.integrate("opencode");
  const { mcp } = parse(await Deno.readTextFile(second));
  assert.deepEqual(Object.keys(mcp.servers), ["a", "odw"]);
  assert.equal("enabled" in mcp.servers.odw, false);
  await place.write("project/opencode.json", '{ "mcp": { "servers": { "type": "local", "command": ["x"] } } }');
  await place.integrate("opencode", { scope: "project" });
  assert.deepEqual(Object.keys(parse(await place.read("project/opencode.json")).mcp), ["servers", "odw"]);
});

Deno.test("integrate keeps a byte order mark, CRLF and the file's mode, and backs up once", async () => {
  await using place = await HostPlace.make();
  const text = '\uFEFF{\r\n  "servers": {}\r\n}\r\n';
  const path = await place.write("user/.config/Code/User/mcp.json", text);
  await Deno.chmod(path, 0o640);
  const { changes } = await place.integrate("vscode");
  const written = await Deno.readTextFile(path);
  assert.ok(written.startsWith("\uFEFF{\r\n"));
  assert.equal(/[^\r]\n/.test(written), false);
  assert.equal((await Deno.stat(path)).mode! & 0o777, 0o640);
  assert.equal(changes[0]?.backup, `${path}.odw-backup`);
  assert.equal(await Deno.readTextFile(`${path}.odw-backup`), text);
});

Deno.test("integrate follows a symbolic link and leaves it a link", async () => {
  await using place = await HostPlace.make();
  const real = await place.write("dotfiles/claude.json", "{}\n");
  await Deno.symlink("../dotfiles/claude.json", `${place.places.userHome}/.claude.json`);
  await place.integrate("claude");
  assert.ok((await Deno.lstat(`${place.places.userHome}/.claude.json`)).isSymlink);
  assert.equal(parse(await Deno.readTextFile(real)).mcpServers.odw.command, "/opt/odw/odw");
  await place.integrate("claude", { action: "remove" });
  assert.equal(await Deno.readTextFile(real), "{}\n");
});

Deno.test("integrate leaves a read-only file alone and says so", async () => {
  await using place = await HostPlace.make();
  const path = await place.write("user/.cursor/mcp.json", "{}");
  await Deno.chmod(path, 0o444);
  const { changes, steps } = await place.integrate("cursor");
  assert.deepEqual(changes.map(({ status }) => status), ["failed"]);
  assert.match(changes[0]?.detail ?? "", /read-only.*left alone.*make it writable/);
  assert.deepEqual(steps, []);
  assert.equal(await Deno.readTextFile(path), "{}");
});

Deno.test("integrate leaves a file alone that it cannot parse, and goes on with the next host", async () => {
  await using place = await HostPlace.make();
  const path = await place.write("user/.gemini/settings.json", '{\n  "a": ,\n}\n');
  const { changes } = await place.integrate(["gemini", "zed"]);
  assert.match(changes[0]?.detail ?? "", /settings\.json:2:8: not valid JSON/);
  assert.equal(await Deno.readTextFile(path), '{\n  "a": ,\n}\n');
  assert.deepEqual(failures(changes).map(({ host }) => host), ["gemini"]);
});

Deno.test("integrate --dry-run shows the diff and changes nothing", async () => {
  await using place = await HostPlace.make();
  await place.write("user/.codex/config.toml", 'model = "x"\n');
  const before = await place.tree();
  const { changes } = await place.integrate("codex", { dryRun: true });
  assert.match(changes[0]?.diff ?? "", /^ model = "x"\n\+\n\+\[mcp_servers\.odw\]$/m);
  assert.deepEqual(await place.tree(), before);
});

Deno.test("--remove takes out the entry alone when the user has edited the file since", async () => {
  await using place = await HostPlace.make();
  await place.integrate("claude", { scope: "project" });
  const text = await place.read("project/.mcp.json");
  await place.write(
    "project/.mcp.json",
    text.replace('"mcpServers": {', '"mcpServers": {\n    "mine": { "command": "m" },'),
  );
  await place.integrate("claude", { scope: "project", action: "remove" });
  assert.deepEqual(parse(await place.read("project/.mcp.json")), { mcpServers: { mine: { command: "m" } } });
});

Deno.test("--remove takes away containers that odw made, and keeps what came later", async () => {
  await using place = await HostPlace.make();
  await place.integrate("gemini");
  const text = await place.read("user/.gemini/settings.json");
  await place.write("user/.gemini/settings.json", text.replace("{", '{\n  "theme": "dark",'));
  await place.integrate("gemini", { action: "remove" });
  assert.deepEqual(parse(await place.read("user/.gemini/settings.json")), { theme: "dark" });
});

Deno.test("integrate moves an old registration to this executable, and --remove still gives the first file back", async () => {
  await using place = await HostPlace.make();
  await place.write("user/.cursor/mcp.json", '{ "mcpServers": {} }');
  await place.integrate("cursor");
  const moved = { ...place.places, program: ["/new/odw"] };
  const { changes } = await place.integrate("cursor", { places: moved });
  assert.equal(changes[0]?.status, "changed");
  assert.equal(parse(await place.read("user/.cursor/mcp.json")).mcpServers.odw.command, "/new/odw");
  await place.integrate("cursor", { places: moved, action: "remove" });
  assert.equal(await place.read("user/.cursor/mcp.json"), '{ "mcpServers": {} }');
});

Deno.test("a skill that the user has edited stays, at integrate and at --remove", async () => {
  await using place = await HostPlace.make();
  await place.write("user/.claude/skills/odw/SKILL.md", "mine");
  const { changes } = await place.integrate("claude");
  assert.match(changes.find(({ path }) => path.includes(".claude/skills"))?.detail ?? "", /not as odw wrote it/);
  await place.integrate("claude", { action: "remove" });
  assert.equal(await place.read("user/.claude/skills/odw/SKILL.md"), "mine");
});

Deno.test("integrate names set key variables to hosts that pass none on, and a home that is not the usual one", async () => {
  await using place = await HostPlace.make({ OPENAI_API_KEY: "secret-1" });
  const places = { ...place.places, odwHome: `${place.folder}/elsewhere` };
  await place.integrate(["codex", "gemini"], { places });
  const { value } = await parseTomlText(await place.read("user/.codex/config.toml"), "");
  const codex = (value.mcp_servers as Record<string, Record<string, unknown>>).odw;
  assert.deepEqual([codex?.env_vars, codex?.env], [["OPENAI_API_KEY"], { ODW_HOME: places.odwHome }]);
  const gemini = await place.read("user/.gemini/settings.json");
  assert.deepEqual(parse(gemini).mcpServers.odw.env.OPENAI_API_KEY, "$OPENAI_API_KEY");
  assert.equal(gemini.includes("secret-1"), false);
});

function failures(changes: HostFileChange[]): HostFileChange[] {
  return changes.filter(({ status }) => status === "failed");
}
