// Which coding agents there are on this machine: told by their folders and programs.
import { HOST_NAMES, type HostName, type HostPlaces } from "../hosts.ts";
import { HOSTS } from "./host_table.ts";
import { inCodeProfile, inHome, inXdgConfig, inZed, pathsOf } from "./paths.ts";

/** In the order of HOST_NAMES. */
export async function findHosts(places: HostPlaces): Promise<HostName[]> {
  const found = await Promise.all(HOST_NAMES.map((host) => hasSign(host, places)));
  return HOST_NAMES.filter((_, i) => found[i]);
}

/** The absolute path of a program, as the shell would find it; null: there is none. */
export async function findProgram(name: string, places: Pick<HostPlaces, "os" | "env">): Promise<string | null> {
  const paths = pathsOf(places);
  const endings = places.os === "windows" ? [".exe", ".cmd", ".bat"] : [""];
  for (const folder of (places.env("PATH") ?? "").split(paths.delimiter).filter((folder) => folder !== "")) {
    for (const ending of endings) {
      const path = paths.join(folder, name + ending);
      if ((await Deno.stat(path).catch(() => null))?.isFile) return path;
    }
  }
  return null;
}

async function hasSign(host: HostName, places: HostPlaces): Promise<boolean> {
  const { list } = HOSTS[host];
  if (list && await findProgram(list.program, places)) return true;
  for (const path of signsOf(host, places)) {
    if (await Deno.stat(path).catch(() => null)) return true;
  }
  return false;
}

/** What a host makes at its first start. */
function signsOf(host: HostName, places: HostPlaces): string[] {
  const signs: Record<HostName, string[]> = {
    opencode: [inXdgConfig(places, "opencode")],
    codex: [inHome(places, ".codex")],
    antigravity: [inHome(places, ".gemini", "antigravity"), inHome(places, ".antigravity")],
    vscode: [inCodeProfile(places)],
    cursor: [inHome(places, ".cursor")],
    claude: [inHome(places, ".claude.json")],
    gemini: [inHome(places, ".gemini", "settings.json")],
    zed: [inZed(places)],
    copilot: [inHome(places, ".copilot")],
  };
  return signs[host];
}
