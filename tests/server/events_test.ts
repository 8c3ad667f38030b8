// Event streams: in order, without loss or repeats, for readers of any speed.
import assert from "node:assert/strict";
import type { EventBody } from "../../src/run.ts";
import { createFakeEngine } from "../cli/fake_engine.ts";
import { allEvents } from "../../src/server/all_events.ts";
import { EventStream, EventStreams } from "../../src/server/event_stream.ts";
import { runEvents } from "../../src/server/run_events.ts";
import { RunFeeds } from "../../src/server/run_feed.ts";
import { problemOf, startTestServer } from "./test_server.ts";

interface Received {
  id: string;
  event: string;
  data: string;
}

/** Reads events until there are as many, or the stream ends. */
async function read(response: Response, most = Infinity): Promise<Received[]> {
  const events: Received[] = [];
  let rest = "";
  for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + text).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1] ?? "";
      if (block.startsWith(":")) continue;
      events.push({ id: field("id"), event: field("event"), data: field("data") });
      if (events.length >= most) return events;
    }
  }
  return events;
}

function logs(from: number, to: number, chars = 0): EventBody[] {
  return Array.from({ length: to - from + 1 }, (_, i) => ({
    type: "log_written",
    level: "info",
    message: `${from + i} ${"x".repeat(chars)}`,
  }));
}

Deno.test("a run's stream gives its past and its end; Last-Event-ID goes on where it was, without loss or repeats", async () => {
  await using served = startTestServer({ events: logs(1, 40) });
  const first = await read(await served.call("/v1/runs/last/events"), 17);
  assert.deepEqual(first.map(({ id }) => Number(id)), Array.from({ length: 17 }, (_, i) => i + 1));
  const rest = await read(
    await served.call("/v1/runs/last/events", { headers: { "last-event-id": first.at(-1)!.id } }),
  );
  const last = rest.pop();
  assert.deepEqual(rest.map(({ id }) => Number(id)), Array.from({ length: 23 }, (_, i) => i + 18));
  assert.deepEqual([last?.event, JSON.parse(last?.data ?? "").status], ["end", "completed"]);
  assert.match(JSON.parse(rest[0]!.data).message, /^18 /);
});

Deno.test("a Last-Event-ID that is none is refused", async () => {
  await using served = startTestServer();
  for (const path of ["/v1/runs/last/events", "/v1/events"]) {
    const response = await served.call(path, { headers: { "last-event-id": "x y" } });
    assert.equal((await problemOf(response)).status, 400);
  }
});

Deno.test("events that come later are sent as they come, and the stream ends with the run", async () => {
  await using served = startTestServer({ events: logs(1, 1), runsUntilCancelled: true });
  const reading = read(await served.call("/v1/runs/last/events"));
  served.engine.append(...logs(2, 3));
  served.engine.end({ status: "cancelled" });
  assert.deepEqual((await reading).map(({ event }) => event), ["log_written", "log_written", "log_written", "end"]);
});

Deno.test("a slow reader holds little in memory, gets everything in order, and its events are read again from the journal", async () => {
  const engine = createFakeEngine({ events: logs(1, 200, 20_000) });
  const response = runEvents(new RunFeeds(engine), new EventStream(), { runId: "last", after: 0, detail: "full" });
  await Promise.resolve();
  const events = await read(response);
  assert.deepEqual(
    events.filter(({ id }) => id).map(({ id }) => Number(id)),
    Array.from({ length: 200 }, (_, i) => i + 1),
  );
  assert.ok(engine.followed.length > 5, `${engine.followed.length} rounds`);
});

Deno.test("a reader that takes nothing is let go, and can come back", async () => {
  const engine = createFakeEngine({ events: logs(1, 200, 20_000) });
  const stalled = runEvents(
    new RunFeeds(engine),
    new EventStream({
      heartbeatMs: 60_000,
      stallMs: 20,
    }),
    { runId: "last", after: 0, detail: "full" },
  );
  while (engine.followed.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 100));
  const got = (await read(stalled)).filter(({ id }) => id);
  assert.ok(got.length > 0 && got.length < 200, `${got.length} events`);
  const after = Number(got.at(-1)!.id);
  const rest =
    (await read(runEvents(new RunFeeds(engine), new EventStream(), { runId: "last", after, detail: "full" }))).filter((
      { id },
    ) => id);
  assert.equal(Number(rest[0]!.id), after + 1);
  assert.equal(rest.length, 200 - after);
});

Deno.test("a quiet stream sends heartbeats, and ends when its reader goes", async () => {
  const engine = createFakeEngine({ events: logs(1, 1), followsOn: true });
  const response = runEvents(
    new RunFeeds(engine),
    new EventStream({
      heartbeatMs: 5,
      stallMs: 1000,
    }),
    { runId: "last", after: 0, detail: "brief" },
  );
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!/: still there\n\n: still there/.test(text)) text += (await reader.read()).value ?? "";
  await reader.cancel();
});

