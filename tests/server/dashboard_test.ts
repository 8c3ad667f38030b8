// The dashboard in a real browser: what it shows, what it lets a person do, and that it talks to nobody else.
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { noUsage } from "../../src/provider.ts";
import type { EventBody, Step } from "../../src/run.ts";
import { ASSETS } from "../../src/server/dashboard_assets.ts";
import { runRecord, step } from "../cli/fake_engine.ts";
import { browserPath, startBrowser } from "./browser.ts";
import { startTestServer, type TestServer } from "./test_server.ts";

const BROWSER = await browserPath();
if (BROWSER === null) {
  console.log("dashboard_test skips the browser: no Chromium on this machine (ODW_TEST_BROWSER names one)");
}
const SCREENSHOTS = Deno.env.get("ODW_TEST_SCREENSHOTS");
const MOST_GZIPPED = 150_000;

Deno.test("the bundled page is the one that its sources make, and it is small", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const output = `${folder}/bundle.js`;
    const root = new URL("../../", import.meta.url);
    const args = ["run", "-A", "--quiet", "scripts/dashboard.ts", "--output", output];
    const made = await new Deno.Command(Deno.execPath(), { args, cwd: root }).output();
    assert.equal(made.code, 0, new TextDecoder().decode(made.stderr));
    const bundle = ASSETS.find(({ path }) => path === "/dashboard.js")!.body;
    assert.equal(withoutNames(bundle), withoutNames(await Deno.readTextFile(output)), "run deno task dashboard");
    const zipped = new Blob([bundle]).stream().pipeThrough(new CompressionStream("gzip"));
    const { byteLength } = await new Response(zipped).arrayBuffer();
    assert.ok(byteLength < MOST_GZIPPED, `${byteLength} bytes`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Two versions of the bundler choose other short names: what they bundle is told by the texts. */
function withoutNames(bundle: string): string {
  return [...bundle.matchAll(/"(?:[^"\\\n]|\\.){4,}"/g)].map(([text]) => text).sort().join("\n");
}

interface Opened {
  served: TestServer;
  page: Page;
  /** Requests to anything but the server, and errors of the page. */
  faults: string[];
}

function browserTest(
  name: string,
  fake: Parameters<typeof startTestServer>[0],
  act: (opened: Opened) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: BROWSER === null,
    async fn() {
      await using served = startTestServer(fake);
      const browser = await startBrowser(BROWSER!);
      try {
        const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
        const faults: string[] = [];
        page.on("request", (request) => {
          if (!request.url().startsWith(served.url) && !request.url().startsWith("data:")) faults.push(request.url());
        });
        page.on("pageerror", (error) => faults.push(String(error)));
        page.on("console", (message) => {
          if (message.type() === "error" && !/40\d/.test(message.text())) faults.push(message.text());
        });
        await page.goto(served.server.signInLink());
        await act({ served, page, faults });
        assert.deepEqual(faults, []);
      } finally {
        await browser.close();
      }
    },
  });
}

async function shoot(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, fullPage: true });
}

const RECORD = runRecord();

function eventsFor(agents: number): EventBody[] {
  const events: EventBody[] = [{ type: "run_started" }, { type: "phase_started", title: "Read" }];
  for (let i = 0; i < agents; i++) {
    const id = `step${i}#0`;
    const phase = i % 2 ? "Read" : "Judge";
    events.push({
      type: "step_started",
      step: id,
      request: { prompt: "" },
      handling: { label: `agent ${i}`, phase },
      model: "sim/default",
    });
    if (i > 0) {
      const before = `step${i - 1}#0`;
      events.push({
        type: "step_completed",
        step: before,
        value: null,
        model: "sim/default",
        attempts: 1,
        usage: { ...noUsage(), inputTokens: 10, outputTokens: 5 },
        costUsd: 0.001,
        durationMs: 1,
      });
    }
  }
  return [...events, { type: "log_written", level: "warn", message: "<b>not markup</b>" }];
}

const FULL: Step = step({
  id: "step3#0",
  label: "agent 3",
  request: { prompt: "Review <script>alert(1)</script>" },
  value: "the whole answer",
  toolCalls: [{
    call: "t1",
    name: "grep",
    access: "read",
    input: { pattern: "x" },
    isError: false,
    output: "a.ts:1",
    durationMs: 3,
  }],
});

browserTest(
  "runs are listed, and one opens by keyboard alone",
  { runs: [RECORD], events: eventsFor(4), steps: [FULL] },
  async ({ page }) => {
    await page.waitForSelector("table");
    assert.match(await page.textContent("main") ?? "", /completed/);
    await shoot(page, "runs");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate("document.activeElement.textContent"), "Skip to the content");
    for (let i = 0; i < 5; i++) await page.keyboard.press("Tab");
    assert.equal(await page.evaluate("document.activeElement.textContent"), RECORD.name);
    await page.keyboard.press("Enter");
    await page.waitForSelector("canvas");
  },
);

