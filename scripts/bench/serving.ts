// A server under load: a run of about 1,000 events a second, alone and with 20 readers in a process of their own, in turn.
import { Child, cpuMs, residentMiB } from "./child.ts";
import { median } from "./measure.ts";
import type { ReadOrder, ReadResult } from "./reader.ts";

export const READERS = 20;
/** One agent is two events: this makes 1,000 a second, with what odw and the provider take. */
const LATENCY_MS = 100;
const LANES = 64;
const WARM_ROUNDS = 10;
const LOOK_EVERY_MS = 20;

export interface ServingOptions {
  binary: string[];
  home: string;
  /** Pairs of a run alone and a run with readers, in turn the one or the other first. */
  pairs: number;
  /** Calls in turn of each lane in such a run, of about 0.1 s each. */
  rounds: number;
  /** Seconds that the run takes whose memory is watched. */
  longSeconds: number;
}

export interface ServingFigures {
  /** Events a second of the run. */
  rate: number;
  aloneSeconds: number;
  crowdedSeconds: number;
  /** Of each pair; the median. */
  ratio: number;
  /** Of GET /v1/runs/{id}, alone and while there are readers. */
  aloneP99Ms: number;
  p99Ms: number;
  /** The server's time on a processor with readers beside alone; of each pair, the median. */
  cpuRatio: number;
  /** What it took for each event that reached a reader. */
  cpuMicrosPerEvent: number;
  /** Of the server: medians over the second and the last quarter of the long run. */
  earlyMiB: number;
  lateMiB: number;
}

export async function measureServing(options: ServingOptions): Promise<ServingFigures> {
  await using provider = new Child([...deno("server.ts"), String(LATENCY_MS), String(LATENCY_MS / 2)], {}, "stdout");
  const port = await provider.line();
  await prepare(options.home, port);
  await using server = new Child([...options.binary, "serve", "--port", "0"], { ODW_HOME: options.home }, "stderr");
  const url = await listening(server);
  const token = (await Deno.readTextFile(`${options.home}/token`)).trim();
  await using readers = new Child(deno("reader.ts"), {}, "stdout");
  const bench = new Serving({ url, token, server, readers });
  await bench.run({ rounds: WARM_ROUNDS, readers: READERS });
  const pairs = [];
  for (let i = 0; i < options.pairs; i++) pairs.push(await bench.pair(i, options.rounds));
  const rounds = Math.round(options.longSeconds * 1000 / (LATENCY_MS + 2));
  const long = await bench.run({ rounds, readers: READERS });
  return figuresOf(pairs, long);
}

interface Ran {
  seconds: number;
  events: number;
  delivered: number;
  cpuMs: number;
  latenciesMs: number[];
  memoryMiB: number[];
}

interface ServingParts {
  url: string;
  token: string;
  server: Child;
  readers: Child;
}

class Serving {
  readonly #parts: ServingParts;

  constructor(parts: ServingParts) {
    this.#parts = parts;
  }

  async pair(index: number, rounds: number): Promise<{ alone: Ran; crowded: Ran }> {
    const alone = () => this.run({ rounds, readers: 0 });
    const crowded = () => this.run({ rounds, readers: READERS });
    if (index % 2 === 0) return { alone: await alone(), crowded: await crowded() };
    const second = await crowded();
    return { alone: await alone(), crowded: second };
  }

