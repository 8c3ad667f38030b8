// Finds a program as a shell would: by its absolute path, or by its name in the folders of PATH.
import { delimiter, isAbsolute, join } from "node:path";

/** null: there is no such program. Folders of PATH that are not absolute count for nothing: they would depend on the workspace. */
export async function findProgram(program: string, environment: Record<string, string>): Promise<string | null> {
  const endings = Deno.build.os === "windows" ? windowsEndings(program, environment) : [""];
  const places = isAbsolute(program) ? [program] : /[/\\]/.test(program) ? [] : pathFolders(environment, program);
  for (const place of places) {
    for (const ending of endings) {
      if (await isExecutable(place + ending)) return place + ending;
    }
  }
  return null;
}

function pathFolders(environment: Record<string, string>, program: string): string[] {
  return (environment["PATH"] ?? environment["Path"] ?? "").split(delimiter).filter(isAbsolute)
    .map((folder) => join(folder, program));
}

function windowsEndings(program: string, environment: Record<string, string>): string[] {
  const endings = (environment["PATHEXT"] ?? ".EXE;.COM;.BAT;.CMD").split(";").filter((ending) => ending !== "");
  return endings.some((ending) => program.toLowerCase().endsWith(ending.toLowerCase())) ? [""] : endings;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    const { isFile, mode } = await Deno.stat(path);
    return isFile && (Deno.build.os === "windows" || ((mode ?? 0) & 0o111) !== 0);
  } catch {
    return false;
  }
}