browserTest("runs show their progress, by pages and by status", {
  runs: Array.from({ length: 101 }, (_, i) => runRecord({ id: `run${i}`, name: `run ${i}`, agents: 5, doneAgents: 2 })),
}, async ({ page, served }) => {
  await page.getByRole("link", { name: "run 0", exact: true }).waitFor();
  assert.match(await page.textContent("tbody tr") ?? "", /2 of 5/);
  await page.getByRole("button", { name: "Older" }).click();
  while (served.engine.listed.at(-1)?.before !== "run99") await page.waitForTimeout(10);
  await page.getByRole("button", { name: "Newer" }).click();
  await page.getByLabel("Status").selectOption("failed");
  while (!served.engine.listed.at(-1)?.status) await page.waitForTimeout(10);
  const { before, status } = served.engine.listed.at(-1)!;
  assert.deepEqual([before, status], [undefined, ["failed"]]);
  await shoot(page, "runs-many");
});

browserTest("a run shows counters, timeline, log as text, and any agent in full", {
  events: eventsFor(6),
  steps: [FULL],
}, async ({ page, served }) => {
  await page.goto(`${served.url}/#/run/${RECORD.id}`);
  await page.getByRole("link", { name: "agent 3", exact: true }).click();
  await page.getByText("the whole answer").waitFor();
  assert.match(await page.textContent("aside") ?? "", /<script>alert\(1\)<\/script>/);
  assert.match(await page.textContent(".log") ?? "", /<b>not markup<\/b>/);
  assert.match(await page.textContent(".cards") ?? "", /6Agents/);
  assert.equal(await page.evaluate("document.activeElement.tagName"), "ASIDE");
  await page.keyboard.press("Escape");
  assert.equal(await page.evaluate("document.activeElement.textContent"), "agent 3");
  await page.keyboard.press("Enter");
  await page.getByText("grep").click();
  await page.getByText("a.ts:1").waitFor();
  await page.getByText("Graph of calls").click();
  await page.getByRole("img", { name: /Graph of/ }).waitFor();
  await shoot(page, "run");
  await page.emulateMedia({ colorScheme: "dark" });
  await shoot(page, "run-dark");
  await page.setViewportSize({ width: 360, height: 740 });
  const overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
  assert.equal(overflow, 0, "the page is wider than 360 px");
  await shoot(page, "run-narrow");
});

const SCRIPT = `export const meta = { name: "review", description: "d" };
phase("Read");
const notes = await parallel(args.files.map((file) => () =>
  agent("Summarize " + file, { label: file })));
return await agent("Merge " + notes.join("\\n"), { label: "merge" });`;

function startedAt(label: string, place: { line?: number; script?: string }): EventBody {
  const handling = { label, phase: "Read", ...place };
  return { type: "step_started", step: `${label}#0`, request: { prompt: "" }, handling, model: "sim/default" };
}

browserTest("the script shows the lines whose agents are at work and how many, and no line of another script", {
  runsUntilCancelled: true,
  record: { status: "running", isOwned: true, spec: { ...RECORD.spec, script: SCRIPT } },
  events: [
    { type: "run_started" },
    startedAt("a", { line: 4 }),
    startedAt("b", { line: 4 }),
    startedAt("child", { line: 5, script: "summarize.js" }),
  ],
  steps: [step({ id: "child#0", label: "child", line: 5, script: "summarize.js" })],
}, async ({ page, served }) => {
  await page.goto(`${served.url}/#/run/${RECORD.id}`);
  await page.getByText("Script", { exact: true }).click();
  await page.getByText("2 agents at work").waitFor();
  assert.equal(
    await page.textContent(".script .now"),
    '  agent("Summarize " + file, { label: file }))); 2 agents at work',
  );
  assert.equal(await page.locator(".script .now").count(), 1);
  await page.getByText("At work: line 4 (2 agents), 1 agent of child workflows").waitFor();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 1200, height: 900 });
    await shoot(page, `script-${colorScheme}`);
    await page.setViewportSize({ width: 360, height: 740 });
    assert.equal(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"), 0);
    await shoot(page, `script-${colorScheme}-narrow`);
  }
  served.engine.append({ type: "step_skipped", step: "a#0" }, startedAt("merge", { line: 5 }));
  await page.getByText("At work: line 4 (1 agent), line 5 (1 agent), 1 agent of child workflows").waitFor();
  await page.getByRole("link", { name: "child", exact: true }).click();
  await page.getByText("5 of summarize.js").waitFor();
});

