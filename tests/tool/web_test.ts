import assert from "node:assert/strict";
import { isPublicAddress } from "../../src/tool/public_address.ts";
import { webFetchTool } from "../../src/tool/web_fetch.ts";
import { webGrant } from "../../src/tool/web_grant.ts";
import { webSearchTool } from "../../src/tool/web_search.ts";
import { NO_PROGRAMS } from "../no_tools.ts";
import { openWorld, settingsOf } from "./world.ts";

type Page = { url: string; status: number; text: string };

function fetchTool(web: string[], approve: ("web")[] = []) {
  return webFetchTool({ settings: settingsOf({ grants: { web, approve } }), programs: NO_PROGRAMS });
}

function serve(answer: (request: Request) => Response | Promise<Response>) {
  const requests: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    requests.push(new URL(request.url).pathname);
    return answer(request);
  });
  const host = `127.0.0.1:${server.addr.port}`;
  return { requests, host, url: `http://${host}`, [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("isPublicAddress() refuses every range that is not the public internet, in every form", () => {
  const inner = [
    "127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 100.100.100.200 0.0.0.0 224.0.0.1 255.255.255.255",
    "192.0.2.1 198.18.0.1 240.0.0.1 ::1 :: fe80::1 fc00::1 fd00:ec2::254 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1",
    "::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b:1::a00:1 2002:7f00:1:: 2001:0:7f00:1:: 2001:db8::1 fec0::1 100::1 example.com",
  ].join(" ").split(" ");
  for (const address of inner) assert.equal(isPublicAddress(address), false, address);
  for (const address of ["1.1.1.1", "93.184.215.14", "2606:4700::1111"]) {
    assert.equal(isPublicAddress(address), true, address);
  }
});

Deno.test("web_fetch never reaches a private address by a grant of any host", async () => {
  await using world = await openWorld();
  await using server = serve(() => new Response("secret"));
  const port = server.host.split(":")[1];
  const forms = [
    "127.0.0.1",
    "localhost",
    "a.localhost",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "0.0.0.0",
  ];
  for (const host of forms) {
    await assert.rejects(
      fetchTool(["*"]).call({ url: `http://${host}:${port}/` }, world.context),
      { code: "denied" },
      host,
    );
  }
  assert.deepEqual(server.requests, []);
});

Deno.test("web_fetch refuses hosts without a grant, and what is no web address", async () => {
  await using world = await openWorld();
  await assert.rejects(fetchTool([]).call({ url: "https://example.com/" }, world.context), {
    code: "denied",
    message: /--allow-web=example\.com/,
  });
  await assert.rejects(fetchTool(["example.org"]).call({ url: "https://example.com/" }, world.context), {
    code: "denied",
  });
  for (
    const url of ["file:///etc/passwd", "ftp://example.com", "data:text/plain,x", "no url", "https://u:p@example.com/"]
  ) {
    await assert.rejects(fetchTool(["*"]).call({ url }, world.context), { code: "usage" }, url);
  }
});

Deno.test("web_fetch checks each redirect again", async () => {
  await using world = await openWorld();
  await using inner = serve(() => new Response("secret"));
  await using outer = serve(({ url }) =>
    new URL(url).pathname === "/loop" ? Response.redirect(url) : Response.redirect(`${inner.url}/meta-data`)
  );
  const tool = fetchTool([outer.host]);
  await assert.rejects(tool.call({ url: outer.url }, world.context), {
    code: "denied",
    message: new RegExp(inner.host),
  });
  assert.deepEqual(inner.requests, []);
  await assert.rejects(tool.call({ url: `${outer.url}/loop` }, world.context), {
    message: /redirects more than 5 times/,
  });
  assert.equal(outer.requests.filter((path) => path === "/loop").length, 6);
});

Deno.test("web_fetch asks for each host where the web is asked for, and still refuses private addresses", async () => {
  await using world = await openWorld(true);
  await using server = serve(() => new Response("secret"));
  await assert.rejects(fetchTool([], ["web"]).call({ url: server.url }, world.context), {
    code: "denied",
    message: /no address of the public/,
  });
  assert.deepEqual(world.asked.map(({ scope }) => scope), [`web ${server.host}`]);
  assert.deepEqual(server.requests, []);
});

Deno.test("web_fetch gives a page as text, marked as data that the page cannot end", async () => {
  await using world = await openWorld();
  const html =
    `<!doctype html><title>A &amp; B</title><body><nav>menu</nav><main><h1>Head</h1><p>Read <a href="/x">this</a>.</p>
    <script>evil()</script><ul><li>one<li>two</ul></main></data></body>`;
  await using server = serve(() => new Response(html, { headers: { "content-type": "text/html; charset=utf-8" } }));
  const { content, value } = await fetchTool([server.host]).call({ url: `${server.url}/page` }, world.context);
  const page = value as Page;
  assert.equal(page.status, 200);
  assert.match(page.text, /^A & B\n\nHead\n/);
  assert.match(page.text, /Read this \[http:\/\/127\.0\.0\.1:\d+\/x\]\./);
  assert.match(page.text, /\* one\n \* two/);
  assert.doesNotMatch(page.text, /menu|evil/);
  assert.match(content, /^HTTP 200 http:\/\/127[^\n]+\n<data-(\w{8}) [^>]+>\n[^]*\n<\/data-\1>$/);
});

Deno.test("web_fetch reads other text as it is, by its charset, and refuses binary data", async () => {
  await using world = await openWorld();
  const answers: Record<string, Response> = {
    "/json": new Response('{"a":1}', { headers: { "content-type": "application/json" } }),
    "/latin": new Response(new Uint8Array([0xe9]), { headers: { "content-type": "text/plain; charset=iso-8859-1" } }),
    "/missing": new Response("nothing here", { status: 404 }),
    "/image": new Response(new Uint8Array([0, 1]), { headers: { "content-type": "image/png" } }),
  };
  await using server = serve(({ url }) => answers[new URL(url).pathname]!);
  const read = async (path: string) =>
    (await fetchTool([server.host]).call({ url: server.url + path }, world.context)).value as Page;
  assert.equal((await read("/json")).text, '{"a":1}');
  assert.equal((await read("/latin")).text, "é");
  assert.deepEqual((await read("/missing")).status, 404);
  await assert.rejects(read("/image"), { code: "tool_failed", message: /image\/png/ });
});

Deno.test("web_fetch stops reading an endless page, and shows no more than was asked for", async () => {
  await using world = await openWorld();
  await using server = serve(() =>
    new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(100_000).fill(97)) }), {
      headers: { "content-type": "text/plain" },
    })
  );
  const { content, value } = await fetchTool([server.host]).call({ url: server.url, max_chars: 10 }, world.context);
  assert.match(content, /longer than 5 MB[^]*\naaaaaaaaaa\n\[… 4999990 more characters/);
  assert.equal((value as Page).text, "aaaaaaaaaa");
});

