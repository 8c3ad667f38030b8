// Server-sent events: what happens in runs, in order, for readers of any speed, that can come back where they were.
import type { Engine } from "../engine.ts";
import { errorInfo } from "../errors.ts";
import type { Event } from "../run.ts";

export const HEARTBEAT_MS = 15_000;
/** What a reader may leave unread before its events wait in the journal. */
const MOST_WAITING_BYTES = 256 * 1024;
const PIECE_CHARS = 32 * 1024;
/** Often enough for eyes and programs; many readers of a busy run cost it little. */
const EVERY_MS = 100;
/** A reader that takes nothing for this long is let go; it can come back with Last-Event-ID. */
const STALL_MS = 30_000;

export interface StreamTimes {
  heartbeatMs: number;
  stallMs: number;
}

export const TIMES: StreamTimes = { heartbeatMs: HEARTBEAT_MS, stallMs: STALL_MS };

/** One client's stream. */
export class EventStream {
  readonly response: Response;
  /** Aborts when the client has gone or was let go. */
  readonly signal: AbortSignal;
  readonly #times: StreamTimes;
  readonly #abort = new AbortController();
  readonly #encoder = new TextEncoder();
  readonly #heartbeat: ReturnType<typeof setInterval>;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #drained: (() => void) | null = null;
  #unsent = "";

  constructor(times: StreamTimes = TIMES) {
    this.#times = times;
    this.signal = this.#abort.signal;
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#controller = controller),
        pull: () => this.#drained?.(),
        cancel: () => this.#end(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: MOST_WAITING_BYTES }),
    );
    this.response = new Response(body, {
      headers: {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
      },
    });
    this.#heartbeat = setInterval(() => this.comment("still there"), times.heartbeatMs);
  }

  /** False: the reader is behind; wait for `room`. */
  get hasRoom(): boolean {
    return (this.#controller.desiredSize ?? 0) > this.#unsent.length;
  }

  send(event: { id?: string; type?: string; data: string }): void {
    const lines = [
      event.id === undefined ? "" : `id: ${event.id}\n`,
      event.type === undefined ? "" : `event: ${event.type}\n`,
      event.data.split("\n").map((line) => `data: ${line}\n`).join(""),
    ];
    this.#write(`${lines.join("")}\n`);
  }

  comment(text: string): void {
    this.#write(`: ${text.replaceAll(/[\r\n]+/g, " ")}\n\n`);
  }

  /** Settles when the reader has caught up; lets it go when it takes nothing for too long. */
  async room(): Promise<void> {
    if (this.hasRoom || this.signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#drained = resolve;
    const timer = setTimeout(() => this.close(), this.#times.stallMs);
    this.signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    clearTimeout(timer);
    this.#drained = null;
  }

  close(): void {
    if (this.signal.aborted) return;
    this.#flush();
    this.#end();
    this.#controller.close();
  }

  /** Many events of one tick go out as one piece. */
  #write(text: string): void {
    if (this.signal.aborted) return;
    if (this.#unsent === "") queueMicrotask(() => this.#flush());
    this.#unsent += text;
    if (this.#unsent.length >= PIECE_CHARS) this.#flush();
  }

  #flush(): void {
    const text = this.#unsent;
    this.#unsent = "";
    if (text !== "" && !this.signal.aborted) this.#controller.enqueue(this.#encoder.encode(text));
  }

  #end(): void {
    clearInterval(this.#heartbeat);
    this.#abort.abort();
  }
}

export interface RunFollowing {
  ref: string;
  /** Events with a greater seq. */
  after: number;
  detail: "full" | "brief";
  send: (event: Event) => void;
}

/** Sends a run's events until it has stopped. A reader that is behind holds nothing in memory: its events are read again from the journal. */
export async function streamRun(engine: Engine, stream: EventStream, following: RunFollowing): Promise<void> {
  let { after } = following;
  while (!stream.signal.aborted) {
    const pause = new AbortController();
    let isBehind = false;
    const onEvents = (events: Event[]) => {
      for (const event of events) {
        // What came too early for a slow reader comes again with the next round.
        if (isBehind || stream.signal.aborted) return;
        following.send(event);
        after = event.seq;
        isBehind = !stream.hasRoom;
        if (isBehind) pause.abort();
      }
    };
    const signal = AbortSignal.any([pause.signal, stream.signal]);
    await engine.follow(following.ref, { after, detail: following.detail, everyMs: EVERY_MS }, onEvents, signal);
    if (!isBehind) break;
    await stream.room();
  }
}

/** The stream of one run; it ends, with an event `end`, when the run has stopped. */
export function runEvents(engine: Engine, following: Omit<RunFollowing, "send">, times?: StreamTimes): Response {
  const stream = new EventStream(times);
  const send = (event: Event) => stream.send({ id: String(event.seq), type: event.type, data: JSON.stringify(event) });
  const follow = async () => {
    try {
      await streamRun(engine, stream, { ...following, send });
      const { status } = await engine.get(following.ref);
      stream.send({ type: "end", data: JSON.stringify({ status }) });
    } catch (error) {
      stream.send({ type: "error", data: JSON.stringify(errorInfo(error)) });
    } finally {
      stream.close();
    }
  };
  void follow();
  return stream.response;
}