browserTest("a waiting run is answered in the page, with the exact command before the choices", {
  runsUntilCancelled: true,
  record: {
    status: "waiting",
    isOwned: true,
    question: {
      key: "k",
      text: 'Allow "fix" to run npm test?',
      choices: ["once", "never"],
      approval: { step: "s", label: "fix", tool: "run_command", detail: "npm test --silent" },
    },
  },
  events: [{ type: "run_started" }],
}, async ({ page, served }) => {
  await page.goto(`${served.url}/#/run/${RECORD.id}`);
  await page.getByText("npm test --silent").waitFor();
  await shoot(page, "approval");
  await page.getByRole("button", { name: "once" }).click();
  while (served.engine.asked.length === 0) await page.waitForTimeout(10);
  assert.deepEqual(served.engine.asked[0], ["respond", RECORD.id, "once"]);
  await page.getByRole("button", { name: "Pause" }).click();
  while (served.engine.asked.length === 1) await page.waitForTimeout(10);
  assert.deepEqual(served.engine.asked[1], ["pause", RECORD.id]);
});

browserTest("a workflow starts from its form, and its run opens", {
  workflows: [{ name: "compare", description: "Compares options", whenToUse: null, source: "built-in" }],
  events: [{ type: "run_started" }],
}, async ({ page, served }) => {
  await page.goto(`${served.url}/#/start`);
  await page.getByLabel(/Args as JSON/).fill('{"depth": 2}');
  await shoot(page, "start");
  await page.getByRole("button", { name: "Start" }).click();
  await page.waitForURL(/#\/run\//);
  assert.deepEqual(served.engine.started[0], { script: { name: "compare" }, args: { depth: 2 }, onAsk: "wait" });
});

browserTest("empty and error states say what to do", { runs: [] }, async ({ page, served }) => {
  await page.getByText("No run yet").waitFor();
  await shoot(page, "empty");
  await page.goto(`${served.url}/#/run/nope`);
  await page.getByRole("alert").waitFor();
  assert.match(await page.textContent("main") ?? "", /there is no run/);
});

browserTest(
  "a run of 5,000 agents is shown within a second of its events",
  { events: eventsFor(5000), steps: [] },
  async ({ page, served }) => {
    await page.goto(`${served.url}/#/start`);
    const began = performance.now();
    await page.goto(`${served.url}/#/run/${RECORD.id}`);
    await page.locator(".card b", { hasText: /^5000$/ }).first().waitFor();
    console.log(`5,000 agents shown after ${Math.round(performance.now() - began)} ms`);
    const frames = await page.evaluate(`new Promise((done) => {
    const times = [];
    const tick = (at) => times.push(at) < 30 ? requestAnimationFrame(tick) : done(times);
    requestAnimationFrame(tick);
  })`) as number[];
    const gaps = frames.slice(1).map((at, i) => at - frames[i]!);
    assert.ok(Math.max(...gaps) < 250, `a frame took ${Math.max(...gaps)} ms`);
    await shoot(page, "run-5000");
  },
);

Deno.test({
  name: "the page survives a restart of its server: it is still signed in, and shows what happened meanwhile",
  ignore: BROWSER === null,
  async fn() {
    const first = startTestServer({ runs: [] });
    const browser = await startBrowser(BROWSER!);
    try {
      const page = await browser.newPage();
      await page.goto(first.server.signInLink());
      await page.getByText("No run yet").waitFor();
      await first.server.stop("leave");
      await page.getByText("cannot be reached").waitFor();
      await using _second = startTestServer({ runs: [RECORD] }, { port: Number(new URL(first.url).port) });
      await page.getByRole("link", { name: RECORD.name }).waitFor();
      assert.equal(await page.getByText("cannot be reached").count(), 0);
    } finally {
      await browser.close();
    }
  },
});

Deno.test({
  name: "an open run goes on after a restart of its server where it was, without loss or repeats",
  ignore: BROWSER === null,
  async fn() {
    const fake = { runsUntilCancelled: true, record: { status: "running" as const, isOwned: true } };
    const first = startTestServer({ ...fake, events: eventsFor(3) });
    const browser = await startBrowser(BROWSER!);
    try {
      const page = await browser.newPage();
      await page.goto(first.server.signInLink());
      await page.goto(`${first.url}/#/run/${RECORD.id}`);
      await page.locator(".card b", { hasText: /^3$/ }).first().waitFor();
      await first.server.stop("leave");
      await page.getByText("connecting…").waitFor();
      await using second = startTestServer({ ...fake, events: eventsFor(3) }, {
        port: Number(new URL(first.url).port),
      });
      second.engine.append(startedAt("late", {}));
      await page.locator(".card b", { hasText: /^4$/ }).first().waitFor();
      assert.equal(await page.locator(".log li").count(), 1);
    } finally {
      await browser.close();
    }
  },
});

Deno.test({
  name: "a browser without a session is told how to get one",
  ignore: BROWSER === null,
  async fn() {
    await using served = startTestServer();
    const response = await fetch(served.url, { headers: { accept: "text/html" } });
    assert.equal(response.status, 401);
    assert.match(await response.text(), /odw dashboard/);
  },
});
