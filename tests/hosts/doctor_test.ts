// odw doctor: what it finds on machines that were made wrong on purpose.
import assert from "node:assert/strict";
import type { ProviderSettings, Settings } from "../../src/config.ts";
import { OdwError } from "../../src/errors.ts";
import type { Finding, HostPlaces } from "../../src/hosts.ts";
import { examineHosts } from "../../src/hosts/examine_hosts.ts";
import { examineMachine } from "../../src/hosts/examine_machine.ts";
import { examineOllama } from "../../src/hosts/examine_providers.ts";
import { findingsOf } from "../../src/hosts/finding.ts";
import type { ProviderModels } from "../../src/provider.ts";
import { NO_GRANTS } from "../no_tools.ts";
import { HostPlace } from "./places.ts";

const ANTHROPIC: ProviderSettings = {
  name: "anthropic",
  api: "anthropic-messages",
  baseUrl: "http://127.0.0.1:9",
  apiKey: "k",
  missingKey: null,
  headers: {},
  concurrency: 1,
  version: null,
  local: false,
  quirks: {},
};

Deno.test("doctor finds no registration of a host that was named, and says how to make one", async () => {
  await using place = await HostPlace.make();
  assert.deepEqual(await hostFindings(place, "codex"), [{
    check: "host codex",
    status: "error",
    detail: "Codex does not know odw",
    repair: "odw integrate codex",
  }]);
});

Deno.test("doctor without a name passes over hosts of which there is no sign", async () => {
  await using place = await HostPlace.make();
  await place.write("user/.cursor/x", "");
  const findings = await examineHosts({ hosts: ["codex", "cursor"], places: place.places, named: false });
  assert.deepEqual(findings.map(({ check, status }) => [check, status]), [["host cursor", "warning"]]);
});

Deno.test("doctor finds a registration right, gone, of another odw, switched off, or unreadable", async () => {
  await using place = await HostPlace.make();
  const odw = await place.write("opt/odw", "");
  const other = await place.write("opt/other", "");
  place.places.program = [odw];
  await place.integrate("cursor");
  assert.equal((await hostFindings(place, "cursor"))[0]?.status, "ok");
  const text = await place.read("user/.cursor/mcp.json");
  const changed = async (next: string) => {
    await place.write("user/.cursor/mcp.json", next);
    return (await hostFindings(place, "cursor"))[0];
  };
  const gone = await changed(text.replace(odw, "/nowhere/odw"));
  assert.deepEqual([gone?.status, gone?.repair], ["error", "odw integrate cursor --user"]);
  assert.match(gone?.detail ?? "", /no such program/);
  assert.match((await changed(text.replace(odw, other)))?.detail ?? "", /this odw is/);
  const off = await changed(text.replace('"args"', '"disabled": true, "args"'));
  assert.match(off?.detail ?? "", /switched off/);
  const broken = await changed("{\n  nonsense\n}");
  assert.equal(broken?.status, "error");
  assert.match(broken?.detail ?? "", /mcp\.json:2:3/);
});

Deno.test("doctor tells the trust that is missing in each host, and sees when it is there", async () => {
  await using place = await HostPlace.make();
  const { project } = place.places;
  const hosts = ["codex", "claude", "gemini", "copilot"] as const;
  place.places.program = [await place.write("opt/odw", "")];
  await place.integrate(hosts, { scope: "project" });
  const statuses = async () => {
    const findings = await examineHosts({ hosts, places: place.places, named: true });
    return findings.map(({ check, status }) => `${check.slice(5)} ${status}`);
  };
  assert.deepEqual(await statuses(), hosts.flatMap((host) => [`${host} ok`, `${host} warning`]));
  await place.write("user/.codex/config.toml", `[projects."${project}"]\ntrust_level = "trusted"\n`);
  await place.write(
    "user/.claude.json",
    JSON.stringify({ projects: { [project]: { enabledMcpjsonServers: ["odw"] } } }),
  );
  await place.write("user/.gemini/trustedFolders.json", JSON.stringify({ [place.folder]: "TRUST_FOLDER" }));
  await place.write("user/.copilot/config.json", JSON.stringify({ trusted_folders: [project] }));
  assert.deepEqual(await statuses(), hosts.map((host) => `${host} ok`));
});

for (
  const [name, output, status] of [
    ["connected", "✓ odw  /opt/odw mcp - connected", "ok"],
    ["connected behind its name", "odw: /opt/odw mcp - ✔ Connected", "ok"],
    ["waiting for approval", "odw: /opt/odw mcp - ⏸ Pending approval", "warning"],
    ["not connected", "✗ odw: /opt/odw mcp - Disconnected", "error"],
    ["not listed", "✓ other: /opt/odw/other - Connected", "error"],
  ] as const
) {
  Deno.test(`doctor runs the host's own list command: ${name}`, async () => {
    await using place = await HostPlace.make({ PATH: "" });
    const program = await place.write("bin/claude", `#!/bin/sh\necho '${output}'\n`);
    await Deno.chmod(program, 0o755);
    place.places.env = (name) => name === "PATH" ? `${place.folder}/bin` : undefined;
    place.places.program = [await place.write("opt/odw", "")];
    await place.integrate("claude");
    const findings = await hostFindings(place, "claude");
    assert.deepEqual(findings.map((finding) => finding.status), ["ok", status]);
    assert.match(findings[1]?.detail ?? "", /^claude mcp list/);
  });
}

Deno.test("doctor tells a configuration's mistake with its line, and looks at the rest all the same", async () => {
  await using place = await HostPlace.make();
  const findings = await machine(place.places, new OdwError("config", "/h/config.json:3:5: there is a word"));
  assert.deepEqual(findings.find(({ check }) => check === "config")?.status, "error");
  assert.match(findings.find(({ check }) => check === "config")?.detail ?? "", /config\.json:3:5/);
  assert.ok(findings.some(({ check }) => check === "disk"));
});

