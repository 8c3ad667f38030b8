// Reading files of a workspace: a symbolic link in it does not lead out of it.
import { isAbsolute, relative } from "node:path";
import { OdwError } from "./errors.ts";

/**
 * The bytes of the file at the absolute `path`. A path inside `root` must not be a link to a place outside it: a cloned repository must
 * not be able to have a file of its user's sent to a provider. Throws OdwError `denied` for such a link, else what Deno throws.
 */
export async function readContained(path: string, root: string): Promise<Uint8Array<ArrayBuffer>> {
  if (!contains(root, path)) return await Deno.readFile(path);
  const [real, realRoot] = await Promise.all([Deno.realPath(path), Deno.realPath(root)]);
  if (contains(realRoot, real)) return await Deno.readFile(path);
  throw new OdwError("denied", `${path} is a link to ${real}, outside ${root}: copy the file instead`);
}

function contains(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === "" || (!/^\.\.(?:[/\\]|$)/.test(way) && !isAbsolute(way));
}
