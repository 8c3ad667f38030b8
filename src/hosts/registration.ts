// odw's entry in one host's file: found, put in, taken out.
import type { HostPlaces, HostScope } from "../hosts.ts";
import type { Json, JsonObject } from "../json.ts";
import { type EntryEdit, entryOf } from "./entry_edit.ts";
import { type HostFile, readHostFile } from "./host_file.ts";
import type { HostSpec, ServerStart } from "./host_spec.ts";
import { removeJsonEntry, setJsonEntry } from "./json_edit.ts";
import { parseJsonText } from "./json_text.ts";
import { parseTomlText, removeTomlEntry, setTomlEntry } from "./toml_edit.ts";

export interface Registration {
  spec: HostSpec;
  file: HostFile;
  document: Json | undefined;
  container: string[];
  /** null: odw is not registered there. */
  entry: JsonObject | null;
}

/**
 * The registration in the file that the host reads: of several the one that holds odw, else one that is there, else the first.
 * Throws OdwError `config` for a file that cannot be read.
 */
export async function findRegistration(
  spec: HostSpec,
  places: HostPlaces,
  scope: HostScope,
): Promise<Registration> {
  const found: Registration[] = [];
  for (const path of spec.files(places, scope)) found.push(await readRegistration(spec, path));
  const best = found.find(({ entry }) => entry) ?? found.find(({ file }) => file.text !== null) ?? found[0];
  if (!best) throw new RangeError(`${spec.title} has no file for the scope ${scope}`);
  return best;
}

export async function withRegistration(
  { spec, file, document, container }: Registration,
  start: ServerStart,
): Promise<{ text: string; madeDepth: number }> {
  const edit: EntryEdit = { file: file.path, container, entry: spec.entry(start, document), owned: spec.owned };
  if (spec.format === "toml") return { text: await setTomlEntry(file.text ?? "", edit), madeDepth: 0 };
  return await setJsonEntry(file.text ?? "", edit, spec.format === "json");
}

export async function withoutRegistration(registration: Registration, madeDepth: number): Promise<string> {
  const { spec, file, container } = registration;
  const removal = { file: file.path, container, madeDepth };
  if (spec.format === "toml") return await removeTomlEntry(file.text ?? "", removal);
  return await removeJsonEntry(file.text ?? "", removal, spec.format === "json");
}

async function readRegistration(spec: HostSpec, path: string): Promise<Registration> {
  const file = await readHostFile(path);
  const document = await documentOf(spec, file);
  const container = spec.container(document);
  return { spec, file, document, container, entry: entryOf(document, { container, file: path }) };
}

async function documentOf(spec: HostSpec, { path, text }: HostFile): Promise<Json | undefined> {
  if (text === null || text.trim() === "") return undefined;
  if (spec.format === "toml") return (await parseTomlText(text, path)).value;
  return (await parseJsonText(text, { file: path, strict: spec.format === "json" })).value;
}
