// The write-ahead log as a file: brought to the disk off this thread, which SQLite itself would hold up for it.

/**
 * `persist` settles when everything that was committed before its call is on the disk. No lock lies on the log (SQLite takes its locks on
 * the database and on the -shm file), so a second descriptor of it is safe to open and to close.
 *
 * No answer that was told is lost, in this order:
 * 1. SQLite's COMMIT has handed the pages to the operating system.
 * 2. fdatasync. Its yes alone can be a lie: ext4 that gives up (a write of its journal failed, or it was aborted) says yes while it does,
 *    to a flush that finds neither dirty pages nor a transaction to wait for, for both were dropped; older kernels say it ever after.
 * 3. A change that the file system must refuse when it has given up (refuseIfGivenUp). It never recovers while it is mounted: if it takes
 *    this change, it had not given up during the flush before, and nothing was dropped.
 *
 * A flush that failed may have thrown away what it could not write, and the next one knows nothing of it: what comes later in the log is
 * of no use behind such a gap. So after one failure this log is never said to be on the disk again.
 */
export class WalFile implements Disposable {
  readonly #path: string | null;
  #file: Deno.FsFile | null = null;
  #failure: Error | null = null;

  /** `database`: its path; `:memory:` has no log. */
  constructor(database: string) {
    this.#path = database === ":memory:" ? null : `${database}-wal`;
  }

  async persist(): Promise<void> {
    if (this.#path === null) return;
    // SQLite keeps one log for as long as a connection is open: the descriptor stays good.
    const file = this.#file ??= Deno.openSync(this.#path, { read: true, write: true });
    try {
      await file.syncData();
      refuseIfGivenUp(file);
    } catch (error) {
      this.#failure ??= new Error(`the disk did not take the log: ${(error as Error).message}`, { cause: error });
    }
    if (this.#failure) throw this.#failure;
  }

  [Symbol.dispose](): void {
    this.#file?.close();
    this.#file = null;
  }
}

/**
 * Dates the log, which means nothing to SQLite. Twice: ext4 learns by the first that its journal is dead, and says so only from the second
 * on. On this thread, because it takes a few microseconds and goes no further than the writes of COMMIT do; a hop to another thread and
 * back would cost many times that. Throws as soon as the file system has given up.
 */
function refuseIfGivenUp(file: Deno.FsFile): void {
  const now = new Date();
  try {
    file.utimeSync(now, now);
    file.utimeSync(now, now);
  } catch (error) {
    if (hasGivenUp(error)) throw error;
  }
}

/** Any other refusal is no verdict: only its owner may date a file, and not every file system keeps dates. The flush counts alone then. */
function hasGivenUp(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === "EROFS" || code === "EIO";
}
