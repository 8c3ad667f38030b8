// odw doctor, the machine: executable, odw's home, disk space, the programs that odw may use.
import type { Finding, HostPlaces } from "../hosts.ts";
import { failed, ok, warning } from "./finding.ts";
import { isMissing } from "./host_file.ts";
import { findProgram } from "./host_signs.ts";
import { pathsOf } from "./paths.ts";
import { programOutput } from "./program_output.ts";

const MIB = 1024 * 1024;
/** A journal of ten thousand agents takes about a tenth of it. */
const LITTLE_SPACE = 1024 * MIB;
const NO_SPACE = 64 * MIB;
/** Those that hold keys are private by themselves, all others by their folder. */
const SECRET_FILES = ["config.json", "token"];

export async function examineExecutable(places: HostPlaces, version: string): Promise<Finding[]> {
  const check = "executable";
  const detail = `odw ${version}: ${places.program.join(" ")}`;
  const inPath = await findProgram("odw", places);
  if (!inPath) return [ok(check, `${detail} (not in PATH)`)];
  const [found, own] = await Promise.all([inPath, places.program[0] ?? ""].map(realPath));
  if (found === own || places.program.length > 1) return [ok(check, detail)];
  return [warning(check, `${detail}; PATH leads to another one: ${inPath}`, `replace ${inPath}, or change PATH`)];
}

export async function examineHome({ odwHome, os }: HostPlaces): Promise<Finding[]> {
  const check = "home";
  const info = await Deno.stat(odwHome).catch((error) => isMissing(error) ? null : Promise.reject(error));
  if (!info) return [ok(check, `${odwHome} is not there yet; the first run makes it`)];
  if (!info.isDirectory) return [failed(check, `${odwHome} is no folder`, "remove it, or set ODW_HOME to a folder")];
  const findings: Finding[] = [];
  if (os !== "windows" && isOpen(info.mode)) {
    findings.push(warning(check, `${odwHome} is open to other users (${octal(info.mode)})`, `chmod 700 ${odwHome}`));
  }
  for (const name of SECRET_FILES) {
    const path = pathsOf({ os }).join(odwHome, name);
    const mode = (await Deno.stat(path).catch(() => null))?.mode ?? null;
    if (os === "windows" || !isOpen(mode)) continue;
    findings.push(warning(check, `other users can read ${path} (${octal(mode)})`, `chmod 600 ${path}`));
  }
  try {
    await Deno.remove(await Deno.makeTempFile({ dir: odwHome, prefix: ".writable-" }));
  } catch {
    findings.push(failed(check, `${odwHome} cannot be written to`, `make it writable: chmod u+rwx ${odwHome}`));
  }
  return findings.length > 0 ? findings : [ok(check, `${odwHome} is there, private and writable`)];
}

export async function examineDisk(places: HostPlaces, signal: AbortSignal): Promise<Finding[]> {
  const check = "disk";
  const place = (await Deno.stat(places.odwHome).catch(() => null)) ? places.odwHome : places.userHome;
  const free = await freeBytes(place, { places, signal });
  if (free === null) return [warning(check, `the free space at ${place} could not be told`, "look at it yourself")];
  const amount = free < 10 * LITTLE_SPACE ? `${Math.round(free / MIB)} MiB` : `${Math.round(free / MIB / 1024)} GiB`;
  const detail = `${amount} free at ${place}`;
  const repair = "make room, as with: odw gc --older 30d";
  if (free < NO_SPACE) return [failed(check, detail, repair)];
  return [free < LITTLE_SPACE ? warning(check, detail, repair) : ok(check, detail)];
}

export async function examineGit(places: HostPlaces, signal: AbortSignal): Promise<Finding[]> {
  const repair = "install git; worktrees of agents and git_diff need it";
  const program = await findProgram("git", places);
  if (!program) return [warning("git", "git is not installed", repair)];
  const { code, text } = await programOutput(program, ["--version"], { places, signal });
  return [code === 0 ? ok("git", text.trim()) : warning("git", `${program} --version ended with ${code}`, repair)];
}

/** Linux alone has it: there it keeps the commands of agents inside the workspace. */
export async function examineBwrap(places: HostPlaces, signal: AbortSignal): Promise<Finding[]> {
  if (places.os !== "linux") return [];
  const program = await findProgram("bwrap", places);
  if (!program) {
    return [
      warning(
        "bwrap",
        "bubblewrap is not installed: commands of agents run without its walls",
        "install the package bubblewrap",
      ),
    ];
  }
  const args = ["--ro-bind", "/", "/", "--unshare-user", "--", program, "--version"];
  const { code, text } = await programOutput(program, args, { places, signal });
  if (code === 0) return [ok("bwrap", text.trim())];
  const detail = `bwrap cannot make a sandbox here: ${text.trim().split("\n").at(-1)}`;
  return [warning("bwrap", detail, "allow unprivileged user namespaces, or run odw outside a container")];
}

/** Asked of the system's own program: this process may know nothing of the machine. null: it does not say. */
async function freeBytes(
  place: string,
  { places, signal }: { places: HostPlaces; signal: AbortSignal },
): Promise<number | null> {
  const isWindows = places.os === "windows";
  const program = await findProgram(isWindows ? "powershell" : "df", places);
  if (!program) return null;
  const query = `(Get-Item -LiteralPath '${place.replaceAll("'", "''")}').PSDrive.Free`;
  const args = isWindows ? ["-NoProfile", "-NonInteractive", "-Command", query] : ["-P", "-k", place];
  const { code, text } = await programOutput(program, args, { places, signal });
  const found = isWindows ? /^\s*(\d+)\s*$/.exec(text) : /\s(\d+)\s+\d+%\s+\S+\s*$/.exec(text);
  return code === 0 && found ? Number(found[1]) * (isWindows ? 1 : 1024) : null;
}

function isOpen(mode: number | null): boolean {
  return mode !== null && (mode & 0o077) !== 0;
}

function octal(mode: number | null): string {
  return ((mode ?? 0) & 0o777).toString(8).padStart(4, "0");
}

async function realPath(path: string): Promise<string> {
  return await Deno.realPath(path).catch(() => path);
}
