// The error for a name that no workflow has: what is near, and what there is.
import type { Engine } from "../engine.ts";
import { OdwError } from "../errors.ts";
import { didYouMean } from "./closest.ts";

const LISTED = 12;

/** `cause`, unchanged, when a workflow of that name exists: then something else was not found. */
export async function unknownWorkflow(
  { name, isDirectory }: { name: string; isDirectory: boolean },
  engine: Engine,
  cause: OdwError,
): Promise<OdwError> {
  const names = [...new Set((await engine.workflows()).map((workflow) => workflow.name))];
  if (names.includes(name)) return cause;
  const near = didYouMean(name, names);
  const all = names.length > LISTED
    ? `${names.slice(0, LISTED).join(", ")}, … (odw workflows lists all)`
    : names.join(", ");
  const known = names.length ? `saved workflows: ${all}` : "no workflow is saved";
  const file = "a script is named by its path, as review.js";
  const quoted = JSON.stringify(name);
  const what = isDirectory
    ? `${quoted} is a directory, and no saved workflow has that name`
    : `no file and no saved workflow is named ${quoted}`;
  const text = `${what}${near || ";"} ${known}; ${file}`;
  return new OdwError("not_found", text, { cause });
}
