// odw worktrees: what isolated agents have left, and what becomes of it.
import type { Engine } from "../../engine.ts";
import { errorInfo, OdwError } from "../../errors.ts";
import { namedList } from "../../lib/named_list.ts";
import type { WorktreeInfo } from "../../worktree.ts";
import { localTime } from "../amounts.ts";
import { didYouMean } from "../closest.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT, exitCodeOfError, worstOf } from "../exit_codes.ts";
import type { Printer } from "../printer.ts";
import { WORKTREE_ACTIONS } from "../specs/worktree_commands.ts";
import { tableLines, tableWidth } from "../table.ts";
import { connectFor } from "../target.ts";
import { safeJson, safeLine, safeText } from "../terminal_text.ts";
import type { World } from "../world.ts";

type Action = typeof WORKTREE_ACTIONS[number];

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  const action = actionOf(invocation);
  const { engine, warnings } = await connectFor(invocation, world);
  await using _engine = engine;
  for (const warning of warnings) await printer.warn(warning);
  switch (action) {
    case "list":
      return await list(engine, invocation, { world, printer });
    case "diff":
      return await diff(engine, onlyRef(invocation), printer);
    case "merge":
      return await merge(engine, invocation, printer);
    case "remove":
      return await remove(engine, invocation, printer);
  }
}

/** Throws OdwError `usage` before anything is done. */
function actionOf({ args: [given = "list", ...refs] }: Invocation): Action {
  const action = WORKTREE_ACTIONS.find((name) => name === given);
  if (!action) {
    const near = didYouMean(given, [...WORKTREE_ACTIONS]);
    throw new OdwError(
      "usage",
      `odw worktrees cannot ${JSON.stringify(given)}${near || `: choose ${WORKTREE_ACTIONS.join(", ")}`}`,
    );
  }
  if (action === "list" && refs.length > 0) throw new OdwError("usage", "odw worktrees list takes no worktree");
  if (action !== "list" && refs.length === 0) {
    throw new OdwError("usage", `odw worktrees ${action} needs a worktree: odw worktrees lists their branches`);
  }
  return action;
}

function onlyRef({ args: [action, ref = "", ...more] }: Invocation): string {
  if (more.length === 0) return ref;
  throw new OdwError("usage", `odw worktrees ${action} takes one worktree, got ${more.length + 1}`);
}

async function list(engine: Engine, { options }: Invocation, { world, printer }: CommandContext): Promise<number> {
  const worktrees = await engine.worktrees();
  if (options.json) await printer.out(`${safeJson(worktrees, 2)}\n`);
  else if (worktrees.length === 0) await printer.note("no agent has left a worktree here");
  else await printer.out(`${table(worktrees, world, printer).join("\n")}\n`);
  return EXIT.ok;
}

function table(worktrees: WorktreeInfo[], world: World, printer: Printer): string[] {
  const state = ({ isInUse, isMissing, changedFiles }: WorktreeInfo) => {
    if (isInUse) return "in use";
    if (isMissing) return changedFiles === 0 ? "folder is gone" : `${changedFiles} committed, folder is gone`;
    return changedFiles === 0 ? "unchanged" : `${changedFiles} changed`;
  };
  return tableLines(
    [
      { title: "BRANCH", cells: worktrees.map(({ branch }) => safeLine(branch)) },
      { title: "FILES", cells: worktrees.map(state) },
      { title: "CREATED", cells: worktrees.map(({ createdAt }) => localTime(createdAt)) },
      { title: "STEP", cells: worktrees.map(({ step }) => safeLine(step ?? "").slice(0, 12)) },
      { title: "PATH", cells: worktrees.map(({ path }) => safeLine(path)), isFlexible: true },
    ],
    tableWidth(world.stdout),
    printer.outStyle,
  );
}

/** In a terminal made harmless; a pipe gets the bytes that git apply takes. */
async function diff(engine: Engine, ref: string, printer: Printer): Promise<number> {
  await printer.outText(await engine.worktreeDiff(ref));
  return EXIT.ok;
}

async function merge(engine: Engine, invocation: Invocation, printer: Printer): Promise<number> {
  const { into } = invocation.options;
  const merged = await engine.mergeWorktree(onlyRef(invocation), typeof into === "string" ? { into } : {});
  if (invocation.options.json) await printer.out(`${safeJson(merged, 2)}\n`);
  else await printer.note(safeText(`merged ${merged.branch} into ${merged.into} (${merged.commit.slice(0, 12)})`));
  const { unmerged, root } = merged;
  if (unmerged.length > 0) {
    const what = unmerged.length === 1 ? "is" : "are";
    await printer.warn(
      safeText(
        `${
          namedList(unmerged)
        } ${what} not merged, as git does not take along what it ignores or does not see: copy from ${root} what you need`,
      ),
    );
  }
  return EXIT.ok;
}

/** All that can be removed are; the worst code counts. */
async function remove(engine: Engine, { args: [, ...refs], options }: Invocation, printer: Printer): Promise<number> {
  const codes: number[] = [EXIT.ok];
  for (const ref of refs) {
    try {
      await engine.removeWorktree(ref, { force: options.force === true });
      await printer.out(`${safeLine(ref)}\n`);
    } catch (error) {
      const { code, message } = errorInfo(error);
      await printer.error(message);
      codes.push(exitCodeOfError(code));
    }
  }
  return worstOf(codes);
}
