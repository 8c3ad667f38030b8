// What a user is shown of a change to a file.
import { createTwoFilesPatch } from "diff";

/** In the unified format; null: there is no such file. Empty when nothing changes. */
export function diffOf(path: string, before: string | null, after: string | null): string {
  if (before === after) return "";
  const names = [before === null ? "/dev/null" : path, after === null ? "/dev/null" : path] as const;
  const patch = createTwoFilesPatch(...names, before ?? "", after ?? "", undefined, undefined, { context: 3 });
  return patch.replace(/^(Index: .*\n)?=+\n/, "").replaceAll("\r\n", "\n").replaceAll("\t\n", "\n");
}
