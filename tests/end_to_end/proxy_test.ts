// Proxies: what is meant for this machine never goes to another one, and the rest goes where the user's proxy stands.
import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import { Place } from "./odw_process.ts";

const LOCAL_BINARY = Deno.env.get("ODW_LOCAL_BINARY");
const SCRIPT = `export const meta = { name: "one", description: "d" };\nreturn await agent("the prompt");`;

/** A listener on another address of this machine that hands each request on, as a proxy does. */
function startProxy(targetUrl = "") {
  const seen: string[] = [];
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const hostname = addresses.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.2";
  const server = Deno.serve({ hostname, port: 0, onListen: () => {} }, async (request) => {
    seen.push(`${request.method} ${request.url} ${request.headers.get("proxy-authorization") ?? ""}`.trim());
    if (targetUrl === "") return new Response("nobody should have come here", { status: 502 });
    const { pathname, search } = new URL(request.url);
    const { method, headers } = request;
    return await fetch(`${targetUrl}${pathname}${search}`, { method, headers, body: await request.text() || null });
  });
  const url = `http://${hostname}:${server.addr.port}`;
  return { url, seen, host: `${hostname}:${server.addr.port}`, [Symbol.asyncDispose]: () => server.shutdown() };
}

function variablesOf(url: string): Record<string, string> {
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
  return Object.fromEntries([...names, ...names.map((name) => name.toLowerCase())].map((name) => [name, url]));
}

Deno.test("with every proxy variable set, nothing that is meant for loopback reaches the proxy", async (t) => {
  await using place = await Place.make();
  await using proxy = startProxy();
  const env = variablesOf(proxy.url);
  await using server = await place.serve("openai-chat", { answer: () => "directly" });
  await place.write("one.js", SCRIPT);
  await t.step("a provider, and spans for a collector", async () => {
    const collected: string[] = [];
    await using collector = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      collected.push(new URL(request.url).pathname);
      return Response.json({});
    });
    const otlp = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.addr.port}` };
    const { code, stdout, stderr } = await place.odw(["run", "one.js"], { env: { ...env, ...otlp } });
    assert.deepEqual([code, stdout], [0, "directly\n"], stderr);
    assert.deepEqual(collected, ["/v1/traces"]);
  });
  await t.step("web_fetch", async () => {
    const host = new URL(server.url).host;
    await place.write(
      "page.js",
      `${SCRIPT.split("\n")[0]}\nreturn (await tools.web_fetch({ url: "${server.url}" })).status;`,
    );
    const { code, stdout, stderr } = await place.odw(["run", "page.js", `--allow-web=${host}`], { env });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^\d+\n$/);
  });
  await t.step("odw permissions shows no proxy, since none is used", async () => {
    const { stdout } = await place.odw(["permissions", "run", "one.js"], { env });
    assert.ok(!stdout.includes(proxy.host), stdout);
  });
  assert.deepEqual(proxy.seen, []);
});

Deno.test("an Ollama on loopback is found and used behind a company's proxy", async () => {
  await using place = await Place.make();
  await using proxy = startProxy();
  await using server = await place.serve("ollama-chat", { answer: () => "local", models: ["qwen3:8b"] });
  await place.configure({});
  await place.write("one.js", SCRIPT);
  const env = { ...variablesOf(proxy.url), OLLAMA_HOST: new URL(server.url).host };
  const { code, stdout, stderr } = await place.odw(["run", "one.js"], { env });
  assert.deepEqual([code, stdout], [0, "local\n"], stderr);
  assert.deepEqual(proxy.seen, []);
});

Deno.test("an MCP server on loopback is reached directly", async () => {
  await using place = await Place.make();
  await using proxy = startProxy();
  const asked: string[] = [];
  await using mcp = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    asked.push(request.method);
    return new Response("no MCP here", { status: 404 });
  });
  await using _server = await place.serve("openai-chat", { answer: () => "x" }, {
    mcpServers: { near: { url: `http://127.0.0.1:${mcp.addr.port}/mcp` } },
  });
  await place.write("one.js", SCRIPT);
  await place.odw(["run", "one.js", "--allow-mcp=near"], { env: variablesOf(proxy.url) });
  assert.ok(asked.length > 0);
  assert.deepEqual(proxy.seen, []);
});

