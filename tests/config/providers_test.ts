// Vendors, file and environment as one list of providers; what stands for a model when nobody chose one.
import assert from "node:assert/strict";
import { parseBaseUrl, parseOllamaHost } from "../../src/config/base_url.ts";
import { OdwError } from "../../src/errors.ts";
import type { ProviderSettings, Settings } from "../../src/config.ts";
import { temporaryUser } from "./config_harness.ts";

function provider(settings: Settings, name: string): ProviderSettings {
  const found = settings.providers.find((one) => one.name === name);
  assert.ok(found, `no provider ${name}`);
  return found;
}

Deno.test("a provider that is not built in needs api and baseUrl", async () => {
  await using user = await temporaryUser();
  await user.write(`${user.home}/config.json`, '{"providers": {"corp": {"apiKeyEnv": "CORP_KEY"}}}');
  const error = await user.refuse();
  assert.equal(error.code, "config");
  assert.match(error.message, /"corp" .*no api and no baseUrl; add providers\.corp\.api and providers\.corp\.baseUrl/);
});

Deno.test("a base URL in the environment that is no URL is refused by the variable's name, without its secrets", async () => {
  await using user = await temporaryUser();
  for (const name of ["OPENAI_BASE_URL", "ANTHROPIC_BASE_URL"]) {
    const error = await user.refuse({ [name]: "llm.example" });
    assert.equal(error.code, "config");
    assert.match(error.message, new RegExp(`^${name} is "llm\\.example", wanted an http or https URL`));
  }
  assert.doesNotMatch((await user.refuse({ OPENAI_BASE_URL: "https://me:pw@h/v1" })).message, /pw/);
});

Deno.test("a vendor without a key says how to supply it", async () => {
  await using user = await temporaryUser();
  const { settings } = await user.load();
  const { apiKey, missingKey } = provider(settings, "groq");
  assert.equal(apiKey, null);
  assert.equal(missingKey, `set GROQ_API_KEY, or providers.groq.apiKeyEnv in ${user.home}/config.json`);
  await user.write(`${user.home}/config.json`, '{"providers": {"groq": {"apiKeyEnv": "MINE"}}}');
  assert.match(provider((await user.load()).settings, "groq").missingKey!, /^set MINE,/);
  assert.equal(provider((await user.load({ MINE: "k" })).settings, "groq").missingKey, null);
});

Deno.test("keys come from the file, else from the named variable; an empty variable is none", async () => {
  await using user = await temporaryUser();
  const env = { ANTHROPIC_API_KEY: "from-env", OPENAI_API_KEY: "", GEMINI_API_KEY: "g" };
  const { settings } = await user.load(env);
  assert.equal(provider(settings, "anthropic").apiKey, "from-env");
  assert.equal(provider(settings, "openai").apiKey, null);
  assert.equal(provider(settings, "google").apiKey, "g");
  await user.write(`${user.home}/config.json`, '{"providers": {"anthropic": {"apiKey": "from-file"}}}');
  assert.equal(provider((await user.load(env)).settings, "anthropic").apiKey, "from-file");
});

Deno.test("OPENAI_BASE_URL means a compatible server: Chat Completions, a key only if it is set", async () => {
  await using user = await temporaryUser();
  const moved = provider((await user.load({ OPENAI_BASE_URL: "http://127.0.0.1:8080/v1/" })).settings, "openai");
  assert.deepEqual([moved.api, moved.baseUrl, moved.missingKey, moved.local], [
    "openai-chat",
    "http://127.0.0.1:8080/v1",
    null,
    true,
  ]);
  const own = provider((await user.load({ OPENAI_BASE_URL: "https://api.openai.com/v1" })).settings, "openai");
  assert.equal(own.api, "openai-responses");
  assert.notEqual(own.missingKey, null);
});

Deno.test("a file's provider keeps its own headers, concurrency and version, and costs nothing on this machine only", async () => {
  await using user = await temporaryUser();
  await user.write(
    `${user.home}/config.json`,
    `{ "providers": { "corp": { "api": "openai-chat", "baseUrl": "https://llm.corp.example/v1/", "concurrency": 32,
       "headers": { "x-team": "a" } }, "anthropic": { "version": "2026-10-21", "headers": { "X-Api-Key": "k" } } } }`,
  );
  const { settings } = await user.load();
  const corp = provider(settings, "corp");
  assert.deepEqual([corp.baseUrl, corp.concurrency, corp.headers, corp.missingKey, corp.local], [
    "https://llm.corp.example/v1",
    32,
    { "x-team": "a" },
    null,
    false,
  ]);
  assert.deepEqual([provider(settings, "anthropic").version, provider(settings, "anthropic").missingKey], [
    "2026-10-21",
    null,
  ]);
  assert.equal(settings.simulated, false);
});

Deno.test("servers on common ports are in use only when they are named", async () => {
  await using user = await temporaryUser();
  assert.match(provider((await user.load()).settings, "lmstudio").missingKey!, /"lmstudio": \{\}/);
  const named = await user.load({}, { flags: { model: "lmstudio/qwen" } });
  assert.equal(provider(named.settings, "lmstudio").missingKey, null);
  assert.notEqual(provider(named.settings, "vllm").missingKey, null);
});

