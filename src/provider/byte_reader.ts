// Reads a response's body piece by piece into one buffer: a default reader allocates 64 KiB for every piece, however small.

const BUFFER_BYTES = 16 * 1024;

export class ByteReader {
  readonly #reader: ReadableStreamBYOBReader | ReadableStreamDefaultReader<Uint8Array>;
  #buffer = new ArrayBuffer(BUFFER_BYTES);

  /** A body from the network takes a buffer; one that a program made may not. */
  constructor(body: ReadableStream<Uint8Array>) {
    try {
      this.#reader = body.getReader({ mode: "byob" });
    } catch {
      this.#reader = body.getReader();
    }
  }

  /** The next bytes, valid until the next call; null at the end. */
  async read(): Promise<Uint8Array | null> {
    const { done, value } = await this.#reader.read(new Uint8Array(this.#buffer));
    if (value?.buffer instanceof ArrayBuffer && value.buffer.byteLength === BUFFER_BYTES) this.#buffer = value.buffer;
    return done ? null : value;
  }

  /** Closes the body, whatever is left of it. */
  async cancel(): Promise<void> {
    await this.#reader.cancel().catch(() => undefined);
  }
}
