// Secrets: made at random, compared in a time that tells nothing.
import { timingSafeEqual } from "node:crypto";

/** 32 random bytes as text for URLs. */
export function newSecret(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export function isSameSecret(given: string, wanted: string): boolean {
  const encoder = new TextEncoder();
  const [a, b] = [encoder.encode(given), encoder.encode(wanted)];
  // Lengths are no secret; equal ones are needed to compare at all.
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
