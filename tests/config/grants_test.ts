// What a run may do: from the user's own file and the flags, and from nowhere else.
import assert from "node:assert/strict";
import type { GrantFlags } from "../../src/config.ts";
import { temporaryUser } from "./config_harness.ts";

const NOTHING = { write: [], run: [], web: [], mcp: [], approve: [] };

function flags(grants: GrantFlags) {
  return { flags: { grants } };
}

Deno.test("without flags and settings nothing is granted", async () => {
  await using user = await temporaryUser();
  const { settings, warnings } = await user.load();
  assert.deepEqual(settings.grants, NOTHING);
  assert.deepEqual([settings.mcpServers, settings.tools.searchUrl, warnings], [{}, null, []]);
});

Deno.test("flags add to the user's own file, each once", async () => {
  await using user = await temporaryUser();
  const permissions = { write: ["src"], run: ["npm"], web: ["Docs.Example"], approve: ["web"] };
  await user.write(`${user.home}/config.json`, JSON.stringify({ permissions }));
  const given = flags({
    write: ["src", "docs/a.md"],
    run: ["npm", "tools/x.sh"],
    web: ["*.example.org"],
    approve: ["mcp", "web"],
  });
  const { settings } = await user.load({}, given);
  assert.deepEqual(settings.grants, {
    write: [`${user.cwd}/src`, `${user.cwd}/docs/a.md`],
    run: ["npm", "./tools/x.sh"],
    web: ["docs.example", "*.example.org"],
    mcp: [],
    approve: ["web", "mcp"],
  });
});

Deno.test("write without paths is the workspace, in a file and as a flag", async () => {
  await using user = await temporaryUser();
  assert.deepEqual((await user.load({}, flags({ write: ["*"] }))).settings.grants.write, [user.cwd]);
  await user.write(`${user.home}/config.json`, '{ "permissions": { "write": true } }');
  assert.deepEqual((await user.load()).settings.grants.write, [user.cwd]);
  await user.write(`${user.home}/config.json`, '{ "permissions": { "write": false } }');
  assert.deepEqual((await user.load()).settings.grants.write, []);
});

Deno.test("a path outside the workspace cannot be granted by a flag, also not through a link", async () => {
  await using user = await temporaryUser();
  await Deno.symlink(user.repository, `${user.cwd}/up`);
  for (const path of ["..", "/etc", "src/../../x", "up", "up/new/file", user.repository]) {
    const { code, message } = await user.refuse({}, flags({ write: [path] }));
    assert.equal(code, "usage");
    assert.match(message, /--allow-write cannot grant .* outside the workspace/);
  }
});

Deno.test("a path of the user's file that lies in another workspace grants nothing here", async () => {
  await using user = await temporaryUser();
  const write = ["/elsewhere", "~/work", `${user.cwd}/src`];
  await user.write(`${user.home}/config.json`, JSON.stringify({ permissions: { write } }));
  assert.deepEqual((await user.load()).settings.grants.write, [`${user.cwd}/src`]);
});

