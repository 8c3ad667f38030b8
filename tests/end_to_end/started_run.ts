// A process of odw that runs a script, with the run's events as they come, so that a test can act at an exact moment of it.
import assert from "node:assert/strict";
import type { Event } from "../../src/run.ts";
import type { Ended, Place, ProcessOptions } from "./odw_process.ts";

type EventOf<T extends Event["type"]> = Extract<Event, { type: T }>;

interface Watcher {
  matches: (event: Event) => boolean;
  resolve: (event: Event) => void;
  reject: (error: Error) => void;
}

/** Disposing it kills the process when it still runs. */
export class StartedRun implements AsyncDisposable {
  /** Those of the past, in order. */
  readonly events: Event[] = [];
  /** The run's id; rejects when nothing was started. */
  readonly id: Promise<string>;
  /** Settles when the process has ended. */
  readonly ended: Promise<Ended>;
  readonly #child: Deno.ChildProcess;
  readonly #watchers = new Set<Watcher>();
  readonly #id = Promise.withResolvers<string>();
  #hasEnded = false;

  /** `args`: `run …` or `resume …`, without an output option. */
  constructor(place: Place, args: string[], options: ProcessOptions = {}) {
    this.#child = place.spawn([...args, "--output", "stream-json"], options);
    this.id = this.#id.promise;
    this.id.catch(() => {});
    this.ended = this.#follow();
    this.ended.catch(() => {});
  }

  /** The first event of this type that `matches`, one of the past included; rejects when the process ends without it. */
  until<T extends Event["type"]>(type: T, matches: (event: EventOf<T>) => boolean = () => true): Promise<EventOf<T>> {
    const isWanted = (event: Event) => event.type === type && matches(event as EventOf<T>);
    const past = this.events.find(isWanted);
    if (past) return Promise.resolve(past as EventOf<T>);
    return new Promise((resolve, reject) => {
      if (this.#hasEnded) return reject(new Error(`the process ended without ${type}`));
      this.#watchers.add({ matches: isWanted, resolve: (event) => resolve(event as EventOf<T>), reject });
    });
  }

  /** As the kernel does it at a power cut: no handler of the process runs. Settles when it is gone. */
  async kill(): Promise<void> {
    assert.ok(!this.#hasEnded, "the process ended before it could be killed");
    this.#child.kill("SIGKILL");
    await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasEnded) this.#child.kill("SIGKILL");
    await this.ended;
  }

  async #follow(): Promise<Ended> {
    const [stdout, stderr, status] = await Promise.all([
      this.#readEvents(),
      new Response(this.#child.stderr).text(),
      this.#child.status,
    ]);
    this.#hasEnded = true;
    const lost = new Error(`the process ended with ${status.code} (${status.signal}): ${stderr}`);
    for (const watcher of this.#watchers) watcher.reject(lost);
    this.#id.reject(lost);
    return { code: status.code, stdout, stderr };
  }

  async #readEvents(): Promise<string> {
    let text = "";
    let rest = "";
    for await (const chunk of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#take(JSON.parse(line));
    }
    return text;
  }

  #take(event: Event & { runId: string | null }): void {
    if (event.runId) this.#id.resolve(event.runId);
    this.events.push(event);
    for (const watcher of this.#watchers) {
      if (!watcher.matches(event)) continue;
      this.#watchers.delete(watcher);
      watcher.resolve(event);
    }
  }
}