Deno.test("the stream of all runs goes on exactly where its id was", async () => {
  const record = { id: "01JD0000000000000000000001" };
  const engine = createFakeEngine({ record, runs: [], events: logs(1, 30), runsUntilCancelled: true });
  engine.list = async () => [await engine.get("last")];
  const first = await read(await allEvents(new RunFeeds(engine), new EventStreams(), `${record.id}.0`), 11);
  const rest = await read(await allEvents(new RunFeeds(engine), new EventStreams(), first.at(-1)!.id), 19);
  const seqs = [...first, ...rest].map(({ data }) => JSON.parse(data).seq);
  assert.deepEqual(seqs, Array.from({ length: 30 }, (_, i) => i + 1));
  assert.equal(JSON.parse(rest[0]!.data).runId, record.id);
  engine.end();
});

Deno.test("many readers of a run share one reading of it, and each gets everything once, whenever it came", async () => {
  const engine = createFakeEngine({ events: logs(1, 30), runsUntilCancelled: true });
  const feeds = new RunFeeds(engine);
  const open = (after: number) => read(runEvents(feeds, new EventStream(), { runId: "last", after, detail: "brief" }));
  const readers = Array.from({ length: 20 }, (_, i) => open(i));
  for (let from = 31; from <= 1000; from += 10) {
    engine.append(...logs(from, from + 9));
    if (from === 501) readers.push(open(0), open(490));
    await new Promise((resolve) => setTimeout(resolve));
  }
  engine.end();
  for (const [i, events] of (await Promise.all(readers)).entries()) {
    const after = i < 20 ? i : i === 20 ? 0 : 490;
    assert.equal(events.pop()?.event, "end");
    assert.deepEqual(events.map(({ id }) => Number(id)), Array.from({ length: 1000 - after }, (_, k) => after + 1 + k));
  }
  const following = engine.followed.filter(({ live }) => live !== false);
  assert.equal(following.length, 1, `${following.length} readings that go on`);
  assert.ok(engine.followed.length < 100, `${engine.followed.length} readings`);
});

Deno.test("a reader that is behind holds up no other, and comes back to the shared reading without loss", async () => {
  const engine = createFakeEngine({ events: logs(1, 1), runsUntilCancelled: true });
  const feeds = new RunFeeds(engine);
  const quick = read(runEvents(feeds, new EventStream(), { runId: "last", after: 0, detail: "full" }), 401);
  const slow = runEvents(feeds, new EventStream(), { runId: "last", after: 0, detail: "full" });
  for (let from = 2; from <= 401; from += 10) {
    engine.append(...logs(from, from + 9, 20_000));
    await new Promise((resolve) => setTimeout(resolve));
  }
  assert.equal((await quick).length, 401);
  const reading = read(slow);
  engine.append(...logs(402, 410));
  engine.end();
  const ids = (await reading).filter(({ id }) => id).map(({ id }) => Number(id));
  assert.deepEqual(ids, Array.from({ length: 410 }, (_, k) => k + 1));
});

Deno.test("a run is followed only while somebody reads it", async () => {
  const engine = createFakeEngine({ events: logs(1, 5), followsOn: true });
  const signals: AbortSignal[] = [];
  const { followTexts } = engine;
  engine.followTexts = (ref, options, onTexts, signal) => {
    if (options.live !== false) signals.push(signal!);
    return followTexts(ref, options, onTexts, signal);
  };
  const feeds = new RunFeeds(engine);
  const open = () =>
    runEvents(feeds, new EventStream(), { runId: "last", after: 0, detail: "brief" }).body!.getReader();
  const readers = [open(), open()];
  for (const reader of readers) await reader.read();
  while (signals.length === 0) await new Promise((resolve) => setTimeout(resolve));
  await readers[0]!.cancel();
  assert.deepEqual(signals.map(({ aborted }) => aborted), [false]);
  await readers[1]!.cancel();
  while (!signals[0]!.aborted) await new Promise((resolve) => setTimeout(resolve));
  const again = open();
  await again.read();
  while (signals.length === 1) await new Promise((resolve) => setTimeout(resolve));
  await again.cancel();
});

Deno.test("no more streams are opened than may be, and one that has ended makes room", async () => {
  const streams = new EventStreams(2);
  const first = streams.open();
  const second = streams.open();
  assert.throws(() => streams.open(), { code: "service_unavailable", message: /2 streams are open/ });
  first.close();
  const third = streams.open();
  await second.response.body!.cancel();
  streams.open().close();
  third.close();
});
