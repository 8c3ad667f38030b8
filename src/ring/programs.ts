// The terminal ring's side of Programs: decides every request anew, from the user's own settings, and starts what is permitted.
import { realpath } from "node:fs/promises";
import type { Settings } from "../config.ts";
import { OdwError } from "../errors.ts";
import { SAFE_GIT_ENVIRONMENT, safeGitArgs } from "../git_access.ts";
import { contains } from "../permissions.ts";
import { programFolders, type ProgramPermit, programPermit } from "../program_grants.ts";
import type { ProgramRequest, ProgramResult } from "../programs.ts";
import { isGranted } from "./baked.ts";
import { type Bubblewrap, bubblewrapArgs, confinementSentence, hasNetwork, probeBubblewrap } from "./bubblewrap.ts";
import { type ChildRun, runChild } from "./child_run.ts";
import { gitObjection, WORKTREE_GIT_ENVIRONMENT } from "./git_check.ts";
import { startLineServer } from "./line_server.ts";
import { ProcessGroups } from "./process_groups.ts";
import { findProgram } from "./program_path.ts";
import type { ServedPrograms } from "./served_programs.ts";

export interface ProgramParts {
  settings: Settings;
  /** See programPermit. */
  mayMerge: boolean;
}

/** What is started ends with `dispose`, and with this process. */
export function servePrograms(parts: ProgramParts): ServedPrograms & Disposable {
  const groups = new ProcessGroups();
  const running = new Map<number, AbortController>();
  let bubblewrap: Promise<Bubblewrap> | null = null;
  const { settings } = parts;
  const { environment } = settings.tools;
  const context: StartContext = {
    ...parts,
    groups,
    bubblewrap: () => bubblewrap ??= probeBubblewrap(environment),
  };
  return {
    async confinement() {
      return (await context.bubblewrap()).path === null ? null : confinementSentence(settings);
    },
    async run(id, request) {
      const controller = new AbortController();
      running.set(id, controller);
      try {
        return await runPermitted(request, { ...context, signal: controller.signal });
      } finally {
        running.delete(id);
      }
    },
    abort: (id) => running.get(id)?.abort(),
    openServer: (name, port) => startLineServer(name, { settings, groups, port }),
    [Symbol.dispose]: () => groups[Symbol.dispose](),
  };
}

interface StartContext extends ProgramParts {
  groups: ProcessGroups;
  bubblewrap(): Promise<Bubblewrap>;
}

type RunContext = StartContext & { signal: AbortSignal };

async function runPermitted(request: ProgramRequest, context: RunContext): Promise<ProgramResult> {
  const places = await realPlaces(context.settings);
  const cwd = await workingFolder(request, places);
  const permit = programPermit(request, { settings: context.settings, mayMerge: context.mayMerge }) ??
    programPermit(request, { settings: places, mayMerge: context.mayMerge });
  if (permit === null) throw notPermitted(request.program, context.settings);
  const program = await programFile(request.program, context.settings);
  const run: ChildRun = {
    ...{ program, args: request.args, cwd, environment: context.settings.tools.environment },
    ...{ timeoutMs: request.timeoutMs, maxOutputBytes: request.maxOutputBytes },
    ...request.stdin === undefined ? {} : { stdin: request.stdin },
  };
  if (permit === "reading" || permit === "worktree") {
    const checked = await checkedGit(permit, run, context);
    if (checked !== null) return await runChild(checked, context);
  }
  return await runChild(await confined(run, { request, places, context }), context);
}

/** As it is to be started; null: the tools have asked the user for it, so it is started like any command. */
async function checkedGit(
  permit: Extract<ProgramPermit, "reading" | "worktree">,
  run: ChildRun,
  context: RunContext,
): Promise<ChildRun | null> {
  const { run: granted, approve } = context.settings.grants;
  const isTrusted = granted.includes("*") || granted.includes("git");
  const { stdin: _stdin, ...bare } = run;
  const objection = isTrusted ? null : await gitObjection(
    permit,
    (args, over) => runChild({ ...bare, args, environment: { ...run.environment, ...over } }, context),
  );
  if (objection !== null && permit === "reading" && approve.includes("run")) return null;
  if (objection !== null) {
    throw new OdwError(
      "denied",
      `git may not be started in ${run.cwd}: ${objection}; the user can grant git with --allow-run=git`,
    );
  }
  const over = permit === "reading" ? SAFE_GIT_ENVIRONMENT : WORKTREE_GIT_ENVIRONMENT;
  const args = permit === "reading" ? safeGitArgs(run.args) : run.args;
  return { ...run, args, environment: { ...run.environment, ...over } };
}

async function confined(
  run: ChildRun,
  { request, places, context }: { request: ProgramRequest; places: Settings; context: RunContext },
): Promise<ChildRun> {
  const { path } = await context.bubblewrap();
  if (path === null) return run;
  const folders = [...programFolders(places), ...gitFolders(request, places)];
  const wanted = await Promise.all((request.writable ?? [request.cwd]).map(realOrSame));
  const writable = [
    ...wanted.filter((path) => folders.some((folder) => contains(folder, path))),
    ...gitFolders(request, places),
  ];
  const command = { program: run.program, args: run.args, cwd: run.cwd, writable };
  const args = bubblewrapArgs(command, { ...places, hasNetwork: hasNetwork(places) });
  return { ...run, program: path, args };
}

/** A git that may write needs the repository's own folder, wherever it starts. */
function gitFolders({ program }: ProgramRequest, { repositoryRoot }: Settings): string[] {
  return program === "git" && repositoryRoot !== null ? [`${repositoryRoot}/.git`] : [];
}

/** Throws OdwError `denied` outside the workspace and odw's worktrees. */
async function workingFolder({ cwd, program }: ProgramRequest, places: Settings): Promise<string> {
  const real = await realOrSame(cwd);
  if (programFolders(places).some((folder) => contains(folder, real))) return real;
  throw new OdwError("denied", `${program} may not be started in ${cwd}: it is not in the workspace ${places.cwd}`);
}

async function programFile(program: string, { tools }: Settings): Promise<string> {
  if (!isGranted("run", "*")) {
    throw new OdwError(
      "denied",
      `cannot start ${program}: ${
        Deno.build.standalone
          ? "this executable was built without permission to start programs"
          : "odw itself was started without --allow-run"
      }`,
    );
  }
  const found = await findProgram(program, tools.environment);
  if (found !== null) return found;
  const where = /[/\\]/.test(program)
    ? "there is no such executable file"
    : "no folder of PATH has a program of that name";
  throw new OdwError("not_found", `cannot start ${program}: ${where}; install it, or give its absolute path`);
}

function notPermitted(program: string, { grants }: Settings): OdwError {
  const granted = grants.run.length === 0 ? "no program was granted" : `granted are ${grants.run.join(", ")}`;
  return new OdwError(
    "denied",
    `${program} may not be started: ${granted}; the user can grant it with --allow-run=${program}`,
  );
}

/** The same places as the system names them, behind symbolic links. */
async function realPlaces(settings: Settings): Promise<Settings> {
  const { grants, repositoryRoot } = settings;
  const [cwd, home, root, ...write] = await Promise.all(
    [settings.cwd, settings.home, repositoryRoot ?? settings.cwd, ...grants.write].map(realOrSame),
  );
  const real = { cwd: cwd!, home: home!, repositoryRoot: repositoryRoot === null ? null : root! };
  return { ...settings, ...real, grants: { ...grants, write } };
}

async function realOrSame(path: string): Promise<string> {
  return await realpath(path).catch(() => path);
}