  async run({ rounds, readers }: { rounds: number; readers: number }): Promise<Ran> {
    const { url, token, server } = this.#parts;
    const ran: Ran = { seconds: 0, events: 0, delivered: 0, cpuMs: -cpuMs(server.pid), latenciesMs: [], memoryMiB: [] };
    const limits = { agents: LANES * rounds, concurrency: LANES };
    const { id } = await this.#ask("/v1/runs", { name: "steady", args: { lanes: LANES, rounds }, limits });
    const order: ReadOrder = { url: `${url}/v1/runs/${id}/events`, token, readers };
    if (readers > 0) this.#parts.readers.send(JSON.stringify(order));
    const run = await this.#watch(id, ran);
    if (run.status !== "completed") throw new Error(`the run is ${run.status}: ${JSON.stringify(run.error)}`);
    ran.events = LANES * rounds * 2;
    if (readers > 0) ran.delivered = delivered(JSON.parse(await this.#parts.readers.line()), ran.events);
    ran.cpuMs += cpuMs(server.pid);
    ran.seconds = run.durationMs! / 1000;
    return ran;
  }

  /** Asks for the run until it has ended. */
  async #watch(id: string, ran: Ran): Promise<Answer> {
    for (;;) {
      const began = performance.now();
      const run = await this.#ask(`/v1/runs/${id}`);
      ran.latenciesMs.push(performance.now() - began);
      ran.memoryMiB.push(residentMiB(this.#parts.server.pid));
      if (run.status !== "running" && run.status !== "queued") return run;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  async #ask(path: string, body?: unknown): Promise<Answer> {
    const headers = { authorization: `Bearer ${this.#parts.token}`, "content-type": "application/json" };
    const init = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
    const response = await fetch(this.#parts.url + path, init);
    const answer = await response.json();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${answer.detail}`);
    return answer;
  }
}

interface Answer {
  id: string;
  status: string;
  error: unknown;
  durationMs: number | null;
}

/** Throws when a reader did not get every event once. */
function delivered({ events, faults }: ReadResult, least: number): number {
  if (faults > 0 || events % READERS !== 0 || events < least * READERS) {
    throw new Error(`${READERS} readers got ${events} events, ${faults} of them out of order`);
  }
  return events;
}

function figuresOf(pairs: { alone: Ran; crowded: Ran }[], long: Ran): ServingFigures {
  const quarter = Math.floor(long.memoryMiB.length / 4);
  return {
    rate: median(pairs.map(({ alone }) => alone.events / alone.seconds)),
    aloneSeconds: median(pairs.map(({ alone }) => alone.seconds)),
    crowdedSeconds: median(pairs.map(({ crowded }) => crowded.seconds)),
    ratio: median(pairs.map(({ alone, crowded }) => crowded.seconds / alone.seconds)),
    aloneP99Ms: p99(pairs.flatMap(({ alone }) => alone.latenciesMs)),
    p99Ms: p99(pairs.flatMap(({ crowded }) => crowded.latenciesMs)),
    cpuRatio: median(pairs.map(({ alone, crowded }) => crowded.cpuMs / alone.cpuMs)),
    cpuMicrosPerEvent: median(
      pairs.map(({ alone, crowded }) => (crowded.cpuMs - alone.cpuMs) * 1000 / crowded.delivered),
    ),
    earlyMiB: median(long.memoryMiB.slice(quarter, 2 * quarter)),
    lateMiB: median(long.memoryMiB.slice(3 * quarter)),
  };
}

function p99(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? NaN;
}

async function prepare(home: string, port: string): Promise<void> {
  const config = {
    providers: { bench: { api: "openai-chat", baseUrl: `http://127.0.0.1:${port}/v1`, concurrency: LANES } },
    models: { default: "bench/bench" },
    prices: { "bench/*": { input: 0, output: 0 } },
  };
  await Deno.writeTextFile(`${home}/config.json`, JSON.stringify(config));
  await Deno.mkdir(`${home}/workflows`, { recursive: true });
  await Deno.copyFile(new URL("./steady.js", import.meta.url), `${home}/workflows/steady.js`);
}

async function listening(server: Child): Promise<string> {
  for (;;) {
    const url = /listening on (\S+);/.exec(await server.line())?.[1];
    if (url) return url;
  }
}

function deno(script: string): string[] {
  const path = new URL(script, import.meta.url).pathname;
  return [Deno.execPath(), "run", "--quiet", "--allow-net=127.0.0.1", path];
}
