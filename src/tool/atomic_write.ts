// Puts a file in place whole or not at all.
import { basename, dirname, join } from "node:path";

/**
 * `mode`: permission bits of the file that is replaced; null for a new one. Creates the folders above. Throws what Deno throws, and leaves
 * nothing behind then.
 */
export async function writeAtomically(
  path: string,
  { bytes, mode }: { bytes: Uint8Array; mode: number | null },
): Promise<void> {
  const folder = dirname(path);
  await Deno.mkdir(folder, { recursive: true });
  // Renaming would replace a file that its owner protected.
  if (mode !== null && (mode & 0o222) === 0) throw new Deno.errors.PermissionDenied("the file is read-only");
  const temporary = join(folder, `.${basename(path).slice(0, 100)}.${crypto.randomUUID().slice(0, 8)}.tmp`);
  try {
    await Deno.writeFile(temporary, bytes, { createNew: true });
  } catch (thrown) {
    // Only this one file was granted, and nothing beside it.
    if (thrown instanceof Deno.errors.NotCapable) return await Deno.writeFile(path, bytes);
    await Deno.remove(temporary).catch(() => {});
    throw thrown;
  }
  try {
    if (mode !== null && Deno.build.os !== "windows") await Deno.chmod(temporary, mode & 0o7777);
    await Deno.rename(temporary, path);
  } catch (thrown) {
    await Deno.remove(temporary).catch(() => {});
    throw thrown;
  }
}
