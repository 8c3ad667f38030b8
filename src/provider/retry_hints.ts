// When to come back: read from a provider's headers and words.
import type { ProviderApi } from "../config.ts";

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `12ms`, `1.5s`, `6m0s`, `2h3m`; undefined for anything else. */
export function durationMs(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)];
  if (parts.length === 0) return undefined;
  return Math.ceil(parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ""] ?? 0), 0));
}

/** What no rate limit lasts: a longer wait is believed of a quota alone. */
const LONGEST_RATE_MS = UNIT_MS["d"]!;

/**
 * What the server asked to wait: `retry-after-ms`, `retry-after`, an exhausted rate-limit window, headers that a router repeats in the
 * body, or its own words. More than a day is no rate limit, and not believed.
 */
export function retryAfterMs(headers: Headers | null, text: string, nowMs: number): number | undefined {
  const wait = toldWait(headers, text, nowMs);
  return wait === undefined || wait > LONGEST_RATE_MS ? undefined : wait;
}

function toldWait(headers: Headers | null, text: string, nowMs: number): number | undefined {
  const millis = Number(headers?.get("retry-after-ms") ?? NaN);
  if (Number.isFinite(millis) && millis >= 0) return Math.ceil(millis);
  const header = headers?.get("retry-after");
  if (header) {
    const wait = waitUntil(header, nowMs);
    if (wait !== undefined) return wait;
  }
  return exhaustedWindow(headers, nowMs) ?? repeatedReset(text, nowMs) ?? wordsOfDelay(text);
}

/** Windows that the big providers report with every answer, each in `…remaining…` and `…reset…`. */
const WINDOWS: Partial<Record<ProviderApi, readonly string[]>> = {
  "anthropic-messages": [
    "anthropic-ratelimit-requests-remaining",
    "anthropic-ratelimit-tokens-remaining",
    "anthropic-ratelimit-input-tokens-remaining",
    "anthropic-ratelimit-output-tokens-remaining",
  ],
  "openai-chat": ["x-ratelimit-remaining-requests", "x-ratelimit-remaining-tokens"],
  "openai-responses": ["x-ratelimit-remaining-requests", "x-ratelimit-remaining-tokens"],
};

/** Milliseconds since the epoch at which the last used-up rate window of an answer opens again; undefined: something is left of each. */
export function rateResetAt(headers: Headers, api: ProviderApi, nowMs: number): number | undefined {
  if (!WINDOWS[api]?.some((name) => headers.get(name) === "0")) return undefined;
  const wait = exhaustedWindow(headers, nowMs);
  return wait === undefined || wait <= 0 ? undefined : nowMs + wait;
}

/** ISO time at which an exhausted quota comes back, where headers or words say so. */
export function quotaReset(headers: Headers | null, text: string, nowMs: number): string | undefined {
  const named =
    /(?:regain access on|resets? (?:at|on)|resets_at"?:?|reset_at"?:?)\s*"?(\d{4}-\d{2}-\d{2})(?:[T ]| at )?(\d{2}:\d{2}(?::\d{2})?)?/i
      .exec(text);
  if (named) return isoTime(`${named[1]}T${named[2] ?? "00:00"}Z`);
  const epoch = /resets?_at"?\s*:\s*(\d{10})\b/.exec(text);
  if (epoch) return isoTime(Number(epoch[1]) * 1000);
  const wait = toldWait(headers, text, nowMs);
  return wait === undefined ? undefined : isoTime(nowMs + wait);
}

/** From here on a number of seconds can only be a time: 2001 as seconds, and as milliseconds, since the epoch. */
const EPOCH_SECONDS = 1e9;
const EPOCH_MS = 1e12;

/** Seconds, a time since the epoch in seconds or milliseconds, a date (RFC 3339 or HTTP), or a duration, as milliseconds from now. */
function waitUntil(value: string, nowMs: number): number | undefined {
  const seconds = Number(value);
  if (seconds >= EPOCH_MS) return Math.max(0, Math.ceil(seconds) - nowMs);
  if (seconds >= EPOCH_SECONDS) return Math.max(0, Math.ceil(seconds * 1000) - nowMs);
  if (Number.isFinite(seconds)) return Math.max(0, Math.ceil(seconds * 1000));
  const at = Date.parse(value);
  return Number.isNaN(at) ? durationMs(value) : Math.max(0, at - nowMs);
}

/** The longest wait among the windows of which nothing remains. */
function exhaustedWindow(headers: Headers | null, nowMs: number): number | undefined {
  let longest: number | undefined;
  headers?.forEach((value, name) => {
    if (value !== "0" || !/ratelimit.*remaining/.test(name)) return;
    const reset = headers.get(name.replace("remaining", "reset"));
    const wait = reset ? waitUntil(reset, nowMs) : undefined;
    if (wait !== undefined) longest = Math.max(longest ?? 0, wait);
  });
  return longest;
}

/** OpenRouter: `error.metadata.headers` holds what the provider behind it said. */
function repeatedReset(text: string, nowMs: number): number | undefined {
  for (const name of ["retry-after", "x-ratelimit-reset"]) {
    const found = new RegExp(`"${name}"\\s*:\\s*(?:"([^"]+)"|([\\d.]+))`, "i").exec(text);
    if (found) return waitUntil(found[1] ?? found[2]!, nowMs);
  }
  return undefined;
}

function wordsOfDelay(text: string): number | undefined {
  const words = /(?:try again in|retry in|retrydelay"?:?)\s*"?((?:\d+(?:\.\d+)?(?:ms|[smhd]))+)/i.exec(text);
  return words?.[1] ? durationMs(words[1]) : undefined;
}

function isoTime(value: string | number): string | undefined {
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
