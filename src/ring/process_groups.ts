// The processes that were started for a run, each the first of a group of its own: they end with it, whatever they have started.

/** Between the polite signal and the one that cannot be refused: git removes its lock files meanwhile. */
const GRACE_MS = 1_000;

export class ProcessGroups implements Disposable {
  readonly #running = new Set<Deno.ChildProcess>();
  readonly #endAll = () => this[Symbol.dispose]();

  constructor() {
    // The process may end at any moment by Deno.exit.
    globalThis.addEventListener("unload", this.#endAll);
  }

  /** Knows the process until it has ended; then what is left of its group ends too. */
  add(child: Deno.ChildProcess): void {
    this.#running.add(child);
    const forget = () => {
      if (this.#running.delete(child)) signalGroup(child, "SIGKILL");
    };
    child.status.then(forget, forget);
  }

  /** Resolves at once; the process ends within a second. */
  end(child: Deno.ChildProcess): void {
    if (!this.#running.has(child)) return;
    signalGroup(child, "SIGTERM");
    const timer = setTimeout(() => this.#running.has(child) && signalGroup(child, "SIGKILL"), GRACE_MS);
    child.status.finally(() => clearTimeout(timer));
  }

  [Symbol.dispose](): void {
    globalThis.removeEventListener("unload", this.#endAll);
    for (const child of this.#running) signalGroup(child, "SIGKILL");
    this.#running.clear();
  }
}

/** A group that has ended already is what was wanted. */
function signalGroup(child: Deno.ChildProcess, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    if (Deno.build.os === "windows") endWindowsTree(child.pid);
    else Deno.kill(-child.pid, signal);
  } catch {
    // ESRCH
  }
}

/** Windows has no process groups that could be ended. */
function endWindowsTree(pid: number): void {
  const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
  new Deno.Command("taskkill", { args: ["/pid", String(pid), "/t", "/f"], ...streams }).outputSync();
}