Deno.test("doctor finds a home and a key file that others can read", async () => {
  await using place = await HostPlace.make();
  const path = await place.write("user/.odw/config.json", "{}");
  await Deno.chmod(path, 0o644);
  await Deno.chmod(place.places.odwHome, 0o755);
  const repairs = (await machine(place.places, settings({}))).filter(({ check }) => check === "home").map((one) =>
    one.repair
  );
  assert.deepEqual(repairs, [`chmod 700 ${place.places.odwHome}`, `chmod 600 ${path}`]);
});

Deno.test("doctor finds a refused key, a missing key and a model that is not offered", async () => {
  await using place = await HostPlace.make();
  const missing = { ...ANTHROPIC, name: "openai", apiKey: null, missingKey: "set OPENAI_API_KEY" };
  const found = async (list: Partial<ProviderModels>, models: Record<string, string>) =>
    await machine(place.places, settings({ providers: [ANTHROPIC, missing], models }), [{
      provider: "anthropic",
      models: [],
      ...list,
    }]);
  const refused = await found({ error: "anthropic refused the key (401)" }, { default: "claude-x" });
  assert.deepEqual(about(refused, "provider anthropic"), ["error", "give anthropic a valid key"]);
  const keyless = await found({}, { default: "openai/gpt-x" });
  assert.deepEqual(about(keyless, "provider openai"), ["error", "set OPENAI_API_KEY"]);
  const offered = { models: [{ id: "anthropic/claude-y", price: null }] } as unknown as Partial<ProviderModels>;
  assert.equal(about(await found(offered, { default: "claude-x" }), "model default")[0], "error");
  assert.deepEqual(about(await found(offered, { default: "claude-y" }), "model default"), []);
});

Deno.test("doctor tells Ollama's version, models and a context that is small", async () => {
  const answers: Record<string, unknown> = {
    "/api/version": { version: "0.20.1" },
    "/api/tags": { models: [{ name: "qwen3:8b" }] },
    "/api/ps": { models: [{ name: "qwen3:8b", context_length: 4096 }] },
  };
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => Response.json(answers[new URL(request.url).pathname] ?? null),
  );
  const ollama: ProviderSettings = {
    ...ANTHROPIC,
    name: "ollama",
    api: "ollama-chat",
    baseUrl: `http://127.0.0.1:${server.addr.port}`,
    local: true,
  };
  const findings = await examineOllama(settings({ providers: [ollama] }), new AbortController().signal);
  assert.deepEqual(findings.map(({ status }) => status), ["ok", "warning"]);
  assert.match(findings[0]?.detail ?? "", /Ollama 0\.20\.1 .* 1 model: qwen3:8b/);
  assert.match(findings[1]?.detail ?? "", /4096 tokens/);
  const gone = { ...ollama, baseUrl: "http://127.0.0.1:9" };
  const needed = await examineOllama(
    settings({ providers: [gone], models: { default: "ollama/q" } }),
    new AbortController().signal,
  );
  assert.equal(needed[0]?.status, "error");
});

Deno.test("a check that takes too long, or fails, is a finding and holds up nothing", async () => {
  const hangs = await findingsOf("slow", { timeoutMs: 1, examine: () => new Promise(() => {}) });
  assert.match(hangs[0]?.detail ?? "", /no answer within/);
  const fails = await findingsOf("broken", { timeoutMs: 1000, examine: () => Promise.reject(new Error("no")) });
  assert.match(fails[0]?.detail ?? "", /could not be looked at: no/);
});

function hostFindings(place: HostPlace, host: "codex" | "cursor" | "claude"): Promise<Finding[]> {
  return examineHosts({ hosts: [host], places: place.places, named: true });
}

function machine(places: HostPlaces, settings: Settings | Error, lists: ProviderModels[] = []): Promise<Finding[]> {
  return examineMachine({ places, version: "0.1.0", settings, warnings: [], models: () => Promise.resolve(lists) });
}

function about(findings: Finding[], check: string): unknown[] {
  return findings.filter((one) => one.check === check).flatMap(({ status, repair }) => [status, repair]);
}

function settings(part: Partial<Settings>): Settings {
  return {
    home: "/h",
    cwd: "/p",
    userHome: "/u",
    repositoryRoot: null,
    providers: [],
    models: {},
    routes: [],
    limits: { concurrency: 16, agents: 1000, tokens: null, costUsd: null, timeoutMs: null, hard: false },
    prices: {},
    script: {
      clock: "forbidden",
      pipelineNull: "end",
      nesting: 1,
      limits: { memoryBytes: 1, stackBytes: 1, sliceMs: 1 },
    },
    agent: { schemaAttempts: 5, retries: 4, stallAttempts: 3, stallMs: 180_000, maxTokens: 8192, warmCache: true },
    simulated: false,
    ...NO_GRANTS,
    ...part,
  };
}

Deno.test("doctor says where a coding agent's own model can be used, and calls no key missing", async () => {
  await using place = await HostPlace.make();
  const host = {
    ...ANTHROPIC,
    name: "host",
    api: "mcp-sampling" as const,
    apiKey: null,
    missingKey: "no coding agent",
  };
  const models = { default: "host:default", fast: "host/mini" };
  const findings = await machine(place.places, settings({ providers: [host], models }));
  assert.equal(findings.find(({ check }) => check === "provider host"), undefined);
  const found = findings.find(({ check }) => check === "host model");
  assert.match(
    `${found?.status}: ${found?.detail}`,
    /^warning: models\.default, models\.fast are a coding agent's own/,
  );
});
