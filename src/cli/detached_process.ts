// This very program once more, on its own: without this one's terminal, streams and session.
import { fileURLToPath } from "node:url";
import { OdwError } from "../errors.ts";
import { proxyVariables } from "../lib/proxy_variables.ts";

/** As `deno task odw` has them; an executable carries its own. */
const SOURCE_FLAGS = [
  "--quiet",
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-net",
  "--allow-run",
];

/** The executable alone, or what runs the source. */
export function startWords(): string[] {
  const program = Deno.execPath();
  return Deno.build.standalone ? [program] : [program, "run", ...SOURCE_FLAGS, fromModule(Deno.mainModule)];
}

/** Throws OdwError `denied` when this process may start no program. */
export function spawnDetached(words: string[], variables: Record<string, string> = {}): void {
  const [program = "", ...start] = startWords();
  const args = [...start, ...words];
  const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
  try {
    new Deno.Command(program, { args, ...streams, env: { ...proxyVariables(), ...variables }, detached: true }).spawn()
      .unref();
  } catch (cause) {
    throw new OdwError("denied", `cannot go on in the background: ${reasonOf(cause)}`, { cause });
  }
}

/** A path, since hosts show it to people; a module from elsewhere stays as it is. */
function fromModule(url: string): string {
  return url.startsWith("file:") ? fileURLToPath(url) : url;
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Deno.errors.NotCapable)) return (cause as Error).message;
  return Deno.build.standalone
    ? "this executable was built without permission to start a program"
    : "this process may start no program; allow it with --allow-run";
}
