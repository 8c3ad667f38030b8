// How this process ends from outside: a signal, a closed terminal, an error that nobody caught. Each passes `Deno.exit`, so that the
// programs that were started for runs end with it (see ring/process_groups.ts).
import { EXIT } from "./exit_codes.ts";

export interface ProcessEnds {
  /** Ctrl-C, and what a supervisor sends. While nobody listens, it ends the process. */
  onInterrupt(listener: () => void): () => void;
  /** The terminal is gone (SIGHUP). Never called where SIGHUP was ignored when odw was started, as under `nohup`. */
  onHangup(listener: () => void): () => void;
  /** From now on no signal ends the process without `Deno.exit`. Nothing happens the second time. */
  guard(): void;
}

/** Starts nothing and listens to nothing before it is used: a command that only prints keeps the system's own ways. */
export function openProcessEnds(): ProcessEnds {
  const interrupted = new Set<() => void>();
  const hungUp = new Set<() => void>();
  let isGuarded = false;
  const guard = () => {
    if (isGuarded) return;
    isGuarded = true;
    listen(interrupted, hungUp);
  };
  const adder = (listeners: Set<() => void>) => (listener: () => void) => {
    guard();
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return { onInterrupt: adder(interrupted), onHangup: adder(hungUp), guard };
}

function listen(interrupted: Set<() => void>, hungUp: Set<() => void>): void {
  // Asked first: with its first signal listener Deno takes SIGHUP over, and what it was before is forgotten.
  const isIgnored = Deno.build.os === "windows" ? null : hangupIsIgnored();
  const tell = (listeners: Set<() => void>, code: number) => {
    if (listeners.size === 0) Deno.exit(code);
    for (const listener of [...listeners]) listener();
  };
  for (const signal of ["SIGINT", Deno.build.os === "windows" ? "SIGBREAK" : "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => tell(interrupted, EXIT.cancelled));
  }
  if (isIgnored) {
    Deno.addSignalListener("SIGHUP", async () => await isIgnored ? undefined : tell(hungUp, EXIT.hungUp));
  }
  globalThis.addEventListener("error", (event) => fall(event, event.error));
  globalThis.addEventListener("unhandledrejection", (event) => fall(event, event.reason));
}

/**
 * Whether SIGHUP is ignored, as `nohup` and `trap '' HUP` have it. Programs inherit that, so one is started to see whether it survives its
 * own SIGHUP. Where none may be started, a process without any terminal counts as one of `nohup`.
 */
async function hangupIsIgnored(): Promise<boolean> {
  try {
    const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
    const child = new Deno.Command("/bin/sh", { args: ["-c", "kill -HUP $$"], clearEnv: true, ...streams }).spawn();
    return (await child.status).signal === null;
  } catch {
    return [Deno.stdin, Deno.stdout, Deno.stderr].every((stream) => !stream.isTerminal());
  }
}

/** Deno itself would end the process without telling anybody. */
function fall(event: Event, error: unknown): void {
  event.preventDefault();
  const text = error instanceof Error ? error.stack ?? error.message : String(error);
  console.error(`error: odw itself failed, which is a fault of odw: ${text}`);
  Deno.exit(EXIT.failed);
}
