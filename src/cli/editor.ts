// The user's editor, in the terminal that this process has.
import { OdwError } from "../errors.ts";
import { proxyVariables } from "../lib/proxy_variables.ts";

/** Returns its exit code. Throws OdwError `denied` or `config` when it cannot be started. */
export async function openEditor(path: string, env: (name: string) => string | undefined): Promise<number> {
  const fallback = Deno.build.os === "windows" ? "notepad" : "vi";
  const wanted = env("VISUAL") || env("EDITOR") || fallback;
  const [program = fallback, ...words] = wanted.trim().split(/\s+/);
  try {
    const child = new Deno.Command(program, {
      args: [...words, path],
      env: proxyVariables(),
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    });
    return (await child.spawn().status).code;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OdwError(
      "config",
      `cannot open the editor ${JSON.stringify(wanted)}: ${reason}; set EDITOR to a program`,
      { cause },
    );
  }
}
