// MCP's stdio transport from the client's side, over a process that the test owns: one JSON-RPC message a line, and nothing else.
import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";
import { TextLineStream } from "./text_lines.ts";

export class ProcessTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #ended: Promise<void> = Promise.resolve();

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#writer = child.stdin.getWriter();
  }

  get pid(): number {
    return this.#child.pid;
  }

  start(): Promise<void> {
    this.#ended = this.#read();
    return Promise.resolve();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(`${JSON.stringify(message)}\n`));
  }

  /** Ends the server's input, and waits until it has ended itself. */
  async close(): Promise<void> {
    await this.#closeInput();
    await this.#ended;
  }

  async #read(): Promise<void> {
    await using _errors = drain(this.#child.stderr);
    for await (
      const line of this.#child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    ) {
      const message: JSONRPCMessage = JSON.parse(line);
      if (message.jsonrpc !== "2.0") throw new Error(`stdout holds more than JSON-RPC: ${line}`);
      this.onmessage?.(message);
    }
    await this.#child.status;
    // A client does not close what has ended by itself.
    await this.#closeInput();
    this.onclose?.();
  }

  async #closeInput(): Promise<void> {
    await this.#writer.close().catch(() => this.#writer.abort().catch(() => {}));
  }
}

function drain(stream: ReadableStream<Uint8Array>): AsyncDisposable {
  const drained = stream.pipeTo(new WritableStream());
  return { [Symbol.asyncDispose]: () => drained };
}
