// What this process itself was given: at its start by flags, or baked into the executable.
import { fileURLToPath } from "node:url";

/** Whether this process holds a permission; a Worker may only get what its parent has. "*": any host, any program. */
export function isGranted(kind: "net" | "read" | "write" | "run" | "env", value: string): boolean {
  return Deno.permissions.querySync(descriptorOf(kind, value)).state === "granted";
}

/** Run from source, the engine's worker reads its modules from here; the executable carries them, and this is empty. */
export function sourceFolders(): string[] {
  return Deno.build.standalone ? [] : [fileURLToPath(new URL("../../", import.meta.url))];
}

function descriptorOf(kind: "net" | "read" | "write" | "run" | "env", value: string): Deno.PermissionDescriptor {
  if (kind === "net") return value === "*" ? { name: kind } : { name: kind, host: value };
  if (kind === "run") return value === "*" ? { name: kind } : { name: kind, command: value };
  if (kind === "env") return { name: kind, variable: value };
  return { name: kind, path: value };
}
