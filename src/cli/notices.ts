// What is said on stderr before a command's own work: warnings of the settings, and that answers are not real.
import { join } from "node:path";
import type { Printer } from "./printer.ts";
import type { Connection } from "./world.ts";

export async function printNotices(connection: Connection, printer: Printer): Promise<void> {
  for (const notice of noticesOf(connection)) await printer.warn(notice);
}

export function noticesOf({ warnings, settings }: Connection): string[] {
  if (!settings.simulated) return warnings;
  return [
    ...warnings,
    "no model provider is configured, so all answers are simulated; set ANTHROPIC_API_KEY, OPENAI_API_KEY or " +
    `GEMINI_API_KEY, start Ollama, or name a provider in ${join(settings.home, "config.json")}`,
  ];
}
