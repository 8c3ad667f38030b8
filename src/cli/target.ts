// Where a command works: its settings options and needs, from the command line.
import { resolve } from "node:path";
import { OdwError } from "../errors.ts";
import type { CommandNeed } from "../permissions.ts";
import type { Invocation } from "./command.ts";
import { grantFlags } from "./grant_flags.ts";
import type { Connection, SettingsOptions, World } from "./world.ts";

/** Throws OdwError `usage` when `--cwd` is no folder. */
export async function settingsOptions({ options }: Invocation, world: World): Promise<SettingsOptions> {
  const result: SettingsOptions = {};
  const grants = grantFlags(options);
  if (grants) result.grants = grants;
  if (typeof options.model === "string") result.model = options.model;
  if (typeof options.concurrency === "number") result.concurrency = options.concurrency;
  if (typeof options.cwd !== "string") return result;
  const info = await world.stat(resolve(world.cwd, options.cwd)).catch(() => null);
  if (!info?.isDirectory) {
    const found = info ? "it is not a folder" : "there is no such folder";
    throw new OdwError("usage", `--cwd ${JSON.stringify(options.cwd)} cannot be used: ${found}`);
  }
  return { ...result, cwd: resolve(world.cwd, options.cwd) };
}

export function commandNeed({ spec, args }: Invocation): CommandNeed {
  const { providers, worktrees } = spec;
  return { providers, ...(worktrees ? { worktrees, mayMerge: args[0] === "merge" } : {}) };
}

/** The engine for this command. The caller disposes of it. */
export async function connectFor(invocation: Invocation, world: World): Promise<Connection> {
  return await world.connect(commandNeed(invocation), await settingsOptions(invocation, world));
}
