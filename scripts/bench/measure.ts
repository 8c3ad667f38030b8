// Runs a program as a whole process and reads its time and its peak memory.

export interface Measured {
  seconds: number;
  /** Peak resident memory in MiB, where GNU time is on the machine; else null. */
  peakMiB: number | null;
  stdout: string;
}

const TIME = "/usr/bin/time";

/** Throws with the program's stderr when it fails. */
export async function measure(command: string[], env: Record<string, string>): Promise<Measured> {
  const timed = await isFile(TIME);
  const [program, ...args] = timed ? [TIME, "-f", "peak %M", ...command] : command;
  const started = performance.now();
  const process = new Deno.Command(program!, { args, env, stdout: "piped", stderr: "piped" });
  const { success, stdout, stderr } = await process.output();
  const seconds = (performance.now() - started) / 1000;
  const errors = new TextDecoder().decode(stderr);
  if (!success) throw new Error(`${command.join(" ")} failed: ${errors}`);
  const peak = errors.match(/peak (\d+)/)?.[1];
  return { seconds, peakMiB: peak ? Number(peak) / 1024 : null, stdout: new TextDecoder().decode(stdout) };
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((stat) => stat.isFile, () => false);
}
