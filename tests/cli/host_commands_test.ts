// integrate, doctor and init from the command line.
import assert from "node:assert/strict";
import { parse } from "jsonc-parser";
import { runCli } from "../../src/cli/cli.ts";
import { HostPlace } from "../hosts/places.ts";
import { createFakeEngine } from "./fake_engine.ts";
import { cli, type FakeWorld, fakeWorld, type FakeWorldOptions } from "./fake_world.ts";

Deno.test("odw integrate refuses an unknown host and two scopes at once", async () => {
  const unknown = await cli(["integrate", "claud"], { env: { HOME: "/nowhere" } });
  assert.equal(unknown.code, 2);
  assert.match(unknown.err, /no host "claud"; did you mean claude\?; use one of: opencode, codex/);
  const both = await cli(["integrate", "claude", "--user", "--project"], { env: { HOME: "/nowhere" } });
  assert.deepEqual([both.code, /exclude each other/.test(both.err)], [2, true]);
});

Deno.test("odw integrate needs a home and says which variable names it", async () => {
  const { code, err } = await cli(["integrate", "claude"]);
  assert.equal(code, 2);
  assert.match(err, /neither HOME nor USERPROFILE is set/);
});

Deno.test("odw integrate shows the diff and the next step, and exits with 1 when a file was left alone", async () => {
  await using place = await HostPlace.make();
  const env = { HOME: place.places.userHome };
  const { code, out } = await cli(["integrate", "gemini"], { env });
  assert.equal(code, 0);
  assert.match(out, /created +registration .*settings\.json\n[^]*\+ +"odw": \{\n[^]*next +trust the folders/);
  assert.equal(out.includes("\x1b"), false);
  await place.write("user/.claude.json", "nonsense");
  const broken = await cli(["integrate", "claude"], { env });
  assert.equal(broken.code, 1);
  assert.match(broken.out, /failed +registration .*\.claude\.json:1:1/);
});

Deno.test("odw integrate colours the diff in a terminal", async () => {
  await using place = await HostPlace.make();
  const { out } = await cli(["integrate", "zed", "--dry-run"], {
    env: { HOME: place.places.userHome },
    stdoutIsTerminal: true,
  });
  assert.ok(out.includes('\x1b[32m+  "context_servers"'));
  assert.deepEqual(await place.tree(), { user: "", project: "" });
});

Deno.test("odw integrate --json prints every change and step", async () => {
  await using place = await HostPlace.make();
  const { out } = await cli(["integrate", "claude", "--json", "--dry-run"], { env: { HOME: place.places.userHome } });
  const printed = JSON.parse(out);
  assert.equal(printed.dryRun, true);
  assert.deepEqual(printed.changes.map((one: { kind: string }) => one.kind), [
    "registration",
    "skill",
    "skill",
    "command",
  ]);
});

Deno.test("odw doctor prints findings with repairs, and exits with 1 for an error", async () => {
  await using place = await HostPlace.make();
  const { code, out, err } = await cli(["doctor", "codex"], { env: { HOME: place.places.userHome } });
  assert.equal(code, 1);
  assert.match(out, /error +host codex: Codex does not know odw\n +mend it: odw integrate codex\n/);
  assert.match(err, /1 error, 0 warnings/);
});

Deno.test("odw doctor --json goes on when the configuration cannot be read", async () => {
  await using place = await HostPlace.make();
  const { code, out } = await cli(["doctor", "--json"], {
    env: { HOME: place.places.userHome },
    connectError: new Error("/h/config.json:3:5: a mistake"),
  });
  assert.equal(code, 1);
  const config = JSON.parse(out).find((one: { check: string }) => one.check === "config");
  assert.deepEqual([config.status, config.detail], ["error", "/h/config.json:3:5: a mistake"]);
});

Deno.test("odw init without a terminal says what to do instead", async () => {
  const { code, err } = await cli(["init"], { env: { HOME: "/nowhere" } });
  assert.equal(code, 2);
  assert.match(err, /no terminal here.*ANTHROPIC_API_KEY.*config\.json.*odw integrate/);
});

Deno.test("odw init writes provider and model, private, and registers the hosts it finds", async () => {
  await using place = await HostPlace.make();
  await place.write("user/.cursor/x", "");
  const world = terminal(place, ["1", "", "y"], { ANTHROPIC_API_KEY: "secret-1" });
  assert.equal(await runCli(["init"], world), 0, world.stderr.text);
  const path = `${place.places.odwHome}/config.json`;
  const text = await Deno.readTextFile(path);
  assert.deepEqual(parse(text).providers, { anthropic: { apiKeyEnv: "ANTHROPIC_API_KEY" } });
  assert.deepEqual(parse(text).models, { default: "anthropic/claude-x" });
  assert.match(text, /\/\/ Where models are/);
  assert.equal(text.includes("secret-1"), false);
  assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
  assert.equal((await Deno.stat(place.places.odwHome)).mode! & 0o777, 0o700);
  assert.equal(parse(await place.read("user/.cursor/mcp.json")).mcpServers.odw.command, "/opt/odw");
  assert.equal(world.closedInputs, 1);
});

Deno.test("odw init keeps a configuration that is there unless it is told to replace it, and then a copy", async () => {
  await using place = await HostPlace.make();
  const path = await place.write("user/.odw/config.json", '{ "mine": 1 }');
  const kept = terminal(place, ["n"], {}, path);
  assert.equal(await runCli(["init"], kept), 0);
  assert.equal(await Deno.readTextFile(path), '{ "mine": 1 }');
  const replaced = terminal(place, ["y", "openai", "MY_KEY", "gpt-x"], {}, path);
  assert.equal(await runCli(["init"], replaced), 0, replaced.stderr.text);
  const written = parse(await Deno.readTextFile(path));
  assert.deepEqual(written.providers, { openai: { apiKeyEnv: "MY_KEY" } });
  assert.deepEqual(written.models, { default: "openai/gpt-x" });
  assert.equal(await Deno.readTextFile(`${path}.odw-backup`), '{ "mine": 1 }');
});

Deno.test("odw init takes a server of one's own", async () => {
  await using place = await HostPlace.make();
  const world = terminal(place, ["other", "http://127.0.0.1:8123/v1", "none", "my-model"]);
  assert.equal(await runCli(["init"], world), 0, world.stderr.text);
  const { providers, models } = parse(await place.read("user/.odw/config.json"));
  assert.deepEqual(providers, { server: { api: "openai-chat", baseUrl: "http://127.0.0.1:8123/v1" } });
  assert.deepEqual(models, { default: "server/my-model" });
});

Deno.test("odw init ends when the input ends, and writes nothing before a provider is chosen", async () => {
  await using place = await HostPlace.make();
  const world = terminal(place, [null]);
  assert.equal(await runCli(["init"], world), 130);
  assert.deepEqual(await place.tree(), { user: "", project: "" });
});

function terminal(
  place: HostPlace,
  lines: (string | null)[],
  env: Record<string, string> = {},
  config?: string,
): FakeWorld {
  const options: FakeWorldOptions = {
    engine: createFakeEngine({
      models: [{ provider: "anthropic", models: [{ id: "anthropic/claude-x", price: null }] }],
    }),
    stdinIsTerminal: true,
    stderrIsTerminal: true,
    env: { HOME: place.places.userHome, OLLAMA_HOST: "127.0.0.1:9", NO_COLOR: "1", ...env },
    ...(config ? { files: { [config]: "" } } : {}),
  };
  const world = fakeWorld(options);
  for (const line of lines) world.type(line);
  return world;
}
