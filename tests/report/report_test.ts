// Reports stay what they are, whatever the agents wrote.
import assert from "node:assert/strict";
import { findingsOf, MOST_FINDINGS } from "../../src/report/findings.ts";
import { reports } from "../../src/report/open.ts";
import { totalsByModel, totalsByPhase } from "../../src/report/totals.ts";
import { runRecord, step } from "../cli/fake_engine.ts";
import { NASTY, nastySteps, source } from "./source.ts";

Deno.test("an HTML report has no script, asks for nothing, and shows markup of agents as text", () => {
  const html = reports.report(source(), "html");
  assert.doesNotMatch(html, /<script|src=|href=|@import|url\(/i);
  assert.match(html, /&lt;script&gt;alert/);
  assert.match(html, /Content-Security-Policy" content="default-src 'none'/);
  assert.doesNotMatch(html, /\0/);
  for (const title of ["Answer", "Failures", "Timeline", "Cost by model", "Cost by phase", "Agents", "Log", "Script"]) {
    assert.match(html, new RegExp(`<h2>${title}</h2>`));
  }
  assert.equal(html.match(/<rect /g)?.length, 3);
  assert.equal((html.match(/<details>/g) ?? []).length, 3);
});

Deno.test("a report of a run that failed shows its error where the answer would be", () => {
  const error = { name: "TypeError", message: "x is <b>undefined</b>", stack: "at plan.js:3:1" };
  for (const format of ["html", "md"] as const) {
    const text = reports.report(source({ status: "failed", result: null, error }), format);
    assert.match(text, /No answer/);
    assert.match(text, /x is/);
  }
});

Deno.test("the JSON report holds the run, its steps and its log as they are", () => {
  const given = source();
  assert.deepEqual(
    JSON.parse(reports.report(given, "json")),
    JSON.parse(JSON.stringify({
      version: given.version,
      run: given.run,
      steps: given.steps,
      log: given.log,
    })),
  );
});

Deno.test("Markdown of agents stands in fences and cells that it cannot leave", () => {
  const text = reports.report(source(), "md");
  const [, fence = ""] = /^(`{4,})\n<\/script>/m.exec(text) ?? [];
  assert.equal(fence, "````");
  const rows = text.split("\n").filter((line) => /^\| (?:sim|\\<)/.test(line));
  assert.equal(rows.length, 2);
  assert.ok(rows.every((line) => line.match(/(?<!\\)\|/g)?.length === 7), rows.join("\n"));
});

Deno.test("totals by model and phase count each step, and an unknown price makes the cost unknown", () => {
  const [only] = totalsByModel(nastySteps());
  assert.deepEqual([only?.agents, only?.failed, only?.costUsd], [3, 1, null]);
  const phases = totalsByPhase([
    step({ phase: "A", costUsd: 0.5 }),
    step({ phase: "A", costUsd: 0.25 }),
    step({ phase: null }),
  ]);
  assert.deepEqual(phases.map(({ name, agents, costUsd }) => [name, agents, costUsd]), [["A", 2, 0.75], [
    "(no phase)",
    1,
    null,
  ]]);
});

Deno.test("JUnit holds a suite per phase, a case per agent and one for the run, in XML that can be read", () => {
  const xml = reports.junit(source());
  assert.match(xml, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="[^<]*" tests="4" failures="1"/);
  assert.equal(xml.match(/<testsuite /g)?.length, 3);
  assert.equal(xml.match(/<testcase /g)?.length, 4);
  assert.equal(xml.match(/<failure /g)?.length, 1);
  assert.equal(xml.match(/<skipped /g)?.length, 1);
  assert.doesNotMatch(xml, /\0|\ud800|<script/);
  assert.equal(openTags(xml).length, 0);
});

Deno.test("JUnit counts a run that failed although every agent answered", () => {
  const failed = source({ status: "failed", error: { name: "Error", message: "boom" } }, [step()]);
  assert.match(reports.junit(failed), /failures="1"[\s\S]*boom/);
});

/** Tags that no end tag closes. */
function openTags(xml: string): string[] {
  const open: string[] = [];
  for (const [, close, name = "", , self] of xml.matchAll(/<(\/?)([a-z]+)((?:\s[\w-]+="[^"]*")*)\s*(\/?)>/g)) {
    if (self) continue;
    if (!close) open.push(name);
    else assert.equal(open.pop(), name);
  }
  return open;
}

Deno.test("findings are read wherever they stand in a result, with the words that agents use for them", () => {
  const found = findingsOf({
    groups: [
      { file: "./src/a b.ts", line: "12-18", severity: "High", title: "leak", detail: "never closed" },
      { path: "src\\c.ts", startLine: 3, endLine: 5, level: "minor", message: "typo" },
      { file: "src/d.ts", line: 0, description: "no line" },
      { file: "src/e.ts" },
      { title: "no file" },
    ],
    again: { file: "src/a b.ts", line: 12, severity: "critical", title: "leak", detail: "never closed" },
  });
  assert.deepEqual(found.map(({ file, line, endLine, level, title }) => [file, line, endLine, level, title]), [
    ["src/a b.ts", 12, null, "error", "leak"],
    ["src/c.ts", 3, 5, "note", "typo"],
    ["src/d.ts", null, null, "warning", "no line"],
  ]);
  const many = Array.from({ length: MOST_FINDINGS + 10 }, (_, line) => ({ file: "a", line: line + 1, title: "t" }));
  assert.equal(findingsOf(many).length, MOST_FINDINGS);
});

Deno.test("SARIF names each finding's place by a relative reference, and is valid without findings", () => {
  const result = [{ file: "src/a b.ts", line: 2, severity: "low", title: "t", detail: NASTY }];
  const { text, findings } = reports.sarif(source({ result, name: "code audit" }));
  const [run] = JSON.parse(text).runs;
  assert.equal(findings, 1);
  assert.equal(run.results[0].locations[0].physicalLocation.artifactLocation.uri, "src/a%20b.ts");
  assert.equal(run.results[0].locations[0].physicalLocation.region.startLine, 2);
  assert.equal(run.results[0].ruleId, run.tool.driver.rules[0].id);
  const none = JSON.parse(reports.sarif({ run: runRecord(), steps: [], log: [], version: "1" }).text);
  assert.deepEqual(none.runs[0].results, []);
});

Deno.test("the summary for a CI page is bounded, and says where all of it is", () => {
  const text = reports.summary(source({
    result: "x".repeat(100_000),
    failures: Array.from({ length: 50 }, (_, i) => ({
      label: `agent ${i}`,
      phase: null,
      reason: "no",
    })),
  }));
  assert.ok(text.length < 30_000);
  assert.match(text, /odw report/);
  assert.match(text, /30 more/);
});
