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
