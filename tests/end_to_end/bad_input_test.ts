// Each wrong input: one clear message, the exit code that DESIGN.md names, nothing lost.
import assert from "node:assert/strict";
import type { WireAnswer } from "../wire_server.ts";
import { type Ended, Place } from "./odw_process.ts";

const FINE = `export const meta = { name: "fine", description: "One agent" };\nreturn await agent("Say fine");\n`;

/** Exit code 2, an empty stdout, and one message on stderr without odw's own stack. */
function assertRefused(ended: Ended, pattern: RegExp): void {
  assert.equal(ended.code, 2, ended.stderr);
  assert.equal(ended.stdout, "");
  assert.match(ended.stderr, pattern);
  assert.doesNotMatch(ended.stderr, /at (async )?\S+ \((file|ext):/);
}

Deno.test("a missing, unreadable, binary or empty script is refused with exit 2", async (t) => {
  await using place = await Place.make();
  await place.write("empty.js", "");
  await Deno.writeFile(`${place.work}/binary.js`, new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1]));
  await Deno.writeFile(`${place.work}/latin1.js`, new Uint8Array([0x2f, 0x2f, 0xe9, 0xe8, 0x0a]));
  await Deno.mkdir(`${place.work}/folder.js`);
  const cases: [string, RegExp][] = [
    ["missing.js", /missing\.js/],
    ["empty.js", /empty/],
    ["binary.js", /binary|UTF-8/],
    ["latin1.js", /UTF-8/],
    ["folder.js", /folder|directory/],
  ];
  for (const [file, pattern] of cases) {
    await t.step(file, async () => assertRefused(await place.odw(["run", file]), pattern));
  }
});

Deno.test("a launch error names file, line and column, shows the line, and sends nothing", async (t) => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", { answer: () => "never" });
  const cases: [string, string, RegExp][] = [
    ["syntax", `export const meta = { name: "a", description: "b" };\nconst x = ;\n`, /script\.js:2:11/],
    ["no meta", `console.log(1)\n`, /export const meta[\s\S]*module\.exports/],
    ["import", `export const meta = { name: "a", description: "b" };\nimport fs from "fs";\n`, /script\.js:2:1/],
    ["typescript", `export const meta = { name: "a", description: "b" };\nconst x: number = 1;\n`, /script\.js:2:8/],
    ["impure meta", `export const meta = { name: f(), description: "b" };\n`, /script\.js:1:29/],
  ];
  for (const [name, text, pattern] of cases) {
    await t.step(name, async () => {
      await place.write("script.js", text);
      assertRefused(await place.odw(["run", "script.js"]), pattern);
    });
  }
  assert.equal(server.calls.length, 0);
});

Deno.test("a launch error under --output json still prints its document", async () => {
  await using place = await Place.make();
  await place.write("script.js", "const = 1");
  const ended = await place.odw(["run", "script.js", "--output", "json"]);
  assert.equal(ended.code, 2);
  const document = JSON.parse(ended.stdout);
  assert.equal(document.status, "failed");
  assert.equal(document.usage.agents, 0);
  assert.equal(document.error.code, "script_invalid");
});

Deno.test("wrong arguments, flags and commands are refused with exit 2", async (t) => {
  await using place = await Place.make();
  await place.write("fine.js", FINE);
  const cases: [string[], RegExp][] = [
    [["run", "fine.js", "--args", "{broken"], /JSON/],
    [["run", "fine.js", "--colour"], /unknown option '--colour'/],
    [["run", "fine.js", "--concurency", "3"], /--concurrency/],
    [["run", "fine.js", "--concurrency", "many"], /concurrency/],
    [["run", "fine.js", "--output", "yaml"], /text.*json.*stream-json/s],
    [["rum", "fine.js"], /run/],
    [["run", "no-such-workflow"], /"no-such-workflow".*summarize/s],
    [["show", "nothing"], /nothing/],
  ];
  for (const [args, pattern] of cases) {
    await t.step(args.join(" "), async () => {
      const ended = await place.odw(args);
      assert.notEqual(ended.code, 0);
      assert.equal(ended.stdout, "");
      assert.match(ended.stderr, pattern);
    });
  }
});

Deno.test("a broken config is refused with its line", async (t) => {
  await using place = await Place.make();
  await place.write("fine.js", FINE);
  const cases: [string, RegExp][] = [
    [`{\n  "models": {\n    "default": \n  }\n}`, /config\.json:4/],
    [`{\n  "modles": {}\n}`, /config\.json:2.*models/s],
    [`{\n  "limits": { "concurrency": "all" }\n}`, /config\.json:2.*concurrency/s],
  ];
  for (const [text, pattern] of cases) {
    await t.step(text.replaceAll("\n", " "), async () => {
      await place.configure(text);
      assertRefused(await place.odw(["run", "fine.js"]), pattern);
    });
  }
});

