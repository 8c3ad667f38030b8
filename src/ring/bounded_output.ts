// What a program prints, kept up to a size: its beginning and its end, since a failure stands mostly at the end.

export class BoundedOutput {
  readonly #most: number;
  readonly #head: Uint8Array[] = [];
  readonly #tail: Uint8Array[] = [];
  #headBytes = 0;
  #tailBytes = 0;
  #cutBytes = 0;

  constructor(mostBytes: number) {
    this.#most = mostBytes;
  }

  get isTruncated(): boolean {
    return this.#cutBytes > 0;
  }

  add(chunk: Uint8Array): void {
    const room = Math.max(0, Math.ceil(this.#most / 2) - this.#headBytes);
    if (room > 0) this.#head.push(chunk.slice(0, room));
    this.#headBytes += Math.min(room, chunk.length);
    const rest = chunk.subarray(room);
    if (rest.length === 0) return;
    this.#tail.push(rest.slice());
    this.#tailBytes += rest.length;
    this.#shorten(Math.floor(this.#most / 2));
  }

  text(): string {
    const decoder = new TextDecoder();
    const [head, tail] = [joined(this.#head), joined(this.#tail)];
    if (!this.isTruncated) return decoder.decode(joined([head, tail]));
    return `${decoder.decode(head)}\n[… ${this.#cutBytes} bytes left out …]\n${decoder.decode(tail)}`;
  }

  #shorten(most: number): void {
    while (this.#tailBytes > most) {
      const first = this.#tail[0]!;
      const over = Math.min(first.length, this.#tailBytes - most);
      if (over === first.length) this.#tail.shift();
      else this.#tail[0] = first.subarray(over);
      this.#tailBytes -= over;
      this.#cutBytes += over;
    }
  }
}

function joined(chunks: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
