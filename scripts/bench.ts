// Measures odw beside its floor, a bare fetch loop with p-queue against the same local server, in one run.
// Whole processes, in turn; medians. Prints a table and one line of JSON; exits 1 when a limit is passed.
//   deno task bench [--binary dist/odw] [--runs 5]
//   deno task bench --serve   measures odw serve under load instead: about 1,000 events a second and 20 readers
import { parseArgs } from "node:util";
import { measure, median } from "./bench/measure.ts";
import { measureServing } from "./bench/serving.ts";

interface Case {
  name: string;
  agents: number;
  latencyMs: number;
  concurrency: number;
  /** Highest allowed time, as a multiple of the floor's. */
  most: number;
}

const CASES: Case[] = [
  { name: "1000 agents, 50 ms, concurrency 16", agents: 1000, latencyMs: 50, concurrency: 16, most: 1.06 },
  { name: "1000 agents, 50 ms, concurrency 1000", agents: 1000, latencyMs: 50, concurrency: 1000, most: 1.8 },
  { name: "1000 agents, 0 ms, concurrency 16", agents: 1000, latencyMs: 0, concurrency: 16, most: 2.5 },
];
const MOST_MIB = 120;
const MOST_ONE_AGENT_SECONDS = 0.2;
const MOST_CROWDED = 1.05;
const MOST_P99_MS = 50;
/** Of the memory in the last quarter of a long run beside the second: flat, but for what its journal's pages take. */
const MOST_GROWTH = 1.03;
const LONG_SECONDS = 60;

interface Row {
  what: string;
  odw: number;
  floor: number | null;
  value: number;
  /** null: it is only told. */
  most: number | null;
  /** Of `odw` and `floor`. */
  unit: "s" | "ms" | "µs" | "MiB";
  isRatio: boolean;
}

const { values } = parseArgs({
  options: {
    binary: { type: "string", default: "dist/odw" },
    runs: { type: "string", default: "5" },
    serve: { type: "boolean", default: false },
  },
});
const runs = Number(values.runs);
const home = await Deno.makeTempDir({ prefix: "odw-bench-" });
const rows: Row[] = [];

try {
  if (values.serve) await measureServer();
  else {
    for (const bench of CASES) await measureCase(bench);
    await measureOneAgent();
    await measureTenThousand();
  }
} finally {
  await Deno.remove(home, { recursive: true });
}
report();

async function measureCase(bench: Case): Promise<void> {
  await withServer(bench.latencyMs, async (port) => {
    const pairs = [];
    await odw(port, bench.agents, bench.concurrency);
    for (let i = 0; i < runs; i++) {
      pairs.push({ odw: await odw(port, bench.agents, bench.concurrency), floor: await floor(port, bench) });
    }
    const ours = median(pairs.map((pair) => pair.odw.seconds));
    const floors = median(pairs.map((pair) => pair.floor.seconds));
    const ratio = median(pairs.map((pair) => pair.odw.seconds / pair.floor.seconds));
    rows.push({ what: bench.name, odw: ours, floor: floors, value: ratio, most: bench.most, unit: "s", isRatio: true });
    const peaks = pairs.flatMap((pair) => pair.odw.peakMiB ?? []);
    if (bench.concurrency === 16 && peaks.length > 0) {
      const peak = median(peaks);
      rows.push({
        what: `peak memory: ${bench.name}`,
        odw: peak,
        floor: null,
        value: peak,
        most: MOST_MIB,
        unit: "MiB",
        isRatio: false,
      });
    }
  });
}

async function measureOneAgent(): Promise<void> {
  await withServer(0, async (port) => {
    const times = [];
    for (let i = 0; i < runs * 2; i++) times.push((await odw(port, 1, 16)).seconds);
    const one = median(times);
    rows.push({
      what: "1 agent, 0 ms, whole process",
      odw: one,
      floor: null,
      value: one,
      most: MOST_ONE_AGENT_SECONDS,
      unit: "s",
      isRatio: false,
    });
  });
}

