// Another program's output, with a limit of time and none of its colours.
import type { HostPlaces } from "../hosts.ts";
import { proxyVariables } from "../lib/proxy_variables.ts";

export interface ProgramOutput {
  code: number;
  /** Both streams. */
  text: string;
}

/** `program`: absolute. Throws what Deno throws when it may not be started, and the signal's reason. */
export async function programOutput(
  program: string,
  args: string[],
  { places, signal }: { places: Pick<HostPlaces, "project" | "os">; signal: AbortSignal },
): Promise<ProgramOutput> {
  const isBatch = places.os === "windows" && /\.(cmd|bat)$/i.test(program);
  const [command, words] = isBatch ? ["cmd.exe", ["/d", "/c", program, ...args]] : [program, args];
  const env = { ...proxyVariables(), NO_COLOR: "1", CI: "1" };
  const streams = { stdin: "null", stdout: "piped", stderr: "piped" } as const;
  const child = new Deno.Command(command, { args: words, cwd: places.project, env, signal, ...streams });
  const { code, stdout, stderr } = await child.output();
  signal.throwIfAborted();
  const decoder = new TextDecoder();
  // deno-lint-ignore no-control-regex
  const text = `${decoder.decode(stdout)}${decoder.decode(stderr)}`.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, "");
  return { code, text };
}
