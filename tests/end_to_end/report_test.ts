// What a run leaves for others: a report, and files for CI.
import assert from "node:assert/strict";
import { Place } from "./odw_process.ts";

const SCRIPT = `export const meta = { name: "findings", description: "d", phases: [{ title: "Look" }] };
phase("Look");
const texts = await parallel([() => agent("good"), () => agent("bad")]);
return [{ file: "src/a.ts", line: 3, severity: "high", title: "leak", detail: String(texts[0]) }];`;

Deno.test("odw run leaves JUnit, SARIF and a step summary, and odw report makes one file of the run", async () => {
  await using place = await Place.make();
  await using _server = await place.serve("openai-chat", {
    answer: ({ prompt }) => prompt === "bad" ? { status: 400, body: {} } : "never closed",
  });
  await place.write("findings.js", SCRIPT);
  const summary = await place.write("summary.md", "before\n");
  const files = ["--junit", "out.xml", "--sarif", "out.sarif"];
  const { code, stderr } = await place.odw(["run", "findings.js", ...files], { env: { GITHUB_STEP_SUMMARY: summary } });
  assert.equal(code, 0, stderr);
  const junit = await Deno.readTextFile(`${place.work}/out.xml`);
  assert.match(junit, /<testsuite name="Look" tests="2" failures="1"/);
  const sarif = JSON.parse(await Deno.readTextFile(`${place.work}/out.sarif`));
  assert.equal(sarif.runs[0].results[0].message.text, "leak\n\nnever closed");
  assert.match(await Deno.readTextFile(summary), /^before\n## odw: findings: completed/);

  for (
    const [file, wanted] of [["r.html", /<!doctype html>/], ["r.md", /# findings: completed/], [
      "r.json",
      /"steps"/,
    ]] as const
  ) {
    const made = await place.odw(["report", "last", "-o", file]);
    assert.equal(made.code, 0, made.stderr);
    assert.match(await Deno.readTextFile(`${place.work}/${file}`), wanted);
  }
  const piped = await place.odw(["report", "last"]);
  assert.match(piped.stdout, /never closed/);
  const wrong = await place.odw(["report", "last", "-o", "r.pdf"]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /\.html, \.md or \.json/);
});

Deno.test("a file for CI that cannot be written is a warning, and the run keeps its exit code", async () => {
  await using place = await Place.make();
  await place.write("one.js", `export const meta = { name: "one", description: "d" };\nreturn 1;`);
  const { code, stdout, stderr } = await place.odw(["run", "one.js", "--junit", "no/such/folder/out.xml"]);
  assert.equal(code, 0, stderr);
  assert.equal(stdout.trim(), "1");
  assert.match(stderr, /cannot write no\/such\/folder\/out\.xml/);
});

Deno.test("spans go to a collector when the standard variables name one, without prompts and answers, and never otherwise", async () => {
  await using place = await Place.make();
  await using _server = await place.serve("openai-chat", {
    answer: ({ prompt }) => prompt === "bad" ? { status: 400, body: {} } : "never closed",
  });
  await place.write("findings.js", SCRIPT);
  const received: { path: string; key: string | null; text: string }[] = [];
  await using collector = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    received.push({
      path: new URL(request.url).pathname,
      key: request.headers.get("x-key"),
      text: await request.text(),
    });
    return new Response(null, { status: received.length > 1 ? 503 : 200 });
  });
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.addr.port}`,
    OTEL_EXPORTER_OTLP_HEADERS: "x-key=a%20b",
    OTEL_SERVICE_NAME: "audit",
  };
  assert.equal((await place.odw(["run", "findings.js", "--quiet"])).code, 0);
  assert.equal(received.length, 0);
  assert.equal((await place.odw(["run", "findings.js", "--quiet"], { env })).code, 0);
  const [sent] = received;
  assert.deepEqual([sent?.path, sent?.key], ["/v1/traces", "a b"]);
  assert.doesNotMatch(sent!.text, /never closed/);
  const [{ resource, scopeSpans: [{ spans }] }] = JSON.parse(sent!.text).resourceSpans;
  assert.deepEqual(resource.attributes, [{ key: "service.name", value: { stringValue: "audit" } }]);
  assert.deepEqual(spans.map(({ name }: { name: string }) => name), [
    "invoke_workflow findings",
    "invoke_agent good",
    "invoke_agent bad",
  ]);
  assert.deepEqual(spans.map(({ status }: { status: { code: number } }) => status.code), [1, 1, 2]);
  assert.equal(spans[1].parentSpanId, spans[0].spanId);
  const refused = await place.odw(["run", "findings.js", "--quiet"], { env });
  assert.equal(refused.code, 0);
  assert.match(refused.stderr, /cannot write spans: .* status 503/);
  assert.equal(
    (await place.odw(["run", "findings.js", "--quiet"], { env: { ...env, OTEL_SDK_DISABLED: "true" } })).code,
    0,
  );
  assert.equal(received.length, 2);
});