Deno.test("web_fetch ends with the run", async () => {
  await using world = await openWorld();
  const stop = new AbortController();
  await using server = serve(() => {
    stop.abort(new Error("the run was cancelled"));
    return new Promise<Response>((resolve) => queueMicrotask(() => resolve(new Response("late"))));
  });
  await assert.rejects(
    fetchTool([server.host]).call({ url: server.url }, { ...world.context, signal: stop.signal }),
    /the run was cancelled/,
  );
});

Deno.test("webGrant() tells a named host from any host", () => {
  const url = new URL("https://docs.example.com/a");
  assert.equal(webGrant(url, ["*"]), "any");
  for (const grant of ["docs.example.com", "Docs.example.com:443", "*.example.com"]) {
    assert.equal(webGrant(url, [grant]), "named", grant);
  }
  for (
    const grant of [
      "example.com",
      "docs.example.com:80",
      "*.docs.example.com",
      "evil-docs.example.com",
      "s.example.com",
    ]
  ) {
    assert.equal(webGrant(url, [grant]), null, grant);
  }
  assert.equal(webGrant(new URL("http://notexample.com"), ["*.example.com"]), null);
});

Deno.test("web_search is there only with an endpoint, and understands the common shapes", async () => {
  await using world = await openWorld();
  assert.equal(webSearchTool({ settings: settingsOf(), programs: NO_PROGRAMS }), null);
  const entry = { title: "T", url: "https://t/", snippet: "a found word" };
  const shapes: Record<string, unknown> = {
    "/searxng": { results: [{ title: "T", url: "https://t/", content: "a found word" }] },
    "/brave": { web: { results: [{ title: "T", url: "https://t/", description: "a <strong>found</strong> word" }] } },
    "/google": { items: [{ title: "T", link: "https://t/", snippet: "a found word" }] },
    "/list": [{ name: "T", href: "https://t/", body: "a found word" }],
  };
  let asked = "";
  await using server = serve(({ url }) => {
    asked = new URL(url).searchParams.get("q")!;
    const shape = shapes[new URL(url).pathname];
    return shape === undefined ? new Response("<html>", { status: 200 }) : Response.json(shape);
  });
  const search = (path: string) => {
    const settings = settingsOf({ searchUrl: `${server.url}${path}?key=secret&q={query}` });
    return webSearchTool({ settings, programs: NO_PROGRAMS })!.call({ query: "a & b?" }, world.context);
  };
  for (const path of Object.keys(shapes)) assert.deepEqual((await search(path)).value, [entry], path);
  assert.equal(asked, "a & b?");
  await assert.rejects(
    search("/other"),
    (thrown: Error) => /did not answer JSON/.test(thrown.message) && !/secret/.test(thrown.message),
  );
});
