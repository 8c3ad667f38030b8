// The stream over all runs: each run's events in their order, and an id that says how far each of them was sent.
import type { Engine } from "../engine.ts";
import { OdwError } from "../errors.ts";
import type { EventText, Run, RunStatus } from "../run.ts";
import type { EventStream, EventStreams } from "./event_stream.ts";
import { RunEvents } from "./run_events.ts";
import type { RunFeeds } from "./run_feed.ts";

const LOOK_EVERY_MS = 500;
/** Runs that an id tells of; the newest ones. */
const MOST_RUNS = 50;

/** How far each run was sent. */
type Position = Map<string, number>;

/** Without `lastId` from now on: runs that go on or begin. With it, exactly what came since. Sends until the client goes. */
export async function allEvents(feeds: RunFeeds, streams: EventStreams, lastId: string | null): Promise<Response> {
  const position = lastId === null ? await now(feeds.engine) : readPosition(lastId);
  const stream = streams.open();
  void new AllEvents(feeds, stream, position).run();
  return stream.response;
}

class AllEvents {
  readonly #engine: Engine;
  readonly #feeds: RunFeeds;
  readonly #stream: EventStream;
  readonly #position: Position;
  readonly #following = new Map<string, Promise<void>>();
  /** The status in which a run was followed to its end: it is looked at again when that changes. */
  readonly #seenToEnd = new Map<string, RunStatus>();

  constructor(feeds: RunFeeds, stream: EventStream, position: Position) {
    this.#engine = feeds.engine;
    this.#feeds = feeds;
    this.#stream = stream;
    this.#position = position;
  }

  async run(): Promise<void> {
    const { signal } = this.#stream;
    try {
      while (!signal.aborted) {
        for (const run of await this.#engine.list({ limit: MOST_RUNS })) this.#look(run);
        await pause(LOOK_EVERY_MS, signal);
      }
    } catch {
      this.#stream.close();
    }
  }

  #look(run: Run): void {
    const { id, status } = run;
    if (this.#following.has(id) || this.#seenToEnd.get(id) === status) return;
    const following = this.#follow(id).catch(() => {}).finally(() => this.#following.delete(id));
    this.#following.set(id, following);
  }

  async #follow(id: string): Promise<void> {
    const reading = { runId: id, after: this.#position.get(id) ?? 0, detail: "brief" } as const;
    await new RunEvents(this.#feeds, this.#stream, reading, ({ events }) => this.#send(id, events)).run();
    this.#seenToEnd.set(id, (await this.#engine.get(id)).status);
  }

  #send(runId: string, events: readonly EventText[]): void {
    // What does not change within a piece is put together once.
    this.#position.delete(runId);
    const oldest = this.#position.size >= MOST_RUNS ? [...this.#position.keys()].sort()[0] : undefined;
    if (oldest !== undefined && oldest < runId) this.#position.delete(oldest);
    const others = [...this.#position].map(([run, seq]) => `${run}.${seq}_`).join("");
    for (const { seq, type, text } of events) {
      const data = `{"runId":${JSON.stringify(runId)},${text.slice(1)}`;
      this.#stream.send({ id: `${others}${runId}.${seq}`, type, data });
    }
    this.#position.set(runId, events.at(-1)!.seq);
  }
}

async function now(engine: Engine): Promise<Position> {
  const position: Position = new Map();
  for (const run of await engine.list({ limit: MOST_RUNS })) {
    let last = 0;
    await engine.follow(run.id, { after: 0, detail: "brief", live: false }, (events) => {
      last = events.at(-1)?.seq ?? last;
    });
    position.set(run.id, last);
  }
  return position;
}

function readPosition(id: string): Position {
  const parts = id.split("_").map((part) => /^([\w-]+)\.(\d+)$/.exec(part));
  if (parts.some((part) => part === null)) {
    throw new OdwError("usage", `Last-Event-ID ${JSON.stringify(id.slice(0, 80))} is none that this server gave`);
  }
  return new Map(parts.map((part) => [part![1]!, Number(part![2])]));
}

/** Ends early when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
