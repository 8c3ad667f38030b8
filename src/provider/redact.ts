// Keeps secrets out of everything that an error says.
import type { ProviderSettings } from "../config.ts";

const SHORTEST_SECRET = 4;

/** `text` without the provider's key, the values of its configured headers, and credentials inside URLs. */
export function redact(text: string, settings: ProviderSettings): string {
  const secrets = [settings.apiKey ?? "", ...Object.values(settings.headers)].flatMap(forms);
  const bare = secrets.reduce((rest, secret) => rest.replaceAll(secret, "[redacted]"), text);
  return bare.replace(/\/\/[^/\s@]+@/g, "//[redacted]@").replace(/([?&](?:api[-_]?)?key=)[^&\s)"']+/gi, "$1[redacted]");
}

function forms(secret: string): string[] {
  const bare = secret.replace(/^(bearer|basic)\s+/i, "");
  return [secret, bare, encodeURIComponent(bare)].filter((form) => form.length >= SHORTEST_SECRET);
}
