// How many agents of each run are at work, over all lanes.

export class RunPermits {
  readonly #taken = new Map<string, number>();

  /** How many more of the run's agents may start. `most`: the run's own limit. */
  free(runId: string, most: number): number {
    return Math.max(0, most - (this.#taken.get(runId) ?? 0));
  }

  take(runId: string): void {
    this.#taken.set(runId, (this.#taken.get(runId) ?? 0) + 1);
  }

  give(runId: string): void {
    const left = (this.#taken.get(runId) ?? 0) - 1;
    if (left > 0) this.#taken.set(runId, left);
    else this.#taken.delete(runId);
  }
}
