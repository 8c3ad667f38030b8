// What a Store promises about the answers of a run, and about taking a run to another machine.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  completed,
  eventfulRun,
  exported,
  failed,
  rejection,
  resumed,
  SPEC,
  started,
  type StoreTest,
  streamOf,
} from "./fixtures.ts";

export const RECORDED: [string, StoreTest][] = [
  ["recorded gives the answers of all parts and of no call that failed, was skipped or did not end", async (store) => {
    const id = await store.createRun(SPEC);
    const question = { key: "q#0", text: "?" };
    assert.deepEqual(await store.recorded(id), {
      steps: new Map(),
      answers: new Map(),
      toolOutcomes: new Map(),
      plans: new Map(),
      order: [],
      knownCostUsd: 0,
    });
    await store.append(id, [started("a#0"), completed("a#0", "first"), started("b#0"), failed("b#0"), started("c#0")]);
    await store.append(id, [{ type: "step_skipped", step: "d#0" }, { type: "run_waiting", question }]);
    await store.append(id, [{ type: "question_answered", key: "q#0", answer: "yes" }, resumed()]);
    await store.append(id, [started("e#0"), { ...completed("e#0"), value: null } as ReturnType<typeof completed>]);
    const { steps, answers } = await store.recorded(id);
    assert.deepEqual([...steps], [["a#0", "first"], ["e#0", null]]);
    assert.deepEqual([...answers], [["q#0", "yes"]]);
  }],
];

/** The header for lines that were changed on purpose, so that only their content can be refused. */
function rehashed(lines: string[]): string[] {
  const body = lines.slice(1);
  const sha256 = createHash("sha256").update(body.map((line) => `${line}\n`).join("")).digest("hex");
  return [JSON.stringify({ ...JSON.parse(lines[0]!), events: body.length, sha256 }), ...body];
}

function changed(lines: string[], number: number, change: (line: string) => string): string[] {
  return lines.map((line, i) => i === number - 1 ? change(line) : line);
}

export const TRANSFER: [string, StoreTest][] = [
  [
    "an import refuses what is truncated, damaged or made up, names the line, and leaves no trace",
    async (store, world) => {
      const lines = await exported(store, await eventfulRun(store));
      const cases: [string, string[], RegExp][] = [
        ["nothing", [], /line 1 .*there is no line/],
        ["no JSON", ["hello"], /line 1 .*not JSON/],
        ["another format", ['{"type":"run_created"}'], /line 1 .*not the header of an export/],
        ["no id", changed(lines, 1, (line) => line.replace(/"runId":"\w+"/, '"runId":"../x"')), /line 1 .*runId/],
        ["a cut end", lines.slice(0, -3), new RegExp(`line ${lines.length - 3} .*after 16 of 19 events`)],
        ["a cut line", [...lines.slice(0, 4), lines[4]!.slice(0, 20)], /line 5 .*not JSON/],
        ["a line more", [...lines, lines.at(-1)!], /line 21 .*one more/],
        ["a line twice", [...lines.slice(0, 6), ...lines.slice(5)], /line 7 .*seq 5, 6 would follow/],
        ["an edited answer", changed(lines, 17, (line) => line.replace("second", "better")), /do not have the hash/],
        [
          "an unknown event",
          rehashed(changed(lines, 3, (line) => line.replace("run_started", "run_x"))),
          /line 3 .*run_x/,
        ],
        [
          "an event without its parts",
          rehashed(changed(lines, 5, (line) => line.replace('"value"', '"x"'))),
          /line 5 .*value/,
        ],
        ["a negative count", rehashed(changed(lines, 5, (line) => line.replace(/s":10,/, 's":-1,'))), /line 5 .*usage/],
        ["no beginning", rehashed([lines[0]!, lines[2]!.replace('"seq":2', '"seq":1')]), /line 2 .*run_created/],
        ["a newer format", changed(lines, 1, (line) => line.replace('"version":1', '"version":2')), /newer odw/],
      ];
      await using other = await world.openElsewhere(() => world.clock.nowMs);
      for (const [name, text, message] of cases) {
        const error = await rejection(other.importRun(streamOf(text)));
        assert.equal(error.code, "usage", name);
        assert.match(error.message, message, name);
      }
      assert.deepEqual(await other.listRuns({}), []);
    },
  ],
  [
    "an imported run has the same record, steps, events, answers and export",
    async (store, { clock, openElsewhere }) => {
      const id = await eventfulRun(store);
      clock.nowMs += 86_400_000;
      await using other = await openElsewhere(() => clock.nowMs);
      await eventfulRun(other);
      assert.equal(await other.importRun(streamOf(await exported(store, id))), id);
      assert.deepEqual(await other.getRun(id), await store.getRun(id));
      assert.deepEqual(await other.steps(id), await store.steps(id));
      assert.deepEqual(await other.events(id, { after: 0 }), await store.events(id, { after: 0 }));
      assert.deepEqual(await other.recorded(id), await store.recorded(id));
      assert.deepEqual(await exported(other, id), await exported(store, id));
      assert.deepEqual((await other.check()).problems, []);
    },
  ],
  ["an export that went through a text file, with other line ends, is imported", async (store, { openElsewhere }) => {
    const id = await eventfulRun(store);
    await using other = await openElsewhere(Date.now);
    const text = (await exported(store, id)).join("\r\n") + "\r\n\r\n";
    await other.importRun(streamOf(text.split("\n")));
    assert.deepEqual(await exported(other, id), await exported(store, id));
  }],
  [
    "importing the same run again changes nothing; a run that differs is a conflict",
    async (store, { openElsewhere }) => {
      const id = await eventfulRun(store);
      const lines = await exported(store, id);
      await using other = await openElsewhere(Date.now);
      for (let i = 0; i < 2; i++) await other.importRun(streamOf(lines));
      assert.deepEqual(await exported(other, id), lines);
      await other.append(id, [resumed()]);
      const error = await rejection(other.importRun(streamOf(lines)));
      assert.equal(error.code, "conflict");
      assert.match(error.message, /20 events, the imported one has 19.*odw rm/);
      assert.equal((await other.events(id, { after: 0 })).length, 20);
    },
  ],
  [
    "of a run that is at work, what stands is exported; elsewhere it is interrupted and can be claimed",
    async (store, world) => {
      const id = await store.createRun(SPEC);
      await store.claim(id, "me", 60_000);
      await store.append(id, [{ type: "run_started" }, started("a#0")], "me");
      const lines: string[] = [];
      for await (const line of store.exportRun(id)) {
        if (lines.push(line) === 1) await store.append(id, [completed("a#0")], "me");
      }
      assert.equal(lines.length, 4);
      await using other = await world.openElsewhere(() => world.clock.nowMs);
      await other.importRun(streamOf(lines));
      assert.deepEqual([(await other.getRun(id)).status, (await other.steps(id))[0]!.status], [
        "interrupted",
        "interrupted",
      ]);
      assert.equal(await other.claim(id, "you", 1000), true);
    },
  ],
];
