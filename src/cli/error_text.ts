// An error as the terminal shows it: what happened, and where in the script.
import type { ErrorInfo } from "../errors.ts";

/** Not yet made harmless: the printer does that. */
export function errorText({ name, message, stack, code }: ErrorInfo): string {
  // The message of a launch error names the place and shows the line already.
  if (code === "script_invalid") return message;
  const isNamed = (!code || code === "script_failed") && !["Error", "OdwError"].includes(name);
  const head = isNamed && !message.startsWith(`${name}:`) ? `${name}: ${message}` : message;
  if (!stack) return head;
  return stack.includes(message) ? stack : `${head}\n${stack}`;
}
