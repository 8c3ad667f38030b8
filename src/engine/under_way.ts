// What of a run is at work now, and the wait for all of it to end.

export class UnderWay {
  readonly #names = new Set<string>();
  #waiting: (() => void)[] = [];

  add(name: string): void {
    this.#names.add(name);
  }

  delete(name: string): void {
    if (!this.#names.delete(name) || this.#names.size > 0) return;
    for (const wake of this.#waiting) wake();
    this.#waiting = [];
  }

  /** Settles when nothing is at work. */
  async idle(): Promise<void> {
    while (this.#names.size > 0) await new Promise<void>((wake) => this.#waiting.push(wake));
  }
}
