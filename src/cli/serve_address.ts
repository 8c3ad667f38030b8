// Where a server listens.
import { OdwError } from "../errors.ts";

export const DEFAULT_PORT = 7345;
/** Names of loopback as a Host header holds them. */
export const LOOPBACK_NAMES: readonly string[] = ["127.0.0.1", "localhost", "[::1]"];

export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Throws OdwError `usage` for what is no port. */
export function portOf(option: unknown): number {
  if (option === undefined) return DEFAULT_PORT;
  const port = Number(option);
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new OdwError(
    "usage",
    `--port ${JSON.stringify(option)} is no port: a whole number from 0 (any free one) to 65535`,
  );
}
