// SQLite's failures as OdwError `store`: which file, what was found, what to do.
import { OdwError } from "../errors.ts";

/** By the texts of sqlite3_errstr(), the only thing that tells SQLite's result codes apart here, and of WalFile. */
const FAILURES: readonly { text: string; found: string; mend: string }[] = [
  {
    text: "database is locked",
    found: "another process has kept it locked",
    mend: "wait for that process or end it, then try again",
  },
  {
    text: "database or disk is full",
    found: "the disk is full",
    mend: "free some space and try again; everything that was committed is safe",
  },
  {
    text: "readonly database",
    found: "the file or its folder is read-only",
    mend: "make both writable, or set ODW_HOME to a folder that is",
  },
  {
    text: "file is not a database",
    found: "the file is not a SQLite database",
    mend: "nothing was changed; move the file away, or set ODW_HOME to another folder",
  },
  {
    text: "disk I/O error",
    found: "the disk or file system reported an I/O error",
    mend: "check the disk, its free space and its mount options, then try again; everything that was committed is safe",
  },
  {
    text: "the disk did not take the log",
    found: "the disk or file system failed, or is read-only now",
    mend:
      "check the disk, its free space and its mount options, then start odw again; everything that was recorded before is safe",
  },
  {
    text: "unable to open database file",
    found: "the file cannot be opened or created",
    mend:
      "check that its folder exists and is writable, on a file system that is not mounted read-only, or set ODW_HOME to a folder that is",
  },
  {
    text: "database is not open",
    found: "the store was closed before",
    mend: "open it again",
  },
];

/** Any failure of `attempt` ("append events", …) as an OdwError; an OdwError passes unchanged. */
export function storeError(path: string, attempt: string, thrown: unknown): OdwError {
  if (thrown instanceof OdwError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const failure = explain(thrown, message, path);
  return new OdwError("store", `cannot ${attempt} in ${path}: ${failure.found} (${message}); ${failure.mend}`, {
    cause: thrown,
  });
}

/** Whether trying again soon can help. */
export function isLocked(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.message.includes("database is locked");
}

/** Whether the file's bytes are damaged: SQLite says so, or a recorded text is no JSON any more. */
export function isCorrupted(thrown: unknown): boolean {
  return thrown instanceof SyntaxError || (thrown instanceof Error && thrown.message.includes("malformed"));
}

/** What to do with a damaged file. */
export function corruptionRemedy(path: string): string {
  return "save the runs that can still be read with `odw export`, then move the file away with its -wal and -shm files " +
    `(the next command makes an empty one) and \`odw import\` them; \`sqlite3 ${path} .recover\` may find more`;
}

function explain(thrown: unknown, message: string, path: string): { found: string; mend: string } {
  if (isCorrupted(thrown)) return { found: "the database is corrupted", mend: corruptionRemedy(path) };
  if (thrown instanceof Deno.errors.NotCapable) {
    return { found: "this process may not touch the file", mend: "grant read and write access to its folder" };
  }
  const known = FAILURES.find((failure) => message.includes(failure.text));
  return known ?? { found: "SQLite refused", mend: "check the file and its folder" };
}
