// Server-sent events: what happens in runs, in order, for readers of any speed, that can come back where they were.

import { OdwError } from "../errors.ts";

export const HEARTBEAT_MS = 15_000;
/** Each costs a connection, and up to the bytes that it leaves unread. */
const MOST_STREAMS = 256;
/** What a reader may leave unread before its events wait in the journal. */
const MOST_WAITING_BYTES = 256 * 1024;
const PIECE_CHARS = 32 * 1024;
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

  /** Events that are encoded already. They stay as they are: many streams may be given the same. */
  sendBytes(bytes: Uint8Array): void {
    if (this.signal.aborted) return;
    this.#flush();
    this.#controller.enqueue(bytes);
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
    await promise;
    clearTimeout(timer);
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
    this.#drained?.();
  }
}

/** The streams of one server. */
export class EventStreams {
  readonly #most: number;
  #open = 0;

  constructor(most: number = MOST_STREAMS) {
    this.#most = most;
  }

  /** Throws OdwError `service_unavailable` when as many are open as may be. */
  open(times?: StreamTimes): EventStream {
    if (this.#open >= this.#most) {
      throw new OdwError(
        "service_unavailable",
        `${this.#most} streams are open already: close one, or try again later`,
      );
    }
    this.#open++;
    const stream = new EventStream(times);
    stream.signal.addEventListener("abort", () => this.#open--, { once: true });
    return stream;
  }
}
