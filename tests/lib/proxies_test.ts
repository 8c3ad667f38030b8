// Which requests take a proxy: the forms of NO_PROXY that curl, Go and Node know.
import assert from "node:assert/strict";
import { parseExcept, parseProxy, proxyHost, proxyOf } from "../../src/lib/proxies.ts";

const PROXY = "http://proxy.example:3128/";

function goesThrough(url: string, except: string): boolean {
  return proxyOf(new URL(url), { http: PROXY, https: PROXY, except: parseExcept(except) }) !== null;
}

const CASES: [url: string, except: string, isThrough: boolean][] = [
  ["https://api.example.com/v1", "", true],
  ["https://api.example.com/v1", "*", false],
  ["https://api.example.com/v1", "example.com", false],
  ["https://api.example.com/v1", ".example.com", false],
  ["https://api.example.com/v1", "*.example.com", false],
  ["https://example.com", ".example.com", false],
  ["https://API.Example.COM/v1", "Example.com", false],
  ["https://example.com.", "example.com", false],
  ["https://notexample.com", "example.com", true],
  ["https://api.example.com", "api.example.com:443", false],
  ["https://api.example.com:8443", "api.example.com:443", true],
  ["http://llm.internal:8080", "other, llm.internal:8080", false],
  ["http://llm.internal:8080", "other llm.internal", false],
  ["http://10.1.2.3:8080", "10.0.0.0/8", false],
  ["http://11.1.2.3:8080", "10.0.0.0/8", true],
  ["http://10.1.2.3:8080", "10.1.2.3", false],
  ["http://10.1.2.3:8080", "10.1.2.3:8080", false],
  ["http://10.1.2.3:8080", "10.1.2.3:80", true],
  ["http://10.1.2.3", "2.3", true],
  ["http://[fd00::5]:8080", "fd00::/8", false],
  ["http://[fd00::5]:8080", "[fd00::5]:8080", false],
  ["http://[fd00:0:0::5]", "fd00::5", false],
  ["http://[fe80::1]", "fd00::/8", true],
  ["http://[::ffff:10.0.0.1]", "10.0.0.0/8", false],
  ["https://api.example.com", "10.0.0.0/33, ,/8,:80", true],
];

for (const [url, except, isThrough] of CASES) {
  Deno.test(`${url} with NO_PROXY="${except}" goes ${isThrough ? "through the proxy" : "directly"}`, () => {
    assert.equal(goesThrough(url, except), isThrough);
  });
}

for (
  const host of [
    ...["localhost", "LOCALHOST", "ollama.localhost", "localhost.", "127.0.0.1", "127.9.9.9", "2130706433", "0x7f.1"],
    ...["0.0.0.0", "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::ffff:127.0.0.1]"],
  ]
) {
  Deno.test(`${host} is this machine, and never behind a proxy`, () => {
    for (const scheme of ["http", "https"]) assert.equal(goesThrough(`${scheme}://${host}:11434/api/chat`, ""), false);
  });
}

Deno.test("a proxy is given with or without a scheme, and shown without its password", () => {
  assert.equal(proxyHost(parseProxy("proxy.example:3128")!.href), "proxy.example:3128");
  assert.equal(proxyHost(parseProxy("http://user:secret@proxy.example")!.href), "proxy.example:80");
  assert.equal(proxyHost(parseProxy("socks5://[fd00::1]")!.href), "[fd00::1]:1080");
  for (const text of ["", "  ", "ftp://proxy.example", "http://", "://x"]) assert.equal(parseProxy(text), null, text);
});
