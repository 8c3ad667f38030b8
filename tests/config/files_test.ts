// Configuration files: what is wrong is said with its place, and a project's file cannot do what a user's can.
import assert from "node:assert/strict";
import { temporaryUser } from "./config_harness.ts";

/** Text of the user's file, and what the message must hold besides `file:line:column`. */
const BROKEN: [name: string, text: string, place: string, message: RegExp][] = [
  ["an empty file", "", "1:1", /empty/],
  ["a comma that is missing", '{\n  "models": {}\n  "limits": {}\n}', "3:3", /wants a ","/],
  ["an end that is missing", '{ "models": { "default": "x" }', "1:31", /the file ends where JSON wants a "}"/],
  ["a list", "[]", "1:1", /the file is a list, wanted an object/],
  ["an unknown setting", '{\n  "modles": {}\n}', "2:3", /unknown setting "modles"; did you mean "models"\?/],
  ["an unknown nested setting", '{"limits": {\n "concurency": 3 }}', "2:2", /"limits.concurency".*"concurrency"\?/],
  ["an unknown setting unlike any", '{"zzzzzzz": 1}', "1:2", /known here: models, limits, script, agent, providers/],
  ["a wrong kind", '{"limits": {"agents": "many"}}', "1:23", /"limits.agents" is "many", wanted a whole number from 1/],
  [
    "a number out of range",
    '{"limits": {"costUsd": -1}}',
    "1:24",
    /"limits.costUsd" is -1, wanted USD above 0, or null/,
  ],
  ["a fraction", '{"agent": {"retries": 1.5}}', "1:23", /is 1\.5, wanted a whole number from 0/],
  ["an unknown wire format", '{"providers": {"x": {"api": "soap"}}}', "1:29", /is "soap", wanted one of "anthropic-/],
  ["a URL of another scheme", '{"providers": {"x": {"baseUrl": "ftp://h"}}}', "1:33", /wanted an http or https URL/],
  ["a provider's name with a slash", '{"providers": {"a/b": {}}}', "1:16", /"providers.a\/b" has an unusable name/],
  ["a route without a provider", '{"routes": [{"match": "x*"}]}', "1:13", /"routes.0.provider" is missing/],
  ["a price that is incomplete", '{"prices": {"a/*": {"input": 1}}}', "1:20", /"prices.a\/\*.output" is missing/],
  [
    "a header with a line break",
    '{"providers": {"x": {"headers": {"a": "b\\nc"}}}}',
    "1:39",
    /is a string, wanted a header's value/,
  ],
];

for (const [name, text, place, message] of BROKEN) {
  Deno.test(`${name} in config.json is named with line and column`, async () => {
    await using user = await temporaryUser();
    const file = `${user.home}/config.json`;
    await user.write(file, text);
    const error = await user.refuse();
    assert.equal(error.code, "config");
    assert.ok(error.message.startsWith(`${file}:${place}: `), error.message);
    assert.match(error.message, message);
  });
}

Deno.test("all complaints about a file come in one message, up to a bound", async () => {
  await using user = await temporaryUser();
  await user.write(`${user.home}/config.json`, '{"a1":1,"a2":1,"a3":1,"a4":1,"limits":{"agents":0},"a5":1,"a6":1}');
  const lines = (await user.refuse()).message.split("\n");
  assert.equal(lines.length, 6);
  assert.equal(lines[5], "… and 2 more");
});

Deno.test("a key never appears in a complaint", async () => {
  await using user = await temporaryUser();
  for (
    const text of [
      '{"providers": {"x": {"apiKey": "sk-secret with space"}}}',
      '{"providers": {"x": {"apiKeyEnv": "sk-secret"}}}',
      '{"providers": {"x": {"headers": {"api-key": "sk-secret\\u0000"}}}}',
      '{"providers": {"x": {"apiKey": sk-secret}}}',
      '{"providers": {"x": {"baseUrl": "ftp://me:secret@h"}}}',
      '{"providers": {"openai": {"baseUrl": "https://me:secret@h"}}}',
      '{"providers": {"x": {"apiKey": "sk-secret" "api": 1}}}',
    ]
  ) {
    await user.write(`${user.home}/config.json`, text);
    assert.doesNotMatch((await user.refuse()).message, /secret/);
  }
});

Deno.test("config.json that is a folder or not UTF-8 is refused by name", async () => {
  await using user = await temporaryUser();
  await Deno.mkdir(`${user.home}/config.json`, { recursive: true });
  assert.match((await user.refuse()).message, /cannot read .*config\.json/);
  await Deno.remove(`${user.home}/config.json`);
  await Deno.writeFile(`${user.home}/config.json`, new Uint8Array([0x7b, 0xff, 0x7d]));
  assert.match((await user.refuse()).message, /config\.json: it is not UTF-8 text/);
});

Deno.test("a project's file may not set providers, routes or prices, and says where they belong", async () => {
  await using user = await temporaryUser();
  const file = `${user.repository}/.odw/config.json`;
  for (const key of ["providers", "routes", "prices"]) {
    await user.write(file, `{\n "models": {},\n  "${key}": {} }`);
    const error = await user.refuse();
    assert.equal(error.code, "config");
    assert.ok(error.message.startsWith(`${file}:3:3: "${key}" stands in a project's file`), error.message);
    assert.ok(error.message.includes(`move it to ${user.home}/config.json`), error.message);
  }
});

Deno.test("comments, trailing commas and a byte order mark are fine", async () => {
  await using user = await temporaryUser();
  await user.write(`${user.home}/config.json`, '\uFEFF{ // mine\n "limits": { "agents": 7, /* few */ }, }');
  assert.equal((await user.load()).settings.limits.agents, 7);
});

Deno.test("the nearest project file wins over those above it and over the user's, and stops at the repository root", async () => {
  await using user = await temporaryUser();
  await user.write(
    `${user.home}/config.json`,
    '{"models": {"default": "a", "fast": "f", "x": "u"}, "agent": {"retries": 1}}',
  );
  await user.write(
    `${user.repository}/.odw/config.json`,
    '{"models": {"default": "b", "x": "r"}, "script": {"nesting": 3}}',
  );
  await user.write(`${user.cwd}/.odw/config.json`, '{"models": {"default": "c"}, "agent": {"stallMs": 0}}');
  await user.write(`${user.repository}/../.odw/config.json`, '{"models": {"default": "outside"}}');
  const { settings } = await user.load();
  assert.deepEqual(
    [settings.models["default"], settings.models["x"], settings.models["fast"], settings.script.nesting],
    ["c", "r", "f", 3],
  );
  assert.deepEqual([settings.agent.retries, settings.agent.stallMs, settings.agent.schemaAttempts], [1, 0, 5]);
  assert.equal(settings.repositoryRoot, user.repository);
});

Deno.test("a project's limits tighten the user's caps and never widen them", async () => {
  await using user = await temporaryUser();
  await user.write(`${user.home}/config.json`, '{"limits": {"costUsd": 5, "agents": 100, "outputTokens": null}}');
  await user.write(
    `${user.cwd}/.odw/config.json`,
    '{"limits": {"costUsd": null, "agents": 5000, "outputTokens": 900, "concurrency": 64}}',
  );
  const { limits } = (await user.load()).settings;
  assert.deepEqual(limits, { concurrency: 64, agents: 100, tokens: 900, costUsd: 5, timeoutMs: null, hard: false });
  await user.write(`${user.cwd}/.odw/config.json`, '{"limits": {"costUsd": 2}}');
  assert.equal((await user.load()).settings.limits.costUsd, 2);
});

Deno.test("hard budgets may be asked for by the user or a project, and a project cannot take the user's back", async () => {
  await using user = await temporaryUser();
  const project = `${user.cwd}/.odw/config.json`;
  assert.equal((await user.load()).settings.limits.hard, false);
  await user.write(project, '{"limits": {"hard": true}}');
  assert.equal((await user.load()).settings.limits.hard, true);
  await user.write(`${user.home}/config.json`, '{"limits": {"hard": true}}');
  await user.write(project, '{"limits": {"hard": false}}');
  assert.equal((await user.load()).settings.limits.hard, true);
  await user.write(project, '{"limits": {"hard": 1}}');
  assert.match((await user.refuse()).message, /hard.*true or false/s);
});

Deno.test({
  name: "a file with a key that others can read gives a warning, a private one none",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using user = await temporaryUser();
    const file = `${user.home}/config.json`;
    await user.write(file, '{"providers": {"anthropic": {"apiKey": "sk-1"}}}');
    assert.deepEqual((await user.load()).warnings, []);
    await Deno.chmod(file, 0o644);
    const [warning] = (await user.load()).warnings;
    assert.ok(warning?.includes(`chmod 600 ${file}`), warning);
    await Deno.writeTextFile(file, '{"providers": {"anthropic": {"apiKeyEnv": "MY_KEY"}}}');
    assert.deepEqual((await user.load()).warnings, []);
  },
});
