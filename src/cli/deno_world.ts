// The machine's side of the World, as Deno gives it: streams, Ctrl-C, time and files. main.ts adds settings and engine.
import { resolve } from "node:path";
import { spawnDetached, startWords } from "./detached_process.ts";
import { openBrowser } from "./browser.ts";
import { openEditor } from "./editor.ts";
import { openProcessEnds, type ProcessEnds } from "./process_ends.ts";
import { readToken } from "./token_file.ts";
import type { Input, InputLines, Output, PathInfo, World } from "./world.ts";

type Machine = Omit<World, "connect" | "inspect" | "version" | "reports" | "mcp" | "hosts">;

/** What of the World needs no knowledge of odw. Environment variables are read through `env`, which main.ts may narrow. */
export function denoMachine(env: (name: string) => string | undefined, ends: ProcessEnds = openProcessEnds()): Machine {
  return {
    stdout: denoOutput(Deno.stdout),
    stderr: denoOutput(Deno.stderr),
    stdin: denoInput(),
    env,
    cwd: Deno.cwd(),
    onInterrupt: ends.onInterrupt,
    onHangup: ends.onHangup,
    spawnDetached,
    exit: (code) => Deno.exit(code),
    now: () => Date.now(),
    every: (ms, listener) => {
      const timer = setInterval(listener, ms);
      return () => clearInterval(timer);
    },
    readFile: (path) => Deno.readFile(path),
    writeFile,
    makeFolder: (path) => Deno.mkdir(path, { recursive: true }),
    edit: (path) => openEditor(path, env),
    token: readToken,
    openBrowser,
    program: startWords(),
    os: Deno.build.os === "windows" || Deno.build.os === "darwin" ? Deno.build.os : "linux",
    readFolder,
    stat: pathInfo,
  };
}

/** A stream of this process. Writes follow each other in order, each one whole. */
export function denoOutput(stream: typeof Deno.stdout): Output {
  let last: Promise<void> = Promise.resolve();
  const isTerminal = stream.isTerminal();
  return {
    isTerminal,
    write(text) {
      const bytes = new TextEncoder().encode(text);
      last = last.catch(() => {}).then(() => writeAll(stream, bytes));
      return last;
    },
    columns: () => isTerminal ? consoleSize().columns : 80,
    rows: () => isTerminal ? consoleSize().rows : 24,
    onResize: (listener) => isTerminal && Deno.build.os !== "windows" ? onWindowChange(listener) : () => {},
  };
}

function denoInput(): Input {
  return {
    isTerminal: Deno.stdin.isTerminal(),
    readAll: async () => new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer()),
    openLines,
  };
}

/**
 * The terminal's own line editing stays on, so that Ctrl-C stays a signal. Node's stream can let go of a read that waits; it cannot be
 * opened again after that.
 */
async function openLines(): Promise<InputLines> {
  const [{ createInterface }, { stdin }] = await Promise.all([import("node:readline"), import("node:process")]);
  const lines = createInterface({ input: stdin, terminal: false });
  let isClosed = false;
  lines.once("close", () => isClosed = true);
  return {
    next: (signal) =>
      new Promise((done) => {
        const end = () => settle(null);
        const settle = (line: string | null) => {
          lines.off("line", settle).off("close", end);
          signal.removeEventListener("abort", end);
          done(line);
        };
        if (isClosed || signal.aborted) return done(null);
        lines.on("line", settle).on("close", end);
        signal.addEventListener("abort", end);
      }),
    close() {
      lines.close();
      stdin.destroy();
    },
  };
}

async function writeAll(stream: typeof Deno.stdout, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += await stream.write(bytes.subarray(written));
}

/** A terminal without a size (a serial line, some CI) counts as 80 by 24. */
function consoleSize(): { columns: number; rows: number } {
  try {
    const { columns, rows } = Deno.consoleSize();
    return { columns: columns || 80, rows: rows || 24 };
  } catch {
    return { columns: 80, rows: 24 };
  }
}

function onWindowChange(listener: () => void): () => void {
  Deno.addSignalListener("SIGWINCH", listener);
  return () => Deno.removeSignalListener("SIGWINCH", listener);
}

async function writeFile(path: string, text: string, { append = false } = {}): Promise<void> {
  if (append) return await Deno.writeTextFile(path, text, { append });
  const draft = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    await Deno.writeTextFile(draft, text);
    await Deno.rename(draft, path);
  } catch (error) {
    await Deno.remove(draft).catch(() => {});
    throw error;
  }
}

async function readFolder(path: string): Promise<(PathInfo & { name: string })[]> {
  const entries = await Array.fromAsync(Deno.readDir(path));
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function pathInfo(path: string): Promise<PathInfo | null> {
  try {
    const info = await Deno.stat(resolve(path));
    return { isFile: info.isFile, isDirectory: info.isDirectory };
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
    if (isMissing || isTooLong(error)) return null;
    throw error;
  }
}

/** Free text given as a name can be longer than any path may be. */
function isTooLong(error: unknown): boolean {
  return error instanceof Error && /name too long|ENAMETOOLONG|os error 206/i.test(error.message);
}
