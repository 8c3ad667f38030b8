// The compose way: a built-in topology runs, and only its arguments are made for the task.
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from "../json.ts";
import type { Characteristics, CheckProblem, Topology } from "../planner.ts";
import type { ArgumentNote } from "../sandbox.ts";
import type { PlanningModel } from "./planning_model.ts";

export interface ComposeRequest {
  task: string;
  topology: Topology;
  characteristics: Characteristics;
  survey: string;
  /** Files of the workspace, as candidates for items. */
  files: string[];
  notes: Record<string, ArgumentNote>;
}

const SYSTEM = "You fill in the arguments of a prepared workflow for a task. Leave out what the task does not need; " +
  "invent no files that the workspace does not have.";
const TYPES: ReadonlySet<string> = new Set(["string", "number", "integer", "boolean", "array", "object"]);
const MOST_ITEMS = 200;
/** Arguments that are known, or that a person sets. */
const GIVEN: ReadonlySet<string> = new Set(["task", "files", "contextTokens", "models", "roles", "tools"]);

/** Asks the planning model for the arguments. `problems`: what was wrong with those of the last time. */
export async function composeArgs(
  request: ComposeRequest,
  model: PlanningModel,
  problems: CheckProblem[],
): Promise<JsonObject> {
  const { task, topology, characteristics, survey, notes } = request;
  const wrong = problems.map(({ message }) => `- ${message.split("\n")[0]}`).join("\n");
  const prompt = [
    `Workflow: ${topology}. Fill in its arguments for the task.`,
    `Workspace:\n${survey}`,
    `What is known of the task: ${JSON.stringify(characteristics)}`,
    ...(wrong ? [`The last arguments did not work:\n${wrong}`] : []),
    `Task:\n${task}`,
  ].join("\n\n");
  const answer = await model.ask({ prompt, system: SYSTEM, schema: schemaOf(notes) });
  const given = usable(answer, notes);
  const ruled = ruledArgs(request);
  // Two ways to name the items would contradict each other.
  if ("items" in given || "glob" in given) { for (const name of ["items", "glob"]) delete ruled[name]; }
  if ("items" in given) delete given.glob;
  return { ...ruled, ...given, ...("task" in notes ? { task } : {}) };
}

/** Without a model: what the rules know. */
export function ruledArgs({ task, characteristics, files, notes }: ComposeRequest): JsonObject {
  const { stages } = characteristics;
  const itemSource = characteristics.itemSource ?? (characteristics.manyItems ? namedFiles(task, files) : null);
  const matcher = itemSource !== null && /[*?]/.test(itemSource) ? globPattern(itemSource) : null;
  const items = matcher ? files.filter((file) => matcher.test(file)).slice(0, MOST_ITEMS) : [];
  const known: JsonObject = { task };
  if (items.length > 0 && itemSource !== null) known.glob = itemSource;
  if (items.length > 0) known.items = items;
  else if (notes.items?.required) known.items = [task];
  if (stages.length > 0) known.stages = stages;
  if ("glob" in known && "glob" in notes) delete known.items;
  return Object.fromEntries(Object.entries(known).filter(([name]) => name in notes));
}

/** A folder of the workspace that the task names, as a glob; else every file, where the task speaks of files at all. */
function namedFiles(task: string, files: string[]): string | null {
  const folders = new Set(
    files.flatMap((file) => file.split("/").slice(0, -1).map((_, i, parts) => parts.slice(0, i + 1).join("/"))),
  );
  const named = task.split(/[\s,;:"'`]+/).map((word) => word.replace(/^\.\/|[/.?!]+$/g, "")).find((word) =>
    folders.has(word)
  );
  if (named !== undefined) return `${named}/**/*`;
  return /\b(?:files?|sources?|documents?|modules?|code ?base|repository|project)\b/i.test(task) ? "**/*" : null;
}

/** What a small model fills in well: no nested objects, nothing that the task does not decide. */
function schemaOf(notes: Record<string, ArgumentNote>): JsonSchema {
  const asked = Object.entries(notes).filter(([name, note]) => !GIVEN.has(name) && typeOf(note) !== "object");
  const properties = asked.map(([name, note]): [string, Json] => {
    const type = typeOf(note);
    const items = type === "array" ? { items: { type: "string" } } : {};
    return [name, { type, ...items, ...(note.description ? { description: note.description } : {}) }];
  });
  const required = asked.filter(([, { required }]) => required).map(([name]) => name);
  return { type: "object", properties: Object.fromEntries(properties), required };
}

/** Members of the right kind alone: an empty one is as good as none. */
function usable(answer: Json, notes: Record<string, ArgumentNote>): JsonObject {
  if (!isJsonObject(answer)) return {};
  return Object.fromEntries(
    Object.entries(answer).filter(([name, value]) => {
      if (!Object.hasOwn(notes, name) || GIVEN.has(name) || value === null || value === "") return false;
      return !Array.isArray(value) || value.length > 0;
    }),
  );
}

/** `text[]` and the like are arrays; what is no type of JSON Schema is a text. */
function typeOf({ type }: ArgumentNote): string {
  if (TYPES.has(type)) return type;
  return /\[\]|array|list/i.test(type) ? "array" : "string";
}

function globPattern(glob: string): RegExp {
  const text = glob.replace(/^\.\//, "").replace(/[.+^$()|[\]\\]/g, "\\$&")
    .replace(/\{([^}]*)\}/g, (_, list: string) => `(?:${list.replaceAll(",", "|")})`)
    .replace(
      /\*\*\/|\*\*|\*|\?/g,
      (mark) => mark === "**/" ? "(?:.*/)?" : mark === "**" ? ".*" : mark === "*" ? "[^/]*" : "[^/]",
    );
  return new RegExp(`^${text}$`);
}
