// What an approval is bound to: the hash of all that decides what a plan does.
import type { Grants } from "./config.ts";
import { canonicalJson, type Json } from "./json.ts";

/** SHA-256 in hex of the script, its args and what it is permitted. */
export async function planHash(plan: { script: string; args: Json; grants: Grants }): Promise<string> {
  const text = canonicalJson([plan.script, plan.args, plan.grants as unknown as Json]);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
