// Who may call the server, and who may not.
import assert from "node:assert/strict";
import { Sessions } from "../../src/server/sessions.ts";
import { problemOf, startTestServer, TOKEN } from "./test_server.ts";

Deno.test("everything but /health wants the token, and no answer holds it", async () => {
  await using served = startTestServer();
  const health = await fetch(`${served.url}/health`);
  assert.deepEqual(await health.json(), { status: "ok", version: "0.1.0" });
  const paths = [
    "/",
    "/v1/runs",
    "/v1/events",
    "/openapi.json",
    "/openai/v1/models",
    "/v1/runs/last/events",
    "/mcp",
    "/v1/sign-in-links",
  ];
  for (const path of paths) {
    for (
      const headers of [{}, { authorization: "Bearer wrong" }, { authorization: `Basic ${TOKEN}` }, {
        cookie: "odw_session=x",
      }]
    ) {
      const response = await fetch(served.url + path, { headers: headers as Record<string, string> });
      assert.equal(response.status, 401, path);
      assert.match(response.headers.get("www-authenticate") ?? "", /^Bearer/);
      assert.ok(!(await response.text()).includes(TOKEN));
    }
  }
  const good = await served.call("/v1/runs");
  assert.equal(good.status, 200);
  assert.ok(!(await good.text()).includes(TOKEN));
});

Deno.test("a request under a foreign host name is refused: a page cannot rebind its name to this server", async () => {
  await using served = startTestServer();
  const { port } = new URL(served.url);
  const raw = await rawRequest(
    Number(port),
    `GET /v1/runs HTTP/1.1\r\nHost: evil.example:${port}\r\nAuthorization: Bearer ${TOKEN}\r\nConnection: close\r\n\r\n`,
  );
  assert.match(raw, /^HTTP\/1\.1 421 /);
  const named = await rawRequest(
    Number(port),
    `GET /health HTTP/1.1\r\nHost: LOCALHOST:${port}\r\nConnection: close\r\n\r\n`,
  );
  assert.match(named, /^HTTP\/1\.1 200 /);
});

Deno.test("a request from a foreign page is refused, one from the server's own page is not", async () => {
  await using served = startTestServer();
  for (const origin of ["https://evil.example", "null", served.url.replace("http:", "https:"), "http://127.0.0.1:1"]) {
    const response = await served.call("/v1/runs", { headers: { origin } });
    assert.equal(response.status, 403, origin);
    await response.body?.cancel();
  }
  const own = await served.call("/v1/runs", { headers: { origin: served.url } });
  assert.equal(own.status, 200);
  await own.body?.cancel();
});

Deno.test("bodies and headers have limits, declared or not", async () => {
  await using served = startTestServer();
  const large = JSON.stringify({ script: "x".repeat(5_000_000) });
  const declared = await served.post("/v1/runs", large);
  assert.equal(declared.status, 413);
  await declared.body?.cancel();
  const chunked = await served.call("/v1/runs", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: ReadableStream.from([new TextEncoder().encode(large)]),
  });
  assert.match((await problemOf(chunked)).detail, /may have \d+ bytes/);
  const heavy = await served.call("/v1/runs", { headers: { "x-padding": "x".repeat(40_000) } });
  assert.equal(heavy.status, 431);
  await heavy.body?.cancel();
});

Deno.test("a sign-in link works once, and its cookie opens the page to that browser alone", async () => {
  await using served = startTestServer();
  const link = served.server.signInLink();
  const first = await fetch(link, { redirect: "manual" });
  assert.equal(first.status, 303);
  assert.equal(first.headers.get("location"), "/");
  const cookie = first.headers.get("set-cookie") ?? "";
  assert.match(cookie, /HttpOnly/);
  assert.match(cookie, /SameSite=Strict/);
  assert.ok(!cookie.includes(TOKEN));
  await first.body?.cancel();
  const again = await fetch(link, { redirect: "manual" });
  assert.equal(again.status, 403);
  await again.body?.cancel();
  const session = cookie.split(";", 1)[0]!;
  const signedIn = await fetch(`${served.url}/v1/runs`, { headers: { cookie: session } });
  assert.equal(signedIn.status, 200);
  await signedIn.body?.cancel();
  const crossSite = await fetch(`${served.url}/v1/runs`, {
    headers: { cookie: session, "sec-fetch-site": "cross-site" },
  });
  assert.equal(crossSite.status, 401);
  await crossSite.body?.cancel();
});

Deno.test("a link and a session end with their time", () => {
  const clock = { now: 0 };
  const sessions = new Sessions(TOKEN, () => clock.now);
  const old = sessions.newLink();
  clock.now += 6 * 60_000;
  assert.equal(sessions.signIn(old), null);
  const session = sessions.signIn(sessions.newLink());
  assert.ok(session !== null && sessions.has(session));
  assert.ok(new Sessions(TOKEN, () => clock.now).has(session), "a session outlives its server's process");
  assert.equal(new Sessions("another token", () => clock.now).has(session), false);
  const [expiresAt, seal] = session.split(".");
  assert.equal(sessions.has(`${Number(expiresAt) + 1}.${seal}`), false);
  clock.now += 31 * 24 * 3600_000;
  assert.equal(sessions.has(session), false);
});

Deno.test("a second server on the port is refused with a clear error", async () => {
  await using served = startTestServer();
  const port = Number(new URL(served.url).port);
  assert.throws(() => startTestServer({}, { port }), /cannot listen on 127\.0\.0\.1:\d+: another program does/);
});

/** What a client sends that may put anything into its Host header. */
async function rawRequest(port: number, text: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(text));
  return await new Response(connection.readable).text();
}

Deno.test("whoever has the token gets a sign-in link, and /mcp is behind the token too", async () => {
  await using served = startTestServer();
  const made = await served.post("/v1/sign-in-links", {});
  assert.equal(made.status, 201);
  const { url } = await made.json();
  const opened = await fetch(url, { redirect: "manual" });
  assert.equal(opened.status, 303);
  await opened.body?.cancel();
  assert.equal(await (await served.call("/mcp")).text(), "mcp");
});

Deno.test("when the server stops, its runs are paused and can be resumed; ended ones are left alone", async () => {
  const served = startTestServer({ runsUntilCancelled: true, record: { status: "running", result: null } });
  const started = await served.post("/v1/runs", { name: "a" });
  await started.body?.cancel();
  const { id } = await served.engine.get("last");
  const stopping = served.server.stop("leave");
  while (served.engine.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.deepEqual(served.engine.asked, [["pause", id]]);
  served.engine.end({ status: "paused" });
  await stopping;
});
