// Programs that a bench talks to by lines, and what the system says of a process.
import { createInterface } from "node:readline";
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";

/** Linux counts a process's time in hundredths of a second. */
const TICK_MS = 10;

export class Child implements AsyncDisposable {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  /** `lines`: the stream whose lines are read. */
  constructor([program, ...args]: string[], env: Record<string, string>, lines: "stdout" | "stderr") {
    const other = lines === "stdout" ? "inherit" : "ignore";
    const stdio = lines === "stdout" ? ["pipe", "pipe", other] as const : ["pipe", other, "pipe"] as const;
    this.#child = spawn(program!, args, { env: { ...process.env, ...env }, stdio: [...stdio] });
    this.pid = this.#child.pid!;
    this.#lines = createInterface({ input: this.#child[lines]! })[Symbol.asyncIterator]();
  }

  send(line: string): void {
    this.#child.stdin!.write(`${line}\n`);
  }

  /** The next line. Throws when the program ended. */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.#child.spawnfile} ended`);
    return value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGTERM");
    await ended;
  }
}

/** Time on a processor so far, of all threads. Linux only. */
export function cpuMs(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Resident memory in MiB. Linux only. */
export function residentMiB(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`)) ?? [];
  return Number(kib) / 1024;
}
