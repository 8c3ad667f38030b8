// Saved workflows: read from disk at each look-up, local before built-in, by meta.name and then by file stem.
import { dirname, isAbsolute, join, parse } from "node:path";
import { readContained } from "../contained_file.ts";
import { OdwError } from "../errors.ts";
import type { WorkflowInfo } from "../engine.ts";
import type { ParsedScript, Sandbox, ScriptSource } from "../sandbox.ts";

export type WorkflowRef = { name: string } | { scriptPath: string };

export interface LookupPlaces {
  cwd: string;
  repositoryRoot: string | null;
  userHome: string;
  home: string;
  builtIn: readonly { name: string; text: string }[];
}

/** A saved script that was found; `script` is null where it cannot be launched, and `problem` says why. */
interface Candidate {
  source: ScriptSource;
  stem: string;
  script: ParsedScript | null;
  problem: unknown;
}

const EXTENSION = /\.(js|mjs)$/;

/** Reads and checks the script behind a reference. Throws OdwError `not_found` with what is there, or `script_invalid`. */
export async function findWorkflow(ref: WorkflowRef, places: LookupPlaces, sandbox: Sandbox): Promise<ParsedScript> {
  if ("scriptPath" in ref) {
    return sandbox.parse(await readScript(absolute(places.cwd, ref.scriptPath), ref.scriptPath, places));
  }
  const candidates: Candidate[] = [];
  for (const folder of foldersOf(places)) {
    const found = await readFolder(folder, places, sandbox);
    const match = matching(found, ref.name);
    if (match) return scriptOf(match);
    candidates.push(...found);
  }
  const builtIn = builtInCandidates(places, sandbox);
  const match = matching(builtIn, ref.name);
  if (match) return scriptOf(match);
  throw unknownWorkflow(ref.name, [...candidates, ...builtIn]);
}

/** All saved workflows by the name that finds them; of two with one name, the one that a look-up takes. */
export async function listWorkflows(places: LookupPlaces, sandbox: Sandbox): Promise<WorkflowInfo[]> {
  const infos = new Map<string, WorkflowInfo>();
  const add = (candidate: Candidate, source: string) => {
    const name = nameOf(candidate);
    if (infos.has(name)) return;
    const meta = candidate.script?.meta;
    const problem = candidate.script ? "" : `cannot be launched: ${firstLine(candidate.problem)}`;
    const description = meta?.description ?? problem;
    infos.set(name, { name, description, whenToUse: meta?.whenToUse ?? null, args: meta?.args ?? {}, source });
  };
  for (const folder of foldersOf(places)) {
    for (const candidate of await readFolder(folder, places, sandbox)) add(candidate, candidate.source.file);
  }
  for (const candidate of builtInCandidates(places, sandbox)) add(candidate, "built-in");
  return [...infos.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function foldersOf({ cwd, repositoryRoot, userHome, home }: LookupPlaces): string[] {
  const folders: string[] = [];
  for (let folder = cwd;; folder = dirname(folder)) {
    folders.push(join(folder, ".odw", "workflows"), join(folder, ".claude", "workflows"));
    if (folder === (repositoryRoot ?? cwd) || folder === dirname(folder)) break;
  }
  return [...new Set([...folders, join(home, "workflows"), join(userHome, ".claude", "workflows")])];
}

function absolute(cwd: string, path: string): string {
  return isAbsolute(path) ? path : join(cwd, path);
}

async function readFolder(folder: string, places: LookupPlaces, sandbox: Sandbox): Promise<Candidate[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (!entry.isDirectory && EXTENSION.test(entry.name)) names.push(entry.name);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw new OdwError("config", `cannot read the workflow folder ${folder}: ${firstLine(error)}`, { cause: error });
  }
  return await Promise.all(names.sort().map((name) => candidateOf(join(folder, name), places, sandbox)));
}

async function candidateOf(path: string, places: LookupPlaces, sandbox: Sandbox): Promise<Candidate> {
  const stem = parse(path).name;
  try {
    return checked(await readScript(path, path, places), stem, sandbox);
  } catch (problem) {
    return { source: { text: "", file: path }, stem, script: null, problem };
  }
}

function checked(source: ScriptSource, stem: string, sandbox: Sandbox): Candidate {
  try {
    return { source, stem, script: sandbox.parse(source), problem: null };
  } catch (problem) {
    return { source, stem, script: null, problem };
  }
}

function builtInCandidates({ builtIn }: LookupPlaces, sandbox: Sandbox): Candidate[] {
  return builtIn.map(({ name, text }) => checked({ text, file: `built-in:${name}` }, name, sandbox));
}

function matching(candidates: Candidate[], name: string): Candidate | undefined {
  return candidates.find((candidate) => candidate.script?.meta?.name === name) ??
    candidates.find((candidate) => candidate.stem === name);
}

function scriptOf({ script, problem }: Candidate): ParsedScript {
  if (script) return script;
  throw problem;
}

function nameOf(candidate: Candidate): string {
  return candidate.script?.meta?.name ?? candidate.stem;
}

async function readScript(path: string, file: string, places: LookupPlaces): Promise<ScriptSource> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(
      await readContained(path, places.repositoryRoot ?? places.cwd),
    );
    return { text, file };
  } catch (error) {
    if (error instanceof OdwError) throw error;
    if (error instanceof Deno.errors.NotCapable) throw outside(file, error);
    const missing = error instanceof Deno.errors.NotFound;
    throw new OdwError(
      missing ? "not_found" : "script_invalid",
      `cannot read the workflow script ${file}: ${missing ? "there is no such file" : firstLine(error)}`,
      { cause: error },
    );
  }
}

function outside(file: string, cause: unknown): OdwError {
  return new OdwError(
    "denied",
    `cannot read the workflow script ${file}: it lies outside the folders that this run may read (odw permissions run … lists them)`,
    { cause },
  );
}

function unknownWorkflow(name: string, candidates: Candidate[]): OdwError {
  const names = [...new Set(candidates.map(nameOf))].sort();
  const available = names.length === 0 ? "no workflow is saved" : `available: ${names.join(", ")}`;
  return new OdwError("not_found", `unknown workflow '${name}' (${available})`);
}

function firstLine(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).split("\n", 1)[0] ?? "";
}
