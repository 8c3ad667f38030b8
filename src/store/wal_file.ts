// The write-ahead log as a file: brought to the disk off this thread, which SQLite itself would hold up for it.

/**
 * `persist` settles when everything that was committed before its call is on the disk (fdatasync). No lock lies on the log (SQLite takes
 * its locks on the database and on the -shm file), so a second descriptor of it is safe to open and to close.
 */
export class WalFile implements Disposable {
  readonly #path: string | null;
  #file: Promise<Deno.FsFile> | null = null;

  /** `database`: its path; `:memory:` has no log. */
  constructor(database: string) {
    this.#path = database === ":memory:" ? null : `${database}-wal`;
  }

  async persist(): Promise<void> {
    if (this.#path === null) return;
    // SQLite keeps one log for as long as a connection is open: the descriptor stays good.
    this.#file ??= Deno.open(this.#path, { read: true, write: true });
    await (await this.#file).syncData();
  }

  [Symbol.dispose](): void {
    this.#file?.then((file) => file.close(), () => {});
    this.#file = null;
  }
}
