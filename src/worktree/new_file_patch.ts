// The diff of a file that git does not track yet, as `git diff --no-index /dev/null <file>` would print it, without an index or a process.
import { join } from "node:path";

/** As git does, a file with a zero in its first 8,000 bytes is no text. */
const BINARY_PROBE_BYTES = 8_000;

/** `path`: from the root, as git writes it; one that ends with `/` is a repository of its own. */
export async function newFilePatch(root: string, path: string): Promise<string> {
  if (path.endsWith("/")) return `# ${path} is a git repository of its own: its files are not shown\n`;
  const full = join(root, path);
  const info = await Deno.lstat(full).catch(() => null);
  if (!info) return "";
  const content = info.isSymlink ? new TextEncoder().encode(await Deno.readLink(full)) : await Deno.readFile(full);
  const [a, b] = [quoted(`a/${path}`), quoted(`b/${path}`)];
  const head = `diff --git ${a} ${b}\nnew file mode ${modeOf(info)}\n`;
  if (content.length === 0) return head;
  if (content.subarray(0, BINARY_PROBE_BYTES).includes(0)) return `${head}Binary files /dev/null and ${b} differ\n`;
  // Git ends a name with a space in it by a tab, so that tools find its end.
  return `${head}--- /dev/null\n+++ ${b}${/^[^"].* /.test(b) ? "\t" : ""}\n${hunk(new TextDecoder().decode(content))}`;
}

function modeOf(info: Deno.FileInfo): string {
  if (info.isSymlink) return "120000";
  return (info.mode ?? 0) & 0o100 ? "100755" : "100644";
}

function hunk(text: string): string {
  const isEnded = text.endsWith("\n");
  const lines = (isEnded ? text.slice(0, -1) : text).split("\n");
  const range = lines.length === 1 ? "1" : `1,${lines.length}`;
  const added = lines.map((line) => `+${line}\n`).join("");
  return `@@ -0,0 +${range} @@\n${added}${isEnded ? "" : "\\ No newline at end of file\n"}`;
}

/** C quotes around a name with control characters, quotes, backslashes or anything beyond ASCII, byte by byte, as git has it. */
function quoted(name: string): string {
  if (!/[^\x20-\x7e]|["\\]/.test(name)) return name;
  const escapes: Record<string, string> = { "\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\" };
  const parts = Array.from(new TextEncoder().encode(name), (byte) => {
    const character = String.fromCharCode(byte);
    if (escapes[character]) return escapes[character];
    return byte < 0x20 || byte > 0x7e ? `\\${byte.toString(8).padStart(3, "0")}` : character;
  });
  return `"${parts.join("")}"`;
}
