// What happens in a run, read and encoded once for all who watch it: pieces of its event stream.
import type { Engine } from "../engine.ts";
import type { EventText } from "../run.ts";

/** Often enough for eyes and programs; while much happens, a piece holds what came in this time. */
const EVERY_MS = 100;
/** The newest pieces are kept, for readers that are a little behind: the others read the journal. */
const MOST_PIECES = 32;
const MOST_CHARS = 512 * 1024;

export type Detail = "full" | "brief";

/** Events that follow each other. */
export class Piece {
  /** The seq before its first event. */
  readonly after: number;
  readonly events: readonly EventText[];
  readonly chars: number;
  #bytes: Uint8Array | null = null;

  constructor(after: number, events: readonly EventText[]) {
    this.after = after;
    this.events = events;
    this.chars = events.reduce((sum, { text }) => sum + text.length, 0);
  }

  get last(): number {
    return this.events.at(-1)?.seq ?? this.after;
  }

  /** As server-sent events. */
  get bytes(): Uint8Array {
    return this.#bytes ??= encode(this.events);
  }
}

export class RunFeed {
  readonly #abort = new AbortController();
  readonly #watchers = new Set<() => void>();
  #pieces: Piece[] = [];
  #chars = 0;
  #last: number;
  #isOver = false;
  #error: unknown = null;

  /** Goes on after `last`. `onOver` is called when the run has stopped, or cannot be read. */
  constructor(last: number, follow: (feed: RunFeed, signal: AbortSignal) => Promise<void>, onOver: () => void) {
    this.#last = last;
    const work = async () => {
      try {
        await follow(this, this.#abort.signal);
      } catch (error) {
        this.#error = error;
      }
      this.#isOver = true;
      onOver();
      this.#wake();
    };
    void work();
  }

  /** The newest event that has come. */
  get last(): number {
    return this.#last;
  }

  /** Nothing more comes. Throws the error that ended it, if one did. */
  get isOver(): boolean {
    if (this.#error !== null) throw this.#error;
    return this.#isOver;
  }

  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  add(events: EventText[]): void {
    const piece = new Piece(this.#last, events);
    this.#last = piece.last;
    this.#pieces.push(piece);
    this.#chars += piece.chars;
    while (this.#pieces.length > MOST_PIECES || (this.#chars > MOST_CHARS && this.#pieces.length > 1)) {
      this.#chars -= this.#pieces.shift()!.chars;
    }
    this.#wake();
  }

  /** The piece that begins behind `seq`, while it is kept. */
  pieceAfter(seq: number): Piece | undefined {
    return this.#pieces.findLast(({ after }) => after === seq);
  }

  /** `onNews` is called when something has come, and at the end. */
  watch(onNews: () => void): void {
    this.#watchers.add(onNews);
  }

  unwatch(onNews: () => void): void {
    this.#watchers.delete(onNews);
    if (!this.isWatched) this.#abort.abort();
  }

  #wake(): void {
    for (const onNews of this.#watchers) onNews();
  }
}

/** The feeds that somebody watches, by run and detail. */
export class RunFeeds {
  readonly engine: Engine;
  readonly #feeds = new Map<string, RunFeed>();

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** The feed of a run, to be watched at once. `after`: where it begins when nobody watches the run yet. */
  of(runId: string, detail: Detail, after: number): RunFeed {
    const key = `${runId} ${detail}`;
    const found = this.#feeds.get(key);
    if (found?.isWatched) return found;
    const forget = () => {
      if (this.#feeds.get(key) === feed) this.#feeds.delete(key);
    };
    const options = { after, detail, everyMs: EVERY_MS };
    const feed: RunFeed = new RunFeed(
      after,
      (to, signal) => this.engine.followTexts(runId, options, (events) => to.add(events), signal),
      forget,
    );
    this.#feeds.set(key, feed);
    return feed;
  }

  /** One piece from the journal, of at most `limit` events, and less where they are long. */
  async read(
    runId: string,
    { detail, after, limit }: { detail: Detail; after: number; limit: number },
  ): Promise<Piece> {
    const events: EventText[] = [];
    let chars = 0;
    const add = (more: EventText[]) => {
      for (const event of more) {
        if (chars > MOST_CHARS) return;
        chars += event.text.length;
        events.push(event);
      }
    };
    await this.engine.followTexts(runId, { after, detail, limit, live: false }, add);
    return new Piece(after, events);
  }
}

const encoder = new TextEncoder();

/** The texts are JSON as JSON.stringify writes it: without line breaks. */
function encode(events: readonly EventText[]): Uint8Array {
  let text = "";
  for (const event of events) text += `id: ${event.seq}\nevent: ${event.type}\ndata: ${event.text}\n\n`;
  return encoder.encode(text);
}
