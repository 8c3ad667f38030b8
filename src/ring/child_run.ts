// One program from its start to its end: bounded in time and output, with nothing inherited but what is given.
import { OdwError } from "../errors.ts";
import type { ProgramResult } from "../programs.ts";
import { BoundedOutput } from "./bounded_output.ts";
import type { ProcessGroups } from "./process_groups.ts";

export interface ChildRun {
  /** Absolute. */
  program: string;
  args: string[];
  cwd: string;
  /** All variables that it sees. */
  environment: Record<string, string>;
  stdin?: string;
  timeoutMs: number;
  maxOutputBytes: number;
}

/** How long output may follow the end of a program: something outside its group may still hold its streams. */
const AFTERMATH_MS = 1_000;

/** Throws OdwError `tool_failed` where it cannot be started. An abort ends the group; the result is what there was. */
export async function runChild(
  run: ChildRun,
  { groups, signal }: { groups: ProcessGroups; signal: AbortSignal },
): Promise<ProgramResult> {
  const child = startChild(run, run.stdin === undefined ? "null" : "piped");
  groups.add(child);
  let isTimedOut = false;
  const end = () => groups.end(child);
  const timer = setTimeout(() => {
    isTimedOut = true;
    end();
  }, run.timeoutMs);
  if (signal.aborted) end();
  signal.addEventListener("abort", end, { once: true });
  const [stdout, stderr] = [new BoundedOutput(run.maxOutputBytes), new BoundedOutput(run.maxOutputBytes)];
  const reading = [read(child.stdout, stdout), read(child.stderr, stderr)];
  try {
    if (run.stdin !== undefined) void write(child.stdin, run.stdin);
    const status = await child.status;
    await inTime(reading);
    return {
      exitCode: status.signal === null && !isTimedOut ? status.code : null,
      stdout: stdout.text(),
      stderr: stderr.text(),
      isTimedOut,
      isTruncated: stdout.isTruncated || stderr.isTruncated,
    };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}

/** The first of a process group of its own. Throws OdwError `tool_failed`. */
export function startChild(
  { program, args, cwd, environment }: Pick<ChildRun, "program" | "args" | "cwd" | "environment">,
  stdin: "null" | "piped",
): Deno.ChildProcess {
  try {
    const streams = { stdin, stdout: "piped", stderr: "piped" } as const;
    const own = { clearEnv: true, env: environment, detached: Deno.build.os !== "windows" };
    return new Deno.Command(program, { args, cwd, ...own, ...streams }).spawn();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OdwError("tool_failed", `cannot start ${program} in ${cwd}: ${reason}`, { cause });
  }
}

interface Reading {
  ended: Promise<void>;
  stop(): void;
}

function read(stream: ReadableStream<Uint8Array>, output: BoundedOutput): Reading {
  const reader = stream.getReader();
  const all = async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      output.add(value);
    }
  };
  return { ended: all().catch(() => {}), stop: () => void reader.cancel().catch(() => {}) };
}

async function inTime(reading: Reading[]): Promise<void> {
  const timer = setTimeout(() => reading.forEach(({ stop }) => stop()), AFTERMATH_MS);
  await Promise.all(reading.map(({ ended }) => ended));
  clearTimeout(timer);
}

/** A program need not read what it is given. */
async function write(stream: WritableStream<Uint8Array>, text: string): Promise<void> {
  try {
    const writer = stream.getWriter();
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch {
    // BrokenPipe
  }
}