/** Time per agent must not grow with their number. */
async function measureTenThousand(): Promise<void> {
  await withServer(0, async (port) => {
    const pairs = [];
    for (let i = 0; i < runs; i++) {
      pairs.push({ many: (await odw(port, 10_000, 16)).seconds / 10, few: (await odw(port, 1000, 16)).seconds });
    }
    const many = median(pairs.map((pair) => pair.many));
    const few = median(pairs.map((pair) => pair.few));
    const ratio = median(pairs.map((pair) => pair.many / pair.few));
    rows.push({
      what: "time per 1000 agents: 10,000 beside 1000 (0 ms)",
      odw: many,
      floor: few,
      value: ratio,
      most: 1,
      unit: "s",
      isRatio: true,
    });
  });
}

async function measureServer(): Promise<void> {
  const options = { binary: [values.binary], home, pairs: runs, rounds: 50, longSeconds: LONG_SECONDS };
  const { rate, ...found } = await measureServing(options);
  const load = `${rate.toFixed(0)} events/s, 20 readers`;
  const row = (what: string, odw: number, rest: Pick<Row, "unit" | "most">): Row => ({
    ...{ what: `${load}: ${what}`, odw, floor: null, value: odw, isRatio: false },
    ...rest,
  });
  rows.push(
    {
      ...row("the run beside one without readers", found.crowdedSeconds, { unit: "s", most: MOST_CROWDED }),
      ...{ floor: found.aloneSeconds, value: found.ratio, isRatio: true },
    },
    { ...row("p99 of GET /v1/runs/{id}", found.p99Ms, { unit: "ms", most: MOST_P99_MS }), floor: found.aloneP99Ms },
    {
      ...row("memory of the server, late beside early", found.lateMiB, { unit: "MiB", most: MOST_GROWTH }),
      ...{ floor: found.earlyMiB, value: found.lateMiB / found.earlyMiB, isRatio: true },
    },
    row("processor time for an event and reader", found.cpuMicrosPerEvent, { unit: "µs", most: null }),
  );
}

async function odw(port: number, agents: number, concurrency: number) {
  const script = new URL("./bench/fan_out.js", import.meta.url).pathname;
  const limits = ["--concurrency", String(concurrency), "--max-agents", String(agents)];
  const config = {
    providers: { bench: { api: "openai-chat", baseUrl: `http://127.0.0.1:${port}/v1`, concurrency } },
    prices: { "bench/*": { input: 0, output: 0 } },
  };
  await Deno.writeTextFile(`${home}/config.json`, JSON.stringify(config));
  const command = [
    values.binary,
    "run",
    script,
    "--quiet",
    "--model",
    "bench/bench",
    "--arg",
    `agents=${agents}`,
    ...limits,
  ];
  const measured = await measure(command, { ODW_HOME: home });
  if (measured.stdout.trim() !== String(agents)) throw new Error(`odw gave ${measured.stdout}, not ${agents}`);
  return measured;
}

async function floor(port: number, { agents, concurrency }: Case) {
  const script = new URL("./bench/floor.ts", import.meta.url).pathname;
  const args = [port, agents, concurrency].map(String);
  return await measure([Deno.execPath(), "run", "--quiet", "--allow-net", "--allow-env", script, ...args], {});
}

async function withServer(latencyMs: number, use: (port: number) => Promise<void>): Promise<void> {
  const script = new URL("./bench/server.ts", import.meta.url).pathname;
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-net=127.0.0.1", script, String(latencyMs)],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
  try {
    const { value } = await reader.read();
    await use(Number(value));
  } finally {
    await reader.cancel();
    server.kill();
    await server.status;
  }
}

function report(): void {
  console.log("| what | odw | floor | result | limit |\n|---|---:|---:|---:|---:|");
  for (const { what, odw, floor, value, most, unit, isRatio } of rows) {
    const measured = (amount: number) => `${amount.toFixed(unit === "s" ? 3 : unit === "MiB" ? 0 : 1)} ${unit}`;
    const shown = isRatio ? `${value.toFixed(2)} ×` : measured(value);
    const limit = most === null ? "" : `${most} ${isRatio ? "×" : unit}${value > most ? " (exceeded)" : ""}`;
    console.log(`| ${what} | ${measured(odw)} | ${floor === null ? "" : measured(floor)} | ${shown} | ${limit} |`);
  }
  console.log(JSON.stringify({ deno: Deno.version.deno, runs, rows }));
  if (rows.some(({ value, most }) => most !== null && value > most)) Deno.exit(1);
}
