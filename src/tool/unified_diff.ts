// The diff that a user is shown before a file changes.
import { decodeText } from "./text_file.ts";

export interface FileChange {
  /** As the user knows the file. */
  shown: string;
  /** null: there is no such file. */
  before: Uint8Array | null;
  after: Uint8Array | null;
}

/** What is longer is cut: nobody reads it, and it is kept in the journal. */
const MOST_CHARACTERS = 20_000;
/** A diff of two wholly different large files takes too long: then all lines are shown as changed. */
const LONGEST_SEARCH_MS = 500;

/** Of all files, in the unified format. */
export async function unifiedDiff(changes: FileChange[]): Promise<string> {
  const { createTwoFilesPatch } = await import("diff");
  const texts = changes.map(({ shown, before, after }) => {
    const [old, next] = [textOf(before), textOf(after)];
    if (old === null || next === null) return `Binary file ${shown}: ${size(before)} → ${size(after)} bytes`;
    const names = [before ? shown : "/dev/null", after ? shown : "/dev/null"] as const;
    const options = { context: 3, timeout: LONGEST_SEARCH_MS };
    const patch = createTwoFilesPatch(...names, old, next, undefined, undefined, options) as string | undefined;
    return patch?.replace(/^(?:Index: .*\n)?=+\n/, "") ?? wholeDiff(names, [old, next]);
  });
  const text = texts.join("\n");
  if (text.length <= MOST_CHARACTERS) return text;
  return `${text.slice(0, MOST_CHARACTERS)}\n[${
    text.length - MOST_CHARACTERS
  } more characters of the diff are not shown]`;
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? "" : decodeText(bytes)?.text ?? null;
}

function size(bytes: Uint8Array | null): number {
  return bytes?.length ?? 0;
}

function wholeDiff(names: readonly [string, string], [old, next]: [string, string]): string {
  const lines = [...old.split("\n").map((line) => `-${line}`), ...next.split("\n").map((line) => `+${line}`)];
  return [`--- ${names[0]}`, `+++ ${names[1]}`, ...lines].join("\n");
}
