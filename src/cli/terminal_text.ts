// Text from models and scripts, made harmless for a terminal: no escape sequence, control or direction character gets through.

// deno-lint-ignore no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
const UNSAFE_IN_JSON = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** Lines and tabs stay; every other control character becomes a visible sign for it. */
export function safeText(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(CONTROL, visible);
}

/** As safeText, on one line: runs of white space become one space. */
export function safeLine(text: string): string {
  return safeText(text.replace(/\s+/g, " ").trim());
}

/** The beginning of a text as one line; cheap for texts of any length. */
export function safeStart(text: string, length = 400): string {
  return safeLine(text.slice(0, length).toWellFormed());
}

/** JSON text of the same value without a character that a terminal obeys. */
export function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(UNSAFE_IN_JSON, escaped);
}

function visible(char: string): string {
  const code = char.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return escaped(char);
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
