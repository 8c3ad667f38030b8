// A machine in memory: files, streams that remember what was written, a Ctrl-C key and a hand-turned clock.
import type { Settings } from "../../src/config.ts";
import type { CommandNeed } from "../../src/permissions.ts";
import type { Connection, Inspection, Output, SettingsOptions, World } from "../../src/cli/world.ts";
import { runCli } from "../../src/cli/cli.ts";
import { COMMANDS } from "../../src/cli/command_table.ts";
import type { FakeEngine } from "./fake_engine.ts";
import { NO_GRANTS } from "../no_tools.ts";

// What the command line loads when it needs it is there before a test begins, so that `settle` waits for no disk.
await Promise.all([...COMMANDS.map((spec) => spec.load()), import("../../src/cli/live/live_view.ts")]);

export interface FakeOutput extends Output {
  text: string;
  size: { columns: number; rows: number };
  resize(columns: number, rows: number): void;
}

export interface FakeWorld extends World {
  stdout: FakeOutput;
  stderr: FakeOutput;
  connections: { need: CommandNeed; options: SettingsOptions }[];
  /** Command lines that were started in the background. */
  detached: string[][];
  /** How often the terminal's input was let go. */
  closedInputs: number;
  /** Types a line; null ends the input. */
  type(line: string | null): void;
  exits: number[];
  interrupt(): void;
  /** Moves the clock and calls what `every` has asked for. */
  tick(ms: number): void;
}

export interface FakeWorldOptions {
  edit?: World["edit"];
  engine?: FakeEngine;
  /** Text or bytes by absolute path; "folder" is a folder, an Error is what reading gives. */
  files?: Record<string, string | Uint8Array | Error | "folder">;
  stdin?: string;
  stdinIsTerminal?: boolean;
  spawnError?: Error;
  env?: Record<string, string>;
  stdoutIsTerminal?: boolean;
  stderrIsTerminal?: boolean;
  columns?: number;
  rows?: number;
  simulated?: boolean;
  providers?: Settings["providers"];
  warnings?: string[];
  connectError?: Error;
  /** What every write to stdout fails with. */
  stdoutError?: Error;
  inspection?: Partial<Inspection>;
  /** connect() never settles. */
  hangs?: boolean;
}

const NO_ENDPOINT: Connection["endpoint"] = {
  serve: () => Promise.reject(new Error("this test has no server")),
  signInLink: () => Promise.reject(new Error("this test has no server")),
  stopServing: () => Promise.resolve(),
};

