// Reads a response's body piece by piece into one buffer: a default reader allocates 64 KiB for every piece, however small.

const BUFFER_BYTES = 16 * 1024;
/** More are not kept: there are not many more answers at once. */
const KEPT = 64;

/** Buffers of answers that were read, for those to come: a new one for each would be cleared and collected again. */
export class Buffers {
  readonly #free: ArrayBuffer[] = [];

  take(): ArrayBuffer {
    return this.#free.pop() ?? new ArrayBuffer(BUFFER_BYTES);
  }

  give(buffer: ArrayBuffer): void {
    if (buffer.byteLength === BUFFER_BYTES && this.#free.length < KEPT) this.#free.push(buffer);
  }
}

export class ByteReader {
  readonly #reader: ReadableStreamBYOBReader | ReadableStreamDefaultReader<Uint8Array>;
  readonly #buffers: Buffers;
  #buffer: ArrayBuffer;
  #hasEnded = false;

  /** A body from the network takes a buffer; one that a program made may not. */
  constructor(body: ReadableStream<Uint8Array>, buffers: Buffers) {
    this.#buffers = buffers;
    this.#buffer = buffers.take();
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
    this.#hasEnded = done;
    return done ? null : value;
  }

  /** Closes the body, whatever is left of it. To be called once. */
  async close(): Promise<void> {
    if (!this.#hasEnded) return await this.#reader.cancel().catch(() => undefined);
    this.#buffers.give(this.#buffer);
  }
}
