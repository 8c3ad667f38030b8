// Whether the process that made a worktree still lives: it holds a lock that ends with it, however it ends.
import type { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { tryLock } from "./try_lock.ts";

const SUFFIX = ".owner";

/** The locks of one folder of worktrees. */
export class Owners {
  readonly #folder: string;
  readonly #id = crypto.randomUUID();
  #lock: DatabaseSync | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get id(): string {
    return this.#id;
  }

  /** This process, from now on until `leave`. To be called while no other process sweeps. */
  enter(): string {
    this.#lock ??= tryLock(this.#path(this.#id));
    if (!this.#lock) throw new Error(`The lock of ${this.#path(this.#id)} is held by another process`);
    return this.#id;
  }

  /** Nothing of this process is in use any more. */
  leave(): void {
    if (!this.#lock) return;
    this.#lock.close();
    this.#lock = null;
    Deno.removeSync(this.#path(this.#id));
  }

  /** Whether another process is there under this id. */
  isAlive(id: string): boolean {
    if (id === this.#id) return this.#lock !== null;
    if (!/^[0-9a-f-]{36}$/.test(id)) return false;
    return isHeld(this.#path(id));
  }

  /** Removes what processes that died have left. Only for the holder of the folder's lock. */
  async sweep(): Promise<void> {
    for await (const { name } of Deno.readDir(this.#folder)) {
      if (!name.endsWith(SUFFIX)) continue;
      const id = name.slice(0, -SUFFIX.length);
      if (!this.isAlive(id)) await Deno.remove(join(this.#folder, name)).catch(() => {});
    }
  }

  #path(id: string): string {
    return join(this.#folder, id + SUFFIX);
  }
}

function isHeld(path: string): boolean {
  try {
    Deno.statSync(path);
  } catch {
    return false;
  }
  const lock = tryLock(path);
  lock?.close();
  return lock === null;
}
