// A disk that fills up or turns read-only under a run: a clear end, nothing recorded is lost, and a resume goes on.
import assert from "node:assert/strict";
import { LoopDisk, MemoryDisk, mountRefusal } from "../mounted_disk.ts";
import type { WireServer } from "../wire_server.ts";
import { Arrivals } from "./arrivals.ts";
import { hashed } from "./hashed_answer.ts";
import { type Ended, Place } from "./odw_process.ts";
import { completedPrompts, journalOf, listedStatus, resultOf } from "./recorded_run.ts";
import { seededRandom } from "./seeded_random.ts";
import { StartedRun } from "./started_run.ts";

const AGENTS = 200;
const CONCURRENCY = 8;
/** Each answer is recorded: 200 of them take 4 MB, and as much again in the write-ahead log. */
const ANSWER_CHARS = 20_000;
const FILLED = 2;

const PIPELINE = `export const meta = { name: "large", description: "200 agents with long answers" };
const items = Array.from({ length: ${AGENTS / 2} }, (_, index) => index);
const ends = await pipeline(
  items,
  (item) => agent("write " + item),
  (text, item) => agent("check " + item + " " + text.slice(-8)),
);
return ends.map((text) => text.slice(-8));
`;

function longAnswer(prompt: string): string {
  return `${"words ".repeat(ANSWER_CHARS / 6)}${hashed(prompt)}`;
}

const NO_TMPFS = await mountRefusal(["tmpfs"]);
const NO_EXT4 = await mountRefusal(["ext4"]);
if (NO_TMPFS) console.log(`disk_test skips full disks: ${NO_TMPFS}`);
if (NO_EXT4) console.log(`disk_test skips disks that break: ${NO_EXT4}`);

Deno.test({
  name: "a run on a disk that fills up ends with that reason, and goes on when there is space again",
  ignore: NO_TMPFS !== null,
  async fn() {
    const random = seededRandom("disk_test, full");
    await using place = await Place.make();
    await using disk = await MemoryDisk.mount(place.home, `${random.between(1500, 2000)}k`);
    await using server = await place.serve("openai-chat", { answer: ({ prompt }) => longAnswer(prompt) });
    await place.write("large.js", PIPELINE);
    await using run = new StartedRun(place, ["run", "large.js", "--concurrency", String(CONCURRENCY)]);
    const id = await run.id;
    let ended = await run.ended;
    let completed = new Set<string>();
    let mark = 0;
    for (let filled = 1; filled <= FILLED; filled++) {
      assertRefusedByDisk(ended, /full/);
      await disk.remount(`size=${2000 + filled * random.between(1200, 2000)}k`);
      await untilStopped(place, id);
      completed = assertPaidOnce(server, { mark, completed, now: completedPrompts(await journalOf(place, id)) });
      mark = server.calls.length;
      if (filled === FILLED) await disk.remount("size=64m");
      ended = await place.odw(["resume", id, "--output", "json"]);
    }
    assert.deepEqual(resultOf(ended), expected());
    assertPaidOnce(server, { mark, completed, now: completedPrompts(await journalOf(place, id)) });
  },
});

Deno.test({
  name: "a run whose disk turns read-only at a random moment ends with that reason, and goes on after the repair",
  ignore: NO_EXT4 !== null,
  async fn() {
    const random = seededRandom("disk_test, read-only");
    const asked = new Arrivals();
    await using place = await Place.make();
    await using disk = await LoopDisk.mount(place.home);
    await using server = await place.serve("openai-chat", {
      answer: ({ prompt }) => {
        asked.add();
        return longAnswer(prompt);
      },
    });
    await disk.sync();
    await place.write("large.js", PIPELINE);
    await using run = new StartedRun(place, ["run", "large.js", "--concurrency", String(CONCURRENCY)]);
    const id = await run.id;
    await asked.reach(random.between(1, AGENTS - 2 * CONCURRENCY));
    await disk.break();
    assertRefusedByDisk(await run.ended, /I\/O error|read-only/);
    await disk.repair();
    await untilStopped(place, id);
    const completed = assertPaidOnce(server, {
      mark: 0,
      completed: new Set(),
      now: completedPrompts(await journalOf(place, id)),
    });
    const mark = server.calls.length;
    assert.deepEqual(resultOf(await place.odw(["resume", id, "--output", "json"])), expected());
    assertPaidOnce(server, { mark, completed, now: completedPrompts(await journalOf(place, id)) });
  },
});

Deno.test({
  name: "on a read-only disk a run and a resume are refused with exit 2 before anything is sent",
  ignore: NO_TMPFS !== null,
  async fn() {
    await using place = await Place.make();
    await using disk = await MemoryDisk.mount(place.home, "8m");
    await using server = await place.serve("openai-chat", { answer: () => ({ status: 400, body: {} }) });
    await place.write("one.js", `export const meta = { name: "one", description: "d" };\nreturn await agent("p");`);
    const { code } = await place.odw(["run", "one.js", "--strict"]);
    assert.equal(code, 4);
    await disk.remount("ro");
    for (const args of [["run", "one.js"], ["resume", "last"]]) {
      const refused = await place.odw(args);
      assert.equal(refused.code, 2, refused.stderr);
      assert.match(refused.stderr, /read-only/i);
      assert.ok(refused.stderr.includes(place.home), refused.stderr);
    }
    assert.equal(server.calls.length, 1);
  },
});

function assertRefusedByDisk({ code, stderr }: Ended, reason: RegExp): void {
  assert.ok(code === 1 || code === 2, `exit ${code}: ${stderr}`);
  assert.match(stderr, reason);
  assert.match(stderr, /odw\.db/);
}

/** The end may have found no room in the journal: then the run is interrupted when its lease has run out. */
async function untilStopped(place: Place, id: string): Promise<void> {
  const { stderr } = await place.odw(["wait", id]);
  assert.match(await listedStatus(place, id), /^(failed|interrupted)$/, stderr);
}

interface Part {
  /** The first call of this part. */
  mark: number;
  /** Prompts whose answers were recorded before it. */
  completed: Set<string>;
  now: Set<string>;
}

function assertPaidOnce(server: WireServer, { mark, completed, now }: Part): Set<string> {
  const asked = server.calls.slice(mark).map(({ prompt }) => prompt);
  assert.deepEqual(asked.filter((prompt) => completed.has(prompt)), []);
  const lost = asked.filter((prompt) => !now.has(prompt));
  assert.ok(lost.length <= CONCURRENCY, `${lost.length} answers were not recorded: ${lost.join(", ")}`);
  assert.deepEqual([...completed].filter((prompt) => !now.has(prompt)), []);
  return now;
}

function expected(): string[] {
  return Array.from({ length: AGENTS / 2 }, (_, item) => hashed(`check ${item} ${hashed(`write ${item}`)}`));
}