Deno.test("nothing that holds odw's own settings can be granted for writing, and a workspace around them is told", async () => {
  await using user = await temporaryUser();
  const cwd = user.home.replace(/\/\.odw$/, "");
  await Deno.mkdir(user.home, { recursive: true });
  const { warnings } = await user.load({}, { cwd });
  assert.match(warnings.join(), /odw's own folder .* lies in the workspace/);
  for (const path of ["*", ".odw", ".odw/config.json"]) {
    const { code, message } = await user.refuse({}, { cwd, ...flags({ write: [path] }) });
    assert.equal(code, "usage");
    assert.match(message, /odw's own settings .* could be changed/);
  }
  assert.deepEqual((await user.load({}, { cwd, ...flags({ write: ["project"] }) })).settings.grants.write, [
    `${cwd}/project`,
  ]);
});

Deno.test("any program is granted with a warning, named ones without", async () => {
  await using user = await temporaryUser();
  assert.match((await user.load({}, flags({ run: ["*"] }))).warnings.join(), /any program may be started/);
  assert.deepEqual((await user.load({}, flags({ run: ["npm"] }))).warnings, []);
});

Deno.test("hosts are hosts: a URL is refused with the host that was meant", async () => {
  await using user = await temporaryUser();
  const { message } = await user.refuse({}, flags({ web: ["https://docs.example/x"] }));
  assert.match(message, /--allow-web cannot grant .* did you mean docs\.example\?/);
  for (const host of ["a b", "http://", "*x", "[", "a/b", "x:99999999"]) await user.refuse({}, flags({ web: [host] }));
  const web = ["*", "localhost:8080", "[::1]:80", "10.0.0.1", "*.example.com"];
  assert.deepEqual((await user.load({}, flags({ web }))).settings.grants.web, web);
});

const SERVERS = {
  near: {
    command: "server",
    args: ["--token", "${TOKEN}"],
    env: { KEY: "$TOKEN", PLAIN: "a$$b", OTHER: "${NONE:-x}" },
  },
  far: { type: "http", url: "https://mcp.example/x", headers: { authorization: "Bearer ${TOKEN}" } },
};

Deno.test("granted MCP servers get their variables, others are left alone", async () => {
  await using user = await temporaryUser();
  await user.write(`${user.home}/config.json`, JSON.stringify({ mcpServers: SERVERS }));
  assert.deepEqual((await user.load()).settings.mcpServers, {});
  const { settings } = await user.load({ TOKEN: "t" }, flags({ mcp: ["near"] }));
  assert.deepEqual(settings.mcpServers, {
    near: { command: "server", args: ["--token", "t"], env: { KEY: "t", PLAIN: "a$b", OTHER: "x" } },
  });
  const all = await user.load({ TOKEN: "t" }, flags({ mcp: ["*"] }));
  assert.deepEqual(all.settings.grants.mcp, ["near", "far"]);
  assert.deepEqual(all.settings.mcpServers["far"], {
    url: "https://mcp.example/x",
    headers: { authorization: "Bearer t" },
  });
  const asked = await user.load({ TOKEN: "t" }, flags({ approve: ["mcp"] }));
  assert.deepEqual([asked.settings.grants.mcp, Object.keys(asked.settings.mcpServers)], [[], ["near", "far"]]);
});

Deno.test("an MCP server that is unknown, unusable or lacks a variable is an error that names it", async () => {
  await using user = await temporaryUser();
  const mcpServers = { ...SERVERS, both: { command: "a", url: "https://b.example" }, neither: {} };
  await user.write(`${user.home}/config.json`, JSON.stringify({ mcpServers }));
  assert.match(
    (await user.refuse({}, flags({ mcp: ["neer"] }))).message,
    /"neer", which is not configured; did you mean near\?/,
  );
  assert.match(
    (await user.refuse({}, flags({ mcp: ["near"] }))).message,
    /mcpServers\.near\.args needs the environment variable TOKEN/,
  );
  assert.match((await user.refuse({}, flags({ mcp: ["both"] }))).message, /mcpServers\.both has both command and url/);
  assert.match(
    (await user.refuse({}, flags({ mcp: ["neither"] }))).message,
    /mcpServers\.neither has neither command nor url/,
  );
});

Deno.test("commands receive where things are and what was named, never a provider's key", async () => {
  await using user = await temporaryUser();
  const write = (environment: string[]) =>
    user.write(
      `${user.home}/config.json`,
      JSON.stringify({
        providers: { own: { api: "openai-chat", baseUrl: "http://own.example", apiKeyEnv: "OWN_KEY" } },
        tools: { environment, searchUrl: "https://search.example/?q={query}" },
      }),
    );
  const variables = { PATH: "/bin", LC_ALL: "C", NPM_TOKEN: "n", OWN_KEY: "k", ANTHROPIC_API_KEY: "a", OTHER: "o" };
  await write(["NPM_TOKEN", "UNSET"]);
  const { environment, searchUrl } = (await user.load(variables)).settings.tools;
  assert.deepEqual(Object.keys(environment).sort(), ["HOME", "LC_ALL", "NPM_TOKEN", "PATH"]);
  assert.equal(searchUrl, "https://search.example/?q={query}");
  for (const key of ["OWN_KEY", "ANTHROPIC_API_KEY", "openai_api_key"]) {
    await write([key]);
    assert.match(
      (await user.refuse(variables)).message,
      new RegExp(`tools\\.environment names ${key}, which holds the key`),
    );
  }
});

Deno.test("unusable permissions in the user's file are named with their place", async () => {
  await using user = await temporaryUser();
  const refused = async (config: unknown, wanted: RegExp) => {
    await user.write(`${user.home}/config.json`, JSON.stringify(config));
    const { code, message } = await user.refuse();
    assert.equal(code, "config");
    assert.match(message, wanted);
  };
  await refused({ permissions: { write: 1 } }, /"permissions\.write" is 1, wanted true, false or a list of paths/);
  await refused({ permissions: { runs: [] } }, /unknown setting "permissions\.runs"; did you mean "run"\?/);
  await refused({ permissions: { approve: ["read"] } }, /wanted one of "write", "run", "web", "mcp"/);
  await refused({ permissions: { mcp: ["x"] } }, /permissions of .*config\.json names the MCP server "x"/);
  await refused({ tools: { searchUrl: "https://x.example" } }, /with \{query\} where the query goes/);
  await refused({ mcpServers: { a: { command: 1 } } }, /"mcpServers\.a\.command" is 1, wanted a text/);
  await refused({ mcpServers: { a: { env: { K: 123456 } } } }, /"mcpServers\.a\.env\.K" is a number, wanted a text/);
});

Deno.test("a project's file may hold none of them", async () => {
  await using user = await temporaryUser();
  for (
    const [key, why] of [["permissions", "permit anything"], ["mcpServers", "start programs"], [
      "tools",
      "decide what programs receive",
    ]]
  ) {
    for (const folder of [user.cwd, user.repository]) {
      await user.write(`${folder}/.odw/config.json`, JSON.stringify({ [key!]: {} }));
      const { message } = await user.refuse();
      assert.match(message, new RegExp(`"${key}" stands in a project's file, which may not ${why}.*move it to`));
      await Deno.remove(`${folder}/.odw`, { recursive: true });
    }
  }
});
