// The user's browser, by the platform's own opener.
import { proxyVariables } from "../lib/proxy_variables.ts";

const OPENERS: Partial<Record<typeof Deno.build.os, [program: string, ...args: string[]]>> = {
  darwin: ["open"],
  linux: ["xdg-open"],
  windows: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** False when there is none, or when this process may not start it. */
export async function openBrowser(url: string): Promise<boolean> {
  const opener = OPENERS[Deno.build.os];
  if (!opener) return false;
  const [program, ...args] = opener;
  try {
    const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
    const { success } = await new Deno.Command(program, { args: [...args, url], env: proxyVariables(), ...streams })
      .output();
    return success;
  } catch {
    return false;
  }
}
