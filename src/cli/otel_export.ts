// Spans for the user's own collector: sent only when the standard OTEL_* variables name one, after the run has stopped.
import { errorInfo } from "../errors.ts";
import { certificateHint, type Network, Outgoing } from "../lib/outgoing.ts";
import type { World } from "./world.ts";

const TIMEOUT_MS = 10_000;

/** Where spans go, by the OpenTelemetry specification's variables; null: nowhere. */
export function otlpTarget(
  env: World["env"],
): { url: string; headers: Record<string, string>; resource: Record<string, string> } | null {
  if (env("OTEL_SDK_DISABLED")?.toLowerCase() === "true" || env("OTEL_TRACES_EXPORTER") === "none") return null;
  const base = env("OTEL_EXPORTER_OTLP_ENDPOINT");
  const url = env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") ?? (base ? `${base.replace(/\/+$/, "")}/v1/traces` : undefined);
  if (!url) return null;
  return {
    url,
    headers: pairs(env("OTEL_EXPORTER_OTLP_HEADERS"), env("OTEL_EXPORTER_OTLP_TRACES_HEADERS")),
    resource: { "service.name": env("OTEL_SERVICE_NAME") ?? "odw", ...pairs(env("OTEL_RESOURCE_ATTRIBUTES")) },
  };
}

/** Throws an Error with the reason when the collector does not take them. */
export async function sendSpans(
  body: string,
  { url, headers, network }: { url: string; headers: Record<string, string>; network: Network },
): Promise<void> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  using outgoing = new Outgoing(network);
  const response = await outgoing.fetch(url, {
    method: "POST",
    redirect: "manual",
    body,
    headers: { "content-type": "application/json", ...headers },
    signal,
  })
    .catch((error: unknown) => {
      throw new Error(
        `${url} cannot be reached: ${errorInfo(error).message}${certificateHint(errorInfo(error).message)}`,
      );
    });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`${url} answered with status ${response.status}`);
}

/** `key=value,key=value`, values percent-encoded. */
function pairs(...texts: (string | undefined)[]): Record<string, string> {
  const entries = texts.flatMap((text) => (text ?? "").split(",")).map((pair): [string, string] => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())];
  });
  return Object.fromEntries(entries.filter(([name]) => name !== ""));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
