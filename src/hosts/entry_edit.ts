// One server in a file of many: what shall stand where, and the proof that an edit touched nothing else.
import { OdwError } from "../errors.ts";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../json.ts";

/** The name under which every host knows odw. */
export const SERVER_NAME = "odw";

export interface EntryEdit {
  /** For messages. */
  file: string;
  container: readonly string[];
  entry: JsonObject;
  /** See HostSpec.owned. */
  owned: readonly string[];
}

export interface EntryRemoval {
  file: string;
  container: readonly string[];
  /** Depths of the containers that odw made: they go when nothing else is in them. */
  madeDepth: number;
}

/** The entry as it shall be: members of the user stay, what odw owns is set, what is missing is added. */
export function mergedEntry(before: JsonObject | null, { entry, owned }: EntryEdit): JsonObject {
  // A server that was reached over the network is another thing under the same name.
  if (!before || "url" in before || "httpUrl" in before || "serverUrl" in before) return entry;
  const set = Object.fromEntries(Object.entries(entry).filter(([key]) => owned.includes(key) || !(key in before)));
  return { ...before, ...set };
}

/** null: nothing has that name. Throws OdwError `config` when something on the way is no object. */
export function entryOf(
  document: Json | undefined,
  { container, file }: Pick<EntryEdit, "container" | "file">,
): JsonObject | null {
  let found: Json | undefined = document;
  for (const [i, key] of [...container, SERVER_NAME].entries()) {
    if (found === undefined) return null;
    if (!isJsonObject(found)) throw notAnObject(file, container.slice(0, i));
    found = found[key];
  }
  if (found === undefined) return null;
  if (!isJsonObject(found)) throw notAnObject(file, [...container, SERVER_NAME]);
  return found;
}

/** How many of the containers are there. */
export function depthOf(document: Json | undefined, container: readonly string[]): number {
  let found: Json | undefined = document;
  let depth = 0;
  for (const key of container) {
    found = isJsonObject(found) ? found[key] : undefined;
    if (!isJsonObject(found)) return depth;
    depth++;
  }
  return depth;
}

/** Throws OdwError `config` unless `after` is `before` with that entry and nothing else changed. */
export function checkEdit(
  { before, after }: { before: Json; after: Json },
  { file, container }: Pick<EntryEdit, "file" | "container">,
  entry: JsonObject | null,
): void {
  const found = entryOf(after, { container, file });
  const isSame = canonicalJson(without(before, container)) === canonicalJson(without(after, container));
  if (isSame && canonicalJson(found) === canonicalJson(entry)) return;
  throw new OdwError(
    "config",
    `${file} was left alone: an edit would have changed more than ${
      [...container, SERVER_NAME].join(".")
    }; edit it by hand`,
  );
}

/** Without the entry, and without containers that are empty then. */
function without(document: Json, container: readonly string[]): Json {
  if (!isJsonObject(document)) return document;
  const [key, ...rest] = container;
  const copy = { ...document };
  if (key === undefined) {
    delete copy[SERVER_NAME];
    return copy;
  }
  if (copy[key] === undefined) return copy;
  copy[key] = without(copy[key], rest);
  if (isJsonObject(copy[key]) && Object.keys(copy[key]).length === 0) delete copy[key];
  return copy;
}

function notAnObject(file: string, path: readonly string[]): OdwError {
  const where = path.length === 0 ? "it" : path.join(".");
  return new OdwError("config", `${file} was left alone: ${where} is no object; correct the file and try again`);
}
