// The SDK's transport over the lines of a server process that another ring has started.
// The package maps its types one name further than its files.
// @ts-types="@modelcontextprotocol/sdk/shared/transport"
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import { type JSONRPCMessage, JSONRPCMessageSchema } from "@modelcontextprotocol/sdk/types.js";
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
    return JSONRPCMessageSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}
