// An answer that depends on every character of its prompt and on nothing else.

/** FNV-1a as eight hexadecimal digits. */
export function hashed(prompt: string): string {
  let hash = 2166136261;
  for (const char of prompt) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