Deno.test("a key that would go over plain http to another machine gives a warning without the key", async () => {
  await using user = await temporaryUser();
  const { warnings } = await user.load({ OPENAI_BASE_URL: "http://10.0.0.7:8000/v1", OPENAI_API_KEY: "sk-1" });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /openai goes to http:\/\/10\.0\.0\.7:8000\/v1 unencrypted/);
  assert.doesNotMatch(warnings[0]!, /sk-1/);
});

const OLLAMA_HOSTS: [given: string, baseUrl: string][] = [
  ["", "http://127.0.0.1:11434"],
  ["example.com", "http://example.com:11434"],
  ["example.com:56789", "http://example.com:56789"],
  [":56789", "http://127.0.0.1:56789"],
  ["0.0.0.0", "http://127.0.0.1:11434"],
  ["0.0.0.0:8080", "http://127.0.0.1:8080"],
  ["[::1]", "http://[::1]:11434"],
  ["[::1]:1234", "http://[::1]:1234"],
  ["::1", "http://[::1]:11434"],
  ["[::]:1234", "http://[::1]:1234"],
  ["http://example.com", "http://example.com"],
  ["https://example.com", "https://example.com"],
  ["https://example.com:1/ollama/", "https://example.com:1/ollama"],
  ["example.com/ollama", "http://example.com:11434/ollama"],
  [' "192.168.0.5:11434" ', "http://192.168.0.5:11434"],
];

Deno.test("OLLAMA_HOST is read in every form that Ollama takes", () => {
  for (const [given, baseUrl] of OLLAMA_HOSTS) assert.equal(parseOllamaHost(given), baseUrl, given);
});

Deno.test("an OLLAMA_HOST with another scheme or an impossible port is refused", () => {
  for (const given of ["ftp://h", "h:99999", "h:port", "a b"]) {
    assert.throws(
      () => parseOllamaHost(given),
      (error) => error instanceof OdwError && /^OLLAMA_HOST is/.test(error.message),
    );
  }
});

Deno.test("parseBaseUrl() drops trailing slashes, queries and default ports", () => {
  assert.equal(parseBaseUrl("https://H.example:443/v1//?a=b#c", "x"), "https://h.example/v1");
});

const SAMPLING = { port: 40_123, token: "t".repeat(43), hasTools: true };

Deno.test("the host's model is there for a process that odw mcp started or is, on loopback and nowhere else", async () => {
  await using user = await temporaryUser();
  const given = provider((await user.load({}, { sampling: SAMPLING })).settings, "host");
  const inherited = provider((await user.load({ ODW_SAMPLING: JSON.stringify(SAMPLING) })).settings, "host");
  assert.deepEqual(given, inherited);
  assert.equal(given.baseUrl, "http://127.0.0.1:40123");
  assert.deepEqual([given.apiKey, given.missingKey, given.concurrency], [SAMPLING.token, null, 4]);
  const wide = await user.load({}, { sampling: SAMPLING, flags: { concurrency: 50 } });
  assert.equal(provider(wide.settings, "host").concurrency, 4);
  assert.equal(wide.settings.simulated, true, "a lent model is no configured provider");
});

Deno.test("without a host that lends its model the reason says what to do", async () => {
  await using user = await temporaryUser();
  assert.match(provider((await user.load()).settings, "host").missingKey!, /no coding agent .*--model$/);
  const refused = await user.load({ ODW_SAMPLING: JSON.stringify(SAMPLING) }, { sampling: null });
  assert.match(provider(refused.settings, "host").missingKey!, /^this host does not offer sampling/);
});

Deno.test("nothing but a port and a token can come by the environment, and the message does not repeat it", async () => {
  await using user = await temporaryUser();
  const wrong = ["x", "{}", '{"port":0,"token":"ssssssssssssssssssssssss"}', '{"port":80,"token":"secret a"}'];
  for (const text of [...wrong, JSON.stringify({ ...SAMPLING, port: "evil.example:80" })]) {
    const error = await user.refuse({ ODW_SAMPLING: text });
    assert.equal(error.message, "ODW_SAMPLING is set and not by odw mcp; unset it");
  }
});

Deno.test("a file can make the host's lane wider, and lead it nowhere else", async () => {
  await using user = await temporaryUser();
  const file = `${user.home}/config.json`;
  await user.write(file, '{"providers": {"host": {"concurrency": 8}}}');
  assert.equal(provider((await user.load({}, { sampling: SAMPLING })).settings, "host").concurrency, 8);
  await user.write(file, '{"providers": {"host": {"api": "openai-chat", "baseUrl": "https://evil.example/v1"}}}');
  assert.match((await user.refuse()).message, /providers\.host is the coding agent .*concurrency alone, not api/);
  await user.write(file, '{"providers": {"x": {"api": "mcp-sampling", "baseUrl": "https://evil.example/v1"}}}');
  assert.match((await user.refuse()).message, /providers\.x\.api/);
  await user.write(file, '{"tools": {"environment": ["ODW_SAMPLING"]}}');
  assert.match(
    (await user.refuse()).message,
    /tools\.environment names ODW_SAMPLING, which holds the key of a provider/,
  );
});