Deno.test("a host elsewhere is reached through the user's proxy, which is told and granted as a host", async (t) => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", { answer: () => "through" });
  await using proxy = startProxy(server.url);
  const far = (more: Record<string, unknown>) =>
    place.configure({
      providers: { far: { api: "openai-chat", baseUrl: "http://llm.invalid/v1", apiKey: "k" } },
      models: { default: "far/m" },
      agent: { retries: 0 },
      ...more,
    });
  await place.write("one.js", SCRIPT);
  const withPassword = proxy.url.replace("://", "://me:secret@");
  await t.step("by HTTP_PROXY, with its password", async () => {
    await far({});
    const { code, stdout, stderr } = await place.odw(["run", "one.js"], { env: { HTTP_PROXY: withPassword } });
    assert.deepEqual([code, stdout], [0, "through\n"], stderr);
    assert.ok(proxy.seen.some((line) => line.endsWith(`Basic ${btoa("me:secret")}`)), proxy.seen.join("\n"));
    const told = await place.odw(["permissions", "run", "one.js"], { env: { HTTP_PROXY: withPassword } });
    assert.ok(told.stdout.includes(proxy.host), told.stdout);
    assert.ok(!told.stdout.includes("secret"));
    const doctor = await place.odw(["doctor"], { env: { HTTP_PROXY: withPassword } });
    assert.ok(doctor.stdout.includes(`http through ${proxy.host}`), doctor.stdout);
  });
  await t.step("a page, with a password that holds a bare percent sign", async () => {
    await far({});
    await place.write(
      "page.js",
      `${SCRIPT.split("\n")[0]}\nreturn (await tools.web_fetch({ url: "http://page.invalid/p" })).url;`,
    );
    const env = { HTTP_PROXY: proxy.url.replace("://", "://me:100%@") };
    const { stdout, stderr } = await place.odw(["run", "page.js", "--allow-web=page.invalid"], { env });
    assert.equal(stdout, "http://page.invalid/p\n", stderr);
    assert.ok(proxy.seen.some((line) => line.includes("/p") && line.endsWith(`Basic ${btoa("me:100%")}`)));
  });
  await t.step("by `proxy` in the user's config", async () => {
    await far({ proxy: proxy.url });
    const { code, stdout, stderr } = await place.odw(["run", "one.js"]);
    assert.deepEqual([code, stdout], [0, "through\n"], stderr);
  });
  await t.step("not for hosts of NO_PROXY, nor with proxy: false", async () => {
    const before = proxy.seen.length;
    await far({});
    const excepted = await place.odw(["run", "one.js"], { env: { HTTP_PROXY: proxy.url, NO_PROXY: ".invalid" } });
    assert.match(excepted.stderr, /cannot be reached/);
    await far({ proxy: false });
    await place.odw(["run", "one.js"], { env: { HTTP_PROXY: proxy.url } });
    assert.equal(proxy.seen.length, before);
  });
  await t.step("a value that is no proxy is an error, not ignored", async () => {
    await far({});
    const { code, stderr } = await place.odw(["run", "one.js"], { env: { HTTP_PROXY: "ftp://me:secret@x" } });
    assert.equal(code, 2);
    assert.match(stderr, /HTTP_PROXY is no proxy that odw can use/);
    assert.ok(!stderr.includes("secret"));
  });
});

Deno.test("a project's config cannot name a proxy", async () => {
  await using place = await Place.make();
  await using _server = await place.serve("openai-chat", { answer: () => "x" });
  await place.write(".odw/config.json", JSON.stringify({ proxy: "http://elsewhere.example" }));
  await place.write("one.js", SCRIPT);
  const { code, stderr } = await place.odw(["run", "one.js"]);
  assert.equal(code, 2);
  assert.match(stderr, /proxy/);
});

Deno.test({
  name: "a command of a run gets the proxy variables that tools.environment names",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using place = await Place.make();
    await using proxy = startProxy();
    await using _server = await place.serve("openai-chat", { answer: () => "x" }, {
      tools: { environment: ["HTTPS_PROXY"] },
    });
    const command = `tools.run_command({ command: "printenv HTTPS_PROXY" })`;
    await place.write("env.js", `${SCRIPT.split("\n")[0]}\nreturn (await ${command}).stdout.trim();`);
    const args = ["run", "env.js", "--allow-run=printenv"];
    const { stdout, stderr } = await place.odw(args, { env: variablesOf(proxy.url) });
    assert.equal(stdout, `${proxy.url}\n`, stderr);
  },
});

Deno.test("a run that goes on in the background still knows the proxy", async () => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", { answer: () => "through" });
  await using proxy = startProxy(server.url);
  await place.configure({
    providers: { far: { api: "openai-chat", baseUrl: "http://llm.invalid/v1", apiKey: "k" } },
    models: { default: "far/m" },
  });
  await place.write("one.js", SCRIPT);
  await place.odw(["run", "one.js", "--detach"], { env: { HTTP_PROXY: proxy.url } });
  const { code, stderr } = await place.odw(["wait", "last"]);
  assert.equal(code, 0, stderr);
  assert.equal(server.calls.length, 1);
});

Deno.test({
  name: "the local profile goes through no proxy, whatever variables and config say",
  ignore: !LOCAL_BINARY,
  async fn() {
    await using place = await Place.make();
    await using proxy = startProxy();
    await using _near = await place.serve("openai-chat", { answer: () => "from loopback" }, { proxy: proxy.url });
    await place.write("one.js", SCRIPT);
    const run = async () => {
      const { stdout } = await new Deno.Command(LOCAL_BINARY!, {
        args: ["run", "one.js"],
        cwd: place.work,
        clearEnv: true,
        env: place.env(variablesOf(proxy.url)),
      }).output();
      return new TextDecoder().decode(stdout);
    };
    assert.equal(await run(), "from loopback\n");
    await place.configure({
      providers: { far: { api: "openai-chat", baseUrl: "http://llm.invalid/v1", apiKey: "k" } },
      models: { default: "far/m" },
      agent: { retries: 0 },
      proxy: proxy.url,
    });
    await run();
    assert.deepEqual(proxy.seen, []);
  },
});
