// Where coding agents keep their files, on each system: nothing is looked at, so every system can be asked for on any other.
import { posix, win32 } from "node:path";
import type { HostPlaces } from "../hosts.ts";

/** Below the user's home. */
export function inHome(places: HostPlaces, ...parts: string[]): string {
  return pathsOf(places).join(places.userHome, ...parts);
}

/** Below the folder of the project. */
export function inProject(places: HostPlaces, ...parts: string[]): string {
  return pathsOf(places).join(places.project, ...parts);
}

/** Where programs that follow the XDG rules keep their configuration, on every system. */
export function inXdgConfig(places: HostPlaces, ...parts: string[]): string {
  const given = places.env("XDG_CONFIG_HOME")?.trim();
  return given ? pathsOf(places).join(given, ...parts) : inHome(places, ".config", ...parts);
}

/** The profile folder of VS Code. */
export function inCodeProfile(places: HostPlaces, ...parts: string[]): string {
  if (places.os === "windows") return pathsOf(places).join(roaming(places), "Code", "User", ...parts);
  if (places.os === "darwin") return inHome(places, "Library", "Application Support", "Code", "User", ...parts);
  return inXdgConfig(places, "Code", "User", ...parts);
}

export function inZed(places: HostPlaces, ...parts: string[]): string {
  if (places.os === "windows") return pathsOf(places).join(roaming(places), "Zed", ...parts);
  return places.os === "darwin" ? inHome(places, ".config", "zed", ...parts) : inXdgConfig(places, "zed", ...parts);
}

/** A folder that a variable moves as a whole. */
export function inMovable(
  places: HostPlaces,
  { variable, usual }: { variable: string; usual: string },
  ...parts: string[]
): string {
  const given = places.env(variable)?.trim();
  return given ? pathsOf(places).join(given, ...parts) : inHome(places, usual, ...parts);
}

export function pathsOf({ os }: Pick<HostPlaces, "os">): typeof posix {
  return os === "windows" ? win32 : posix;
}

function roaming(places: HostPlaces): string {
  return places.env("APPDATA")?.trim() || inHome(places, "AppData", "Roaming");
}
