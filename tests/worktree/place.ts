// A real repository in a folder of its own, and worktrees whose git calls are checked as the terminal ring checks them.
import { join } from "node:path";
import type { Settings } from "../../src/config.ts";
import { OdwError } from "../../src/errors.ts";
import type { ProgramRequest, ProgramResult, Programs } from "../../src/programs.ts";
import { openWorktrees } from "../../src/worktree/open.ts";
import type { Worktrees } from "../../src/worktree.ts";
import { isMergeGit, isWorktreeGit } from "../../src/worktree_git.ts";
import { NO_GRANTS } from "../no_tools.ts";

export class Place {
  readonly folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "odw worktrees ü " }));
  readonly home = join(this.folder, "home");
  readonly repository = join(this.folder, "repo with späce");

  constructor() {
    Deno.mkdirSync(this.home);
    Deno.mkdirSync(this.repository);
  }

  /** A repository with one commit on `main`. */
  static async withCommit(files: Record<string, string> = { "a.txt": "one\ntwo\nthree\n" }): Promise<Place> {
    const place = new Place();
    await place.git(["init", "--quiet", "--initial-branch=main"]);
    await place.write(files);
    await place.commit("first");
    return place;
  }

  /** Worktrees as one process has them; `cwd`: where the user stands. */
  worktrees(options: { cwd?: string; run?: string[]; calls?: ProgramRequest[] } = {}): Worktrees {
    return openWorktrees(this.parts(options));
  }

  parts(
    options: { cwd?: string; run?: string[]; calls?: ProgramRequest[] } = {},
  ): { settings: Settings; programs: Programs } {
    const grants = { ...NO_GRANTS.grants, run: options.run ?? [] };
    const settings = { ...NO_GRANTS, home: this.home, cwd: options.cwd ?? this.repository, grants } as Settings;
    return { settings, programs: programsOf(this.home, options.calls ?? []) };
  }

  async write(files: Record<string, string>, root = this.repository): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      const path = join(root, name);
      await Deno.mkdir(join(path, ".."), { recursive: true });
      await Deno.writeTextFile(path, text);
    }
  }

  async commit(message: string, cwd = this.repository): Promise<string> {
    await this.git(["add", "--all"], cwd);
    await this.git(["commit", "--quiet", "--allow-empty", "-m", message], cwd);
    return (await this.git(["rev-parse", "HEAD"], cwd)).trim();
  }

  /** Git as the user calls it. */
  async git(args: string[], cwd = this.repository): Promise<string> {
    const identity = ["-c", "user.name=User", "-c", "user.email=user@localhost"];
    const result = await runGit([...identity, ...args], cwd);
    if (result.exitCode === 0) return result.stdout;
    throw new Error(`git ${args.join(" ")}: ${result.stderr}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Starts git where the terminal ring would, and notes the calls. */
export function programsOf(home: string, calls: ProgramRequest[]): Programs {
  return {
    confinement: () => Promise.resolve(null),
    openServer: () => Promise.reject(new Error("no server here")),
    run(request) {
      calls.push(request);
      if (request.program === "git" && (isWorktreeGit(request, home) || isMergeGit(request, home))) {
        return runGit(request.args, request.cwd);
      }
      return Promise.reject(new OdwError("denied", `not permitted: ${request.program} ${request.args.join(" ")}`));
    },
  };
}

async function runGit(args: string[], cwd: string): Promise<ProgramResult> {
  const output = await new Deno.Command("git", {
    args,
    cwd,
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "", GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", LC_ALL: "C" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return {
    exitCode: output.code,
    stdout: text(output.stdout),
    stderr: text(output.stderr),
    isTimedOut: false,
    isTruncated: false,
  };
}
