// bwrap, where it is on this machine and works: what a command may touch is then no matter of its good will.
import type { Settings } from "../config.ts";
import { contains } from "../permissions.ts";
import { findProgram } from "./program_path.ts";

export interface Confined {
  /** Absolute path of bwrap. */
  program: string;
  args: string[];
}

export interface ConfinedCommand {
  program: string;
  args: string[];
  cwd: string;
  /** Absolute folders; nothing else can be written but /tmp, which is empty and ends with the command. */
  writable: string[];
}

/** Absolute path of a bwrap that can make a sandbox here, or why there is none, as half a sentence. */
export type Bubblewrap = { path: string } | { path: null; why: string };

const PROBE_MS = 5_000;
/** What programs need of /run, which otherwise holds the sockets of services: names of hosts, and programs on NixOS. */
const RUN_PARTS = ["/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager", "/run/current-system"];

/** Tries it once: many systems forbid user namespaces. */
export async function probeBubblewrap(environment: Record<string, string>): Promise<Bubblewrap> {
  if (Deno.build.os !== "linux") return { path: null, why: "bwrap is for Linux alone" };
  const path = await findProgram("bwrap", environment);
  const program = await findProgram("true", environment);
  if (path === null || program === null) return { path: null, why: "bwrap is not installed" };
  const command = { program, args: [], cwd: "/", writable: [] };
  const args = bubblewrapArgs(command, { cwd: "/", home: "/tmp", hasNetwork: false });
  const options = {
    args,
    clearEnv: true,
    env: environment,
    stdin: "null",
    signal: AbortSignal.timeout(PROBE_MS),
  } as const;
  try {
    const { success, stderr } = await new Deno.Command(path, options).output();
    if (success) return { path };
    return { path: null, why: `bwrap does not work here: ${new TextDecoder().decode(stderr).trim().slice(0, 200)}` };
  } catch (error) {
    return { path: null, why: `bwrap does not work here: ${(error as Error).message}` };
  }
}

/** Mounts in their order: a later one stands over an earlier one. */
export function bubblewrapArgs(
  { program, args, cwd, writable }: ConfinedCommand,
  at: Pick<Settings, "cwd" | "home"> & { hasNetwork: boolean },
): string[] {
  const [inside, outside] = [
    writable.filter((path) => contains(at.home, path)),
    writable.filter((path) => !contains(at.home, path)),
  ];
  const bind = (path: string) => ["--bind", path, path];
  const show = (path: string) => ["--ro-bind-try", path, path];
  return [
    ...["--die-with-parent", "--new-session", "--unshare-pid", "--unshare-ipc", "--unshare-uts"],
    ...at.hasNetwork ? [] : ["--unshare-net"],
    ...["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/run", "--tmpfs", "/tmp"],
    ...RUN_PARTS.flatMap(show),
    ...[at.cwd, program].filter((path) => contains("/tmp", path) || contains("/run", path)).flatMap(show),
    ...outside.flatMap(bind),
    ...["--tmpfs", at.home],
    ...inside.flatMap(bind),
    ...["--setenv", "TMPDIR", "/tmp", "--chdir", cwd, "--", program, ...args],
  ];
}

/** Deno's hosts cannot be told apart in a sandbox: all of the network, or nothing. */
export function hasNetwork({ grants }: Pick<Settings, "grants">): boolean {
  return grants.web.includes("*");
}

/** For the user who is asked. */
export function confinementSentence(settings: Pick<Settings, "grants">): string {
  return "bwrap confines the command: it can write only to its folder and to a /tmp of its own, cannot see odw's own files, and has " +
    (hasNetwork(settings) ? "the network" : "no network");
}

/** For `odw permissions`: also why there is no confinement. */
export async function describeConfinement(settings: Pick<Settings, "grants" | "tools">): Promise<string> {
  const bubblewrap = await probeBubblewrap(settings.tools.environment);
  if (bubblewrap.path !== null) return confinementSentence(settings);
  return `nothing confines a command, which can do what your user account can: ${bubblewrap.why}`;
}
