// One reader of a run: what is past from the journal, what comes from the feed that all its readers share.
import { errorInfo } from "../errors.ts";
import type { EventStream } from "./event_stream.ts";
import type { Detail, Piece, RunFeed, RunFeeds } from "./run_feed.ts";

/** Events that are read from the journal at once: for a reader that takes them more and more. */
const FIRST_EVENTS = 100;
const MOST_EVENTS = 500;

export interface RunReading {
  /** A whole id. */
  runId: string;
  /** Events with a greater seq. */
  after: number;
  detail: Detail;
}

/** Answers with the stream of one run; it ends, with an event `end`, when the run has stopped. */
export function runEvents(feeds: RunFeeds, stream: EventStream, reading: RunReading): Response {
  const work = async () => {
    try {
      await new RunEvents(feeds, stream, reading, (piece) => stream.sendBytes(piece.bytes)).run();
      const { status } = await feeds.engine.get(reading.runId);
      stream.send({ type: "end", data: JSON.stringify({ status }) });
    } catch (error) {
      stream.send({ type: "error", data: JSON.stringify(errorInfo(error)) });
    } finally {
      stream.close();
    }
  };
  void work();
  return stream.response;
}

/** A reader that is behind holds nothing in memory: its events are read again from the journal. */
export class RunEvents {
  readonly #feeds: RunFeeds;
  readonly #stream: EventStream;
  readonly #reading: RunReading;
  readonly #send: (piece: Piece) => void;
  #after: number;
  #limit = FIRST_EVENTS;

  constructor(feeds: RunFeeds, stream: EventStream, reading: RunReading, send: (piece: Piece) => void) {
    this.#feeds = feeds;
    this.#stream = stream;
    this.#reading = reading;
    this.#send = send;
    this.#after = reading.after;
  }

  /** Sends until the run has stopped or the reader has gone. */
  async run(): Promise<void> {
    while (!this.#stream.signal.aborted) if (!await this.#readPortion()) break;
    if (this.#stream.signal.aborted) return;
    const { runId, detail } = this.#reading;
    const feed = this.#feeds.of(runId, detail, this.#after);
    const news = createBell();
    feed.watch(news.ring);
    this.#stream.signal.addEventListener("abort", news.ring);
    try {
      await this.#follow(feed, news);
    } finally {
      feed.unwatch(news.ring);
    }
  }

  async #follow(feed: RunFeed, news: Bell): Promise<void> {
    const { signal } = this.#stream;
    while (!signal.aborted) {
      await this.#stream.room();
      const piece = feed.pieceAfter(this.#after);
      if (piece) this.#give(piece);
      else if (this.#after < feed.last) await this.#readPortion(feed.last);
      else if (feed.isOver) return;
      else await news.rung();
    }
  }

  /** Of the journal, up to `last`. False: there was nothing. */
  async #readPortion(last = Infinity): Promise<boolean> {
    const { runId, detail } = this.#reading;
    const limit = Math.min(this.#limit, last - this.#after);
    const piece = await this.#feeds.read(runId, { detail, after: this.#after, limit });
    if (piece.events.length === 0) return false;
    this.#give(piece);
    // Large events: what a reader cannot take at once is not read at once.
    this.#limit = this.#stream.hasRoom ? Math.min(MOST_EVENTS, this.#limit * 2) : Math.ceil(this.#limit / 2);
    await this.#stream.room();
    return true;
  }

  #give(piece: Piece): void {
    this.#send(piece);
    this.#after = piece.last;
  }
}

interface Bell {
  ring(): void;
  /** Settles when it was rung since the last time. */
  rung(): Promise<void>;
}

function createBell(): Bell {
  let isRung = false;
  let resume: (() => void) | null = null;
  return {
    ring() {
      isRung = true;
      resume?.();
    },
    async rung() {
      if (!isRung) await new Promise<void>((resolve) => resume = resolve);
      isRung = false;
      resume = null;
    },
  };
}
