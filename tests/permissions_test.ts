// What a command may touch: nothing but what it needs.
import assert from "node:assert/strict";
import type { ProviderSettings, Settings } from "../src/config.ts";
import { exposesHome, intersect, type Permissions, permissionsFor, workerPermissions } from "../src/permissions.ts";
import { NO_GRANTS } from "./no_tools.ts";

function settingsWith(providers: Partial<ProviderSettings>[], places: Partial<Settings> = {}): Settings {
  const complete = providers.map((provider): ProviderSettings => ({
    name: "p",
    api: "openai-chat",
    baseUrl: "",
    apiKey: null,
    missingKey: null,
    headers: {},
    concurrency: 1,
    version: null,
    local: false,
    quirks: {},
    ...provider,
  }));
  return {
    home: "/users/u/.odw",
    cwd: "/r/a",
    repositoryRoot: "/r",
    userHome: "/users/u",
    providers: complete,
    models: {},
    routes: [],
    limits: { concurrency: 1, agents: 1, tokens: null, costUsd: null, timeoutMs: null, hard: false },
    prices: {},
    script: {
      clock: "forbidden",
      pipelineNull: "end",
      nesting: 1,
      limits: { memoryBytes: 1, stackBytes: 1, sliceMs: 1 },
    },
    agent: { schemaAttempts: 1, retries: 1, stallAttempts: 1, stallMs: 1, maxTokens: 1, warmCache: false },
    simulated: false,
    ...NO_GRANTS,
    ...places,
  };
}

const URLS = ["https://api.example/v1", "http://h.example", "http://[::1]:1234/v1", "https://h.example:8443/x"];
const HOSTS = ["api.example:443", "h.example:80", "[::1]:1234", "h.example:8443"];

Deno.test("a command that calls no provider has no network", () => {
  const settings = settingsWith([{ baseUrl: URLS[0]! }]);
  assert.deepEqual(permissionsFor({ providers: false }, settings).net, []);
});

Deno.test("hosts of providers whose key is missing are out of reach, as is the simulated provider's", () => {
  const settings = settingsWith([{ baseUrl: URLS[0]!, missingKey: "set KEY" }, { api: "simulated" }, {
    baseUrl: URLS[1]!,
  }]);
  assert.deepEqual(permissionsFor({ providers: true }, settings).net, ["h.example:80"]);
});

Deno.test("hosts carry their port, the scheme's when none is named, IPv6 in brackets, each once", () => {
  const settings = settingsWith([...URLS, URLS[0]!].map((baseUrl) => ({ baseUrl })));
  assert.deepEqual(permissionsFor({ providers: true }, settings).net, HOSTS);
});

const DATABASE = [
  "/users/u/.odw/odw.db",
  "/users/u/.odw/odw.db-wal",
  "/users/u/.odw/odw.db-shm",
  "/users/u/.odw/odw.db-journal",
  "/users/u/.odw/backups",
];

Deno.test("writing is granted in odw's database and worktrees only, and no other kind is granted at all", () => {
  const { net: _net, read: _read, write, ...rest } = permissionsFor({ providers: true }, settingsWith([]));
  assert.deepEqual(write, [...DATABASE, "/users/u/.odw/worktrees"]);
  const reading = permissionsFor({ providers: false }, settingsWith([]));
  const outside = permissionsFor({ providers: true }, settingsWith([], { repositoryRoot: null }));
  assert.deepEqual([reading.write, outside.write], [DATABASE, DATABASE]);
  assert.deepEqual(rest, { run: [], env: [], sys: [], ffi: [], import: [] });
});

Deno.test("reading is granted in the workspace, the home, and the definition folders up to the repository root", () => {
  const { read } = permissionsFor({ providers: true }, settingsWith([]));
  assert.deepEqual(read, [
    "/r/a",
    ...DATABASE,
    "/users/u/.odw/worktrees",
    "/users/u/.odw/workflows",
    "/r/.odw/workflows",
    "/r/.claude/workflows",
    "/r/.odw/agents",
    "/r/.claude/agents",
    "/users/u/.claude/workflows",
    "/users/u/.odw/agents",
    "/users/u/.claude/agents",
  ]);
});

Deno.test("without a repository or a user's home there is nothing to read above the workspace", () => {
  for (const repositoryRoot of [null, "/elsewhere"]) {
    const { read } = permissionsFor({ providers: true }, settingsWith([], { repositoryRoot, userHome: "" }));
    const worktrees = repositoryRoot === null ? [] : ["/users/u/.odw/worktrees"];
    assert.deepEqual(read, ["/r/a", ...DATABASE, ...worktrees, "/users/u/.odw/workflows"]);
  }
});

Deno.test("Windows paths lead up to their repository root too", () => {
  const places = { cwd: "C:\\r\\a\\b", repositoryRoot: "C:\\r", userHome: "" };
  const { read } = permissionsFor({ providers: true }, settingsWith([], places));
  assert.ok(read.includes("C:\\r\\a/.odw/workflows") && read.includes("C:\\r/.claude/agents"), read.join(" "));
  assert.equal(read.length, 1 + DATABASE.length + 2 + 2 * 4);
});

Deno.test("odw's config.json, its token and its home as a whole are never granted", () => {
  const wide = { write: ["/r/a"], run: ["*"], web: ["*"], mcp: [], approve: ["write", "run", "web", "mcp"] as const };
  const settings = settingsWith([], { grants: { ...wide, approve: [...wide.approve] } });
  for (const need of [{ providers: true }, { providers: false }, { providers: false, mayMerge: true }]) {
    const { read, write } = permissionsFor(need, settings);
    for (const secret of ["/users/u/.odw/config.json", "/users/u/.odw/token"]) {
      assert.ok(![...read, ...write].some((path) => secret === path || secret.startsWith(`${path}/`)), secret);
    }
  }
});

