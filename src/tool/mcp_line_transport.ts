// The SDK's transport over the lines of a server process that another ring has started.
import { type JSONRPCMessage, parseJSONRPCMessage, type Transport } from "@modelcontextprotocol/client";
import type { LineProcess } from "../programs.ts";

/** A longer line is no message. */
const LONGEST_LINE = 20_000_000;

/** `onEnd`: told the reason when the process has ended by itself. */
export function lineTransport(process: LineProcess, onEnd: (reason: string) => void): Transport {
  const transport: Transport = {
    start() {
      process.onLine((line) => {
        const message = readMessage(line);
        if (message) transport.onmessage?.(message);
      });
      process.onEnd((reason) => {
        onEnd(reason);
        transport.onclose?.();
      });
      return Promise.resolve();
    },
    send(message) {
      process.send(JSON.stringify(message));
      return Promise.resolve();
    },
    close() {
      process.kill();
      transport.onclose?.();
      return Promise.resolve();
    },
  };
  return transport;
}

/** Servers print banners and log lines where only messages belong: those are passed over. */
function readMessage(line: string): JSONRPCMessage | null {
  if (line.length > LONGEST_LINE) return null;
  try {
    return parseJSONRPCMessage(JSON.parse(line));
  } catch {
    return null;
  }
}