export function fakeWorld(options: FakeWorldOptions = {}): FakeWorld {
  const listeners = new Set<() => void>();
  const tickers = new Set<() => void>();
  const files = options.files ?? {};
  const typed = typedLines();
  let now = Date.parse("2026-11-22T10:00:00Z");
  const world: FakeWorld = {
    connections: [],
    detached: [],
    closedInputs: 0,
    type: (line) => typed.give(line),
    exits: [],
    connect(need, given) {
      world.connections.push({ need, options: given });
      if (options.connectError) return Promise.reject(options.connectError);
      if (options.hangs) return new Promise(() => {});
      if (!options.engine) throw new Error("this test has no engine");
      const found = settings(options);
      if (given.cwd) found.cwd = given.cwd;
      if (given.model) found.models = { default: given.model };
      return Promise.resolve({
        engine: options.engine,
        settings: found,
        warnings: options.warnings ?? [],
        endpoint: NO_ENDPOINT,
        crashed: new Promise<never>(() => {}),
      });
    },
    inspect(need, given) {
      world.connections.push({ need, options: given });
      const permissions = { net: [], read: [], write: [], run: [], env: [], sys: [], ffi: [], import: [] };
      return Promise.resolve({
        settings: settings(options),
        permissions,
        warnings: [],
        lost: [],
        ...options.inspection,
      });
    },
    stdout: fakeOutput(options.stdoutIsTerminal ?? false, options, options.stdoutError),
    stderr: fakeOutput(options.stderrIsTerminal ?? false, options),
    stdin: {
      isTerminal: options.stdinIsTerminal ?? false,
      readAll: () => Promise.resolve(new TextEncoder().encode(options.stdin ?? "")),
      openLines: () => Promise.resolve({ next: typed.next, close: () => void world.closedInputs++ }),
    },
    spawnDetached(words) {
      if (options.spawnError) throw options.spawnError;
      world.detached.push(words);
    },
    env: (name) => options.env?.[name],
    cwd: "/project",
    onInterrupt(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onHangup: () => () => {},
    interrupt: () => listeners.forEach((listener) => listener()),
    exit: (code) => void world.exits.push(code),
    now: () => now,
    every(_ms, listener) {
      tickers.add(listener);
      return () => tickers.delete(listener);
    },
    tick(ms) {
      now += ms;
      tickers.forEach((listener) => listener());
    },
    version: "0.1.0",
    readFile(path) {
      const file = files[path];
      if (file === undefined) return Promise.reject(named("NotFound"));
      if (file === "folder") return Promise.reject(named("IsADirectory"));
      if (file instanceof Error) return Promise.reject(file);
      return Promise.resolve(typeof file === "string" ? new TextEncoder().encode(file) : file);
    },
    writeFile(path, text, { append = false } = {}) {
      const before = files[path];
      if (before instanceof Error) return Promise.reject(before);
      files[path] = append && typeof before === "string" ? before + text : text;
      return Promise.resolve();
    },
    makeFolder: () => Promise.resolve(),
    edit: options.edit ?? (() => Promise.resolve(0)),
    token: () => Promise.resolve("token-0123456789-0123456789-0123456789"),
    openBrowser: () => Promise.resolve(false),
    mcp: () => Promise.reject(new Error("this test has no MCP server")),
    reports: () => import("../../src/report/open.ts"),
    hosts: () => import("../../src/hosts/open.ts"),
    program: ["/opt/odw"],
    os: "linux",
    readFolder(path) {
      const names = Object.keys(files).filter((name) => name.startsWith(`${path}/`))
        .map((name) => name.slice(path.length + 1)).filter((name) => !name.includes("/")).sort();
      return Promise.resolve(names.map((name) => {
        const isDirectory = files[`${path}/${name}`] === "folder";
        return { name, isDirectory, isFile: !isDirectory };
      }));
    },
    stat(path) {
      const file = files[path];
      if (file === undefined) return Promise.resolve(null);
      return Promise.resolve({ isFile: file !== "folder", isDirectory: file === "folder" });
    },
  };
  return world;
}

/** Lines wait until they are asked for, as in a terminal. */
function typedLines(): { give(line: string | null): void; next(signal: AbortSignal): Promise<string | null> } {
  const lines: (string | null)[] = [];
  let waiting: ((line: string | null) => void) | null = null;
  return {
    give(line) {
      if (waiting) waiting(line);
      else lines.push(line);
      waiting = null;
    },
    next(signal) {
      const line = lines.shift();
      if (line !== undefined) return Promise.resolve(line);
      return new Promise((resolve) => {
        waiting = resolve;
        signal.addEventListener("abort", () => resolve(null), { once: true });
      });
    },
  };
}

export interface CliResult {
  code: number;
  out: string;
  err: string;
  world: FakeWorld;
}

export async function cli(argv: string[], options: FakeWorldOptions = {}): Promise<CliResult> {
  const world = fakeWorld(options);
  const code = await runCli(argv, world);
  return { code, out: world.stdout.text, err: world.stderr.text, world };
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 0));
}

export function named(name: string, message = name): Error {
  return Object.assign(new Error(message), { name });
}

export function fakeOutput(
  isTerminal: boolean,
  size: { columns?: number; rows?: number } = {},
  error?: Error,
): FakeOutput {
  const listeners = new Set<() => void>();
  const output: FakeOutput = {
    text: "",
    isTerminal,
    size: { columns: size.columns ?? 80, rows: size.rows ?? 24 },
    write(text) {
      if (error) return Promise.reject(error);
      output.text += text;
    },
    columns: () => output.size.columns,
    rows: () => output.size.rows,
    onResize(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    resize(columns, rows) {
      output.size = { columns, rows };
      listeners.forEach((listener) => listener());
    },
  };
  return output;
}

function settings({ simulated, providers }: FakeWorldOptions): Settings {
  return {
    home: "/users/me/.odw",
    cwd: "/project",
    userHome: "/users/me",
    repositoryRoot: null,
    providers: providers ?? [],
    models: {},
    routes: [],
    limits: { concurrency: 16, agents: 1000, tokens: null, costUsd: null, timeoutMs: null, hard: false },
    prices: {},
    script: {
      clock: "forbidden",
      pipelineNull: "end",
      nesting: 1,
      limits: { memoryBytes: 1, stackBytes: 1, sliceMs: 1 },
    },
    agent: { schemaAttempts: 5, retries: 4, stallAttempts: 3, stallMs: 180_000, maxTokens: 8192, warmCache: true },
    simulated: simulated ?? false,
    ...NO_GRANTS,
  };
}
