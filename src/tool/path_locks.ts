// One change of a file at a time: two edits at once must not lose one.

export class PathLocks {
  readonly #last = new Map<string, Promise<void>>();

  /** Runs `work` when nobody else holds one of the paths. Paths are taken in sorted order, so that two calls never wait for each other. */
  async hold<T>(paths: string[], work: () => Promise<T>): Promise<T> {
    const releases: (() => void)[] = [];
    try {
      for (const path of [...new Set(paths)].sort()) releases.push(await this.#take(path));
      return await work();
    } finally {
      for (const release of releases) release();
    }
  }

  async #take(path: string): Promise<() => void> {
    const before = this.#last.get(path);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last.set(path, promise);
    await before;
    return () => {
      if (this.#last.get(path) === promise) this.#last.delete(path);
      resolve();
    };
  }
}
