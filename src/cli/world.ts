// All that the command line needs from the machine: real in main.ts, made up in tests.
import type { GrantFlags, Settings } from "../config.ts";
import type { Engine } from "../engine.ts";
import type { Hosts, HostSystem } from "../hosts.ts";
import type { McpParts } from "../mcp.ts";
import type { CommandNeed, Permissions } from "../permissions.ts";
import type { SamplingAddress } from "../sampling.ts";
import type { Reports } from "../report.ts";
import type { Endpoint } from "../server.ts";

/** A stream of the terminal, or a pipe. */
export interface Output {
  /** Rejects when the stream is closed (`BrokenPipe`) or full. */
  write(text: string): Promise<void> | void;
  isTerminal: boolean;
  columns(): number;
  rows(): number;
  /** Returns the way to stop listening. */
  onResize(listener: () => void): () => void;
}

export interface Input {
  isTerminal: boolean;
  readAll(): Promise<Uint8Array>;
  /** Lines that are typed from now on. To be opened once, and closed, for while it is open the process waits for input. */
  openLines(): Promise<InputLines>;
}

export interface InputLines {
  /** Without its line break; null: there is no more input, or `signal` has aborted. */
  next(signal: AbortSignal): Promise<string | null>;
  close(): void;
}

export interface PathInfo {
  isFile: boolean;
  isDirectory: boolean;
}

/** What the user's flags say about settings. */
export interface SettingsOptions {
  /** Absolute. */
  cwd?: string;
  model?: string;
  /** Agents at once: lanes that nobody configured become as wide. */
  concurrency?: number;
  /** What the flags grant beside the user's own file. */
  grants?: GrantFlags;
  /** See LoadOptions. */
  sampling?: SamplingAddress | null;
}

export interface Connection {
  engine: Engine;
  settings: Settings;
  warnings: string[];
  /** The engine's own HTTP server: not listening until it is asked to. */
  endpoint: Endpoint;
  /** Rejects when the engine has died of an error; never settles otherwise. */
  crashed: Promise<never>;
}

export interface Inspection {
  settings: Settings;
  permissions: Permissions;
  warnings: string[];
  /** What this executable was built without, so that the command does not get it: sentences. */
  lost: string[];
  /** How programs are confined here, or why they are not: a sentence. Absent where none may be started. */
  confinement?: string;
}

export interface World {
  /** Loads settings, computes permissions, starts the engine ring. Throws OdwError. */
  connect(need: CommandNeed, options: SettingsOptions): Promise<Connection>;
  /** Settings and permissions without starting anything. */
  inspect(need: CommandNeed, options: SettingsOptions): Promise<Inspection>;
  stdout: Output;
  stderr: Output;
  stdin: Input;
  env(name: string): string | undefined;
  /** Absolute. */
  cwd: string;
  /** Ctrl-C, or the wish of a supervisor that the process ends. Returns the way to stop listening. */
  onInterrupt(listener: () => void): () => void;
  /** The terminal was closed. Never called where that was asked to be ignored (`nohup`); while nobody listens, it ends the process. */
  onHangup(listener: () => void): () => void;
  /**
   * Starts this very program again with other words, without a terminal and in a session of its own, so that it outlives this one.
   * `variables` come to its environment. Throws OdwError `denied` when this process may start no program.
   */
  spawnDetached(words: string[], variables?: Record<string, string>): void;
  /** Ends the process at once, whatever still runs. */
  exit(code: number): void;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls again and again; returns the way to stop. */
  every(ms: number, listener: () => void): () => void;
  version: string;
  readFile(path: string): Promise<Uint8Array>;
  /** Replaces what is there, whole or not at all; with `append`, adds to it. */
  writeFile(path: string, text: string, options?: { append?: boolean }): Promise<void>;
  /** With all that is missing above it. */
  makeFolder(path: string): Promise<void>;
  /** Opens a file in the user's editor ($VISUAL, $EDITOR) and waits for its end; returns its exit code. */
  edit(path: string): Promise<number>;
  /** Loaded when a report is asked for. */
  reports(): Promise<{ reports: Reports }>;
  /** The server's token: made at the first call, readable by its user alone. */
  token(home: string): Promise<string>;
  /** False: this machine, or this process, can start no browser. */
  openBrowser(url: string): Promise<boolean>;
  /** Loaded when a coding agent starts odw. Settles when its input has ended. */
  mcp(): Promise<{ serveMcpStdio(parts: McpParts): Promise<void> }>;
  /** Loaded when coding agents or this machine are looked after. */
  hosts(): Promise<{ hosts: Hosts }>;
  /** The words that start this very program; the first one is an absolute path. */
  program: readonly string[];
  os: HostSystem;
  /** In the order of the names. */
  readFolder(path: string): Promise<(PathInfo & { name: string })[]>;
  /** null: nothing is there. */
  stat(path: string): Promise<PathInfo | null>;
}