Deno.test("an unusable home is a clear error", async () => {
  await using place = await Place.make();
  await place.write("fine.js", FINE);
  await Deno.writeTextFile(place.home, "a file where the home should be");
  assertRefused(await place.odw(["run", "fine.js"]), new RegExp(place.home));
});

Deno.test("a database that is not one is named, and left as it was", async () => {
  await using place = await Place.make();
  await place.write("fine.js", FINE);
  await place.configure({});
  const garbage = "this is no database, ".repeat(500);
  await Deno.writeTextFile(`${place.home}/odw.db`, garbage);
  const ended = await place.odw(["ls"]);
  assert.notEqual(ended.code, 0);
  assert.match(ended.stderr, /odw\.db/);
  assert.equal(await Deno.readTextFile(`${place.home}/odw.db`), garbage);
});

Deno.test("a missing key or route is told before the run, with the setting that mends it", async () => {
  await using place = await Place.make();
  await place.write("fine.js", FINE);
  await place.configure({ models: { default: "claude-sonnet-5-5" } });
  assertRefused(await place.odw(["run", "fine.js"]), /ANTHROPIC_API_KEY/);
  await place.configure({ models: { default: "nobody/model" } });
  assertRefused(await place.odw(["run", "fine.js"]), /nobody/);
  await place.write("literal.js", FINE.replace(`"Say fine"`, `"Say fine", { model: "gpt-6.1-sol" }`));
  await place.configure({ models: { default: "sim" } });
  assertRefused(await place.odw(["run", "literal.js"]), /OPENAI_API_KEY/);
  assert.deepEqual(JSON.parse((await place.odw(["ls", "--json"])).stdout), []);
});

Deno.test("a far end that fails makes null and a failure with its reason; --strict exits 4", async (t) => {
  const half = `data: {"choices":[{"index":0,"delta":{"content":"hal"}}]}\n\n`;
  const cases: [string, WireAnswer, RegExp][] = [
    ["HTML", { raw: ["<html><body>Log in</body></html>"], contentType: "text/html" }, /HTML/i],
    ["half a stream", { raw: [half] }, /end/i],
    ["invalid UTF-8", { raw: [new Uint8Array([0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0xfe, 0x0a, 0x0a])] }, /./],
  ];
  for (const [name, answer, pattern] of cases) {
    await t.step(name, async () => {
      await using place = await Place.make();
      await using _server = await place.serve("openai-chat", { answer: () => answer }, { agent: { retries: 0 } });
      await place.write("fine.js", FINE);
      const ended = await place.odw(["run", "fine.js", "--output", "json", "--strict"]);
      assert.equal(ended.code, 4, ended.stderr);
      const document = JSON.parse(ended.stdout);
      assert.equal(document.status, "completed");
      assert.equal(document.result, null);
      assert.match(document.failures[0].reason, pattern);
    });
  }
});

Deno.test("an unreachable provider is a failure that says so", async () => {
  await using place = await Place.make();
  await place.write("fine.js", FINE);
  await place.configure({
    providers: { gone: { api: "openai-chat", baseUrl: "http://127.0.0.1:9/v1", apiKey: "k" } },
    models: { default: "gone/m" },
    agent: { retries: 0 },
  });
  const ended = await place.odw(["run", "fine.js", "--output", "json"]);
  assert.equal(ended.code, 0);
  assert.match(JSON.parse(ended.stdout).failures[0].reason, /127\.0\.0\.1:9/);
});

Deno.test("TLS to a server that speaks none is a failure that says so", async () => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", { answer: () => "plain" });
  await place.write("fine.js", FINE);
  await place.configure({
    providers: { tls: { api: "openai-chat", baseUrl: server.url.replace("http:", "https:") + "/v1", apiKey: "k" } },
    models: { default: "tls/m" },
    agent: { retries: 0 },
  });
  const ended = await place.odw(["run", "fine.js", "--output", "json"]);
  assert.match(JSON.parse(ended.stdout).failures[0].reason, /TLS/);
});

Deno.test("an answer of 200 MB ends that agent and not the process", async () => {
  await using place = await Place.make();
  const chunk = `data: {"choices":[{"index":0,"delta":{"content":"${"x".repeat(1 << 20)}"}}]}\n\n`;
  await using _server = await place.serve("openai-chat", { answer: () => ({ raw: Array(200).fill(chunk) }) }, {
    agent: { retries: 0 },
  });
  await place.write("fine.js", FINE);
  const ended = await place.odw(["run", "fine.js", "--output", "json"]);
  assert.equal(ended.code, 0, ended.stderr);
  assert.match(JSON.parse(ended.stdout).failures[0].reason, /large|MiB|MB/);
});