Deno.test("each grant adds exactly its own, and only to commands that run agents", () => {
  const given = (grants: Partial<Settings["grants"]>, more: Partial<Settings> = {}) => {
    const settings = settingsWith([], { grants: { ...NO_GRANTS.grants, ...grants }, ...more });
    assert.deepEqual(
      permissionsFor({ providers: false }, settings),
      permissionsFor({ providers: false }, settingsWith([])),
    );
    return added(permissionsFor({ providers: true }, settings), permissionsFor({ providers: true }, settingsWith([])));
  };
  assert.deepEqual(given({ write: ["/r/a/src"] }), { write: ["/r/a/src"] });
  assert.deepEqual(given({ web: ["docs.example", "*.example.com"] }), { net: ["docs.example", "*.example.com"] });
  assert.deepEqual(given({ web: ["*"] }), { net: ["*"] });
  assert.deepEqual(given({ run: ["*", "npm"] }), {});
  assert.deepEqual(given({ approve: ["write"] }), { write: ["/r/a"] });
  assert.deepEqual(given({ approve: ["web"] }), { net: ["*"] });
  assert.deepEqual(given({ approve: ["run", "mcp"] }), {});
  const mcpServers = { far: { url: "https://mcp.example/x" }, near: { command: "server" } };
  assert.deepEqual(given({ mcp: ["far", "near"] }, { mcpServers }), { net: ["mcp.example:443"] });
  const tools = { searchUrl: "http://search.example/?q={query}", environment: {} };
  assert.deepEqual(given({}, { tools }), { net: ["search.example:80"] });
});

Deno.test("any host becomes Deno's own word for it, and is lost where this process has less", () => {
  const grants = { ...NO_GRANTS.grants, web: ["*"] };
  const wanted = permissionsFor({ providers: true }, settingsWith([{ baseUrl: URLS[0]! }], { grants }));
  assert.equal(workerPermissions(wanted).net, true);
  const { permissions, lost } = intersect(wanted, (_kind, value) => value !== "*");
  assert.deepEqual(permissions.net, ["api.example:443"]);
  assert.deepEqual(workerPermissions(permissions).net, ["api.example:443"]);
  assert.deepEqual(lost, ["network access to any host"]);
});

Deno.test("exposesHome() tells when odw's home lies in the workspace", () => {
  assert.ok(exposesHome({ cwd: "/users/u", home: "/users/u/.odw" }));
  assert.ok(exposesHome({ cwd: "/users/u/.odw", home: "/users/u/.odw" }));
  assert.ok(!exposesHome({ cwd: "/users/u/.odw-work", home: "/users/u/.odw" }));
});

Deno.test("Deno takes the permissions as they are, and refuses every other host", async () => {
  const wanted = permissionsFor({ providers: true }, settingsWith(URLS.map((baseUrl) => ({ baseUrl }))));
  const states = await askInWorker(wanted, [...HOSTS, "other.example:443", "h.example:81", "[::1]:1235"]);
  assert.deepEqual(states, [...HOSTS.map(() => "granted"), "denied", "denied", "denied"]);
});

Deno.test("intersect() passes on what this process has and names what it lacks", () => {
  const wanted = permissionsFor({ providers: true }, settingsWith([{ baseUrl: URLS[0]! }, { baseUrl: URLS[2]! }]));
  const isGranted = (kind: string, value: string) => kind === "net" ? value.startsWith("[::1]") : value !== "/r/a";
  const { permissions, lost } = intersect(wanted, isGranted);
  assert.deepEqual(permissions.net, ["[::1]:1234"]);
  assert.ok(!permissions.read.includes("/r/a") && permissions.read.includes("/users/u/.odw/odw.db"));
  assert.deepEqual(lost, ["network access to api.example:443", "permission to read /r/a"]);
  assert.deepEqual(wanted.net.length, 2);
  assert.deepEqual(intersect(wanted, () => true), { permissions: wanted, lost: [] });
});

function added(permissions: Permissions, before: Permissions): Partial<Permissions> {
  const kinds = Object.keys(permissions) as (keyof Permissions)[];
  const more = kinds.map((kind) => [kind, permissions[kind].filter((item) => !before[kind].includes(item))] as const);
  return Object.fromEntries(more.filter(([, items]) => items.length > 0));
}

/** The state of net permissions in a worker that was given `permissions`. */
async function askInWorker(permissions: Permissions, hosts: string[]): Promise<string[]> {
  const source = `self.onmessage = ({ data }) => self.postMessage(
    data.map((host) => Deno.permissions.querySync({ name: "net", host }).state).map((s) => s === "prompt" ? "denied" : s));`;
  const url = `data:text/javascript,${encodeURIComponent(source)}`;
  const worker = new Worker(url, { type: "module", deno: { permissions } });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data as string[]);
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage(hosts);
    });
  } finally {
    worker.terminate();
  }
}

Deno.test("a run on the host's model may reach the one address that lends it", () => {
  const lent = { name: "host", api: "mcp-sampling" as const, baseUrl: "http://127.0.0.1:40123", apiKey: "t" };
  const { net } = permissionsFor({ providers: true }, settingsWith([lent]));
  assert.deepEqual(net, ["127.0.0.1:40123"]);
  const missing = { ...lent, baseUrl: "", apiKey: null, missingKey: "no coding agent" };
  assert.deepEqual(permissionsFor({ providers: true }, settingsWith([missing])).net, []);
});
