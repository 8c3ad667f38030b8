// A conjunction of schemas, flattened: what `allOf` and local `$ref` add stands beside the rest.
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from "../json.ts";

export interface FlatSchema {
  /** A value must satisfy every one of these. */
  objects: JsonObject[];
  /** One of them is `false`: nothing satisfies it. */
  never: boolean;
}

/** Follows `allOf` and `$ref` within `root`; a reference that leads elsewhere or in a circle adds nothing. */
export function flattenSchema(schemas: Json[], root: JsonSchema): FlatSchema {
  const objects = new Set<JsonObject>();
  let never = false;
  const open = [...schemas];
  while (open.length > 0) {
    const schema = open.shift();
    if (schema === false) never = true;
    if (!isJsonObject(schema) || objects.has(schema)) continue;
    objects.add(schema);
    if (Array.isArray(schema.allOf)) open.push(...schema.allOf);
    if (typeof schema.$ref === "string") open.push(localTarget(schema.$ref, root) ?? true);
  }
  return { objects: [...objects], never };
}

/** The target of a JSON Pointer fragment (RFC 6901), or undefined. */
function localTarget(ref: string, root: JsonSchema): Json | undefined {
  if (ref === "#") return root;
  if (!ref.startsWith("#/")) return undefined;
  let target: Json | undefined = root;
  for (const token of ref.slice(2).split("/")) {
    const key = decodeFragment(token).replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(target)) target = target[Number(key)];
    else if (isJsonObject(target) && Object.hasOwn(target, key)) target = target[key];
    else return undefined;
  }
  return target;
}

function decodeFragment(token: string): string {
  try {
    return decodeURIComponent(token);
  } catch {
    return token;
  }
}
