// odw ls: runs of this machine, newest first.
import type { Engine } from "../../engine.ts";
import { OdwError } from "../../errors.ts";
import type { Run, RunStatus } from "../../run.ts";
import type { RunFilter } from "../../store.ts";
import { cost, localTime } from "../amounts.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { createScreen } from "../live/live_view.ts";
import type { Style } from "../style.ts";
import { type Column, tableLines, tableWidth } from "../table.ts";
import { connectFor } from "../target.ts";
import { safeJson, safeLine, safeStart } from "../terminal_text.ts";
import { fit } from "../text_width.ts";

const DEFAULT_LIMIT = 20;
const WATCH_EVERY_MS = 500;

export async function execute(invocation: Invocation, context: CommandContext): Promise<number> {
  const { world, printer } = context;
  const { limit, status, json, watch } = invocation.options;
  if (watch && (json || !world.stdout.isTerminal)) {
    throw new OdwError("usage", "--watch needs a terminal, and no --json");
  }
  const { engine, warnings } = await connectFor(invocation, world);
  await using _engine = engine;
  for (const warning of warnings) await printer.warn(warning);
  const filter: RunFilter = {
    limit: typeof limit === "number" ? limit : DEFAULT_LIMIT,
    ...(Array.isArray(status) ? { status: status as RunStatus[] } : {}),
  };
  if (watch) return await watchRuns(engine, filter, context);
  const runs = await engine.list(filter);
  if (json) await printer.out(`${safeJson(runs.map(listed), 2)}\n`);
  else if (runs.length === 0) {
    await printer.note(status ? "no run has this status" : "no runs yet; try: odw run <script>");
  } else await printer.out(`${lines(runs, tableWidth(world.stdout), printer.outStyle).join("\n")}\n`);
  return EXIT.ok;
}

/** Until Ctrl-C; the last table stays. */
async function watchRuns(engine: Engine, filter: RunFilter, { world, printer }: CommandContext): Promise<number> {
  using interrupts = listenForInterrupts(world);
  const { stdout } = world;
  const screen = createScreen(stdout);
  const failed = Promise.withResolvers<never>();
  let isLooking = false;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    try {
      const table = lines(await engine.list(filter), stdout.columns() - 1, printer.outStyle);
      screen.show(table.slice(0, Math.max(1, stdout.rows() - 1)), stdout.columns());
    } catch (error) {
      failed.reject(error);
    }
    isLooking = false;
  };
  await look();
  const stop = world.every(WATCH_EVERY_MS, look);
  try {
    await Promise.race([interrupts.first, failed.promise]);
  } finally {
    stop();
  }
  await printer.out("\n");
  return EXIT.ok;
}

/** A run as other programs get it. */
function listed({ id, name, status, startedAt, agents, usage }: Run): object {
  return { id, name, status, startedAt, agents, costUsd: usage.costUsd };
}

/** Why runs stand still is a column in a pipe; a terminal has a line for each below its run, so that ids stay whole. */
function lines(runs: Run[], columns: number, style: Style): string[] {
  const reasons = runs.map(reasonOf);
  const isWide = columns === Infinity;
  const why: Column = { title: "WHY", cells: reasons };
  const table = [...columnsOf(runs), ...(isWide && reasons.some(Boolean) ? [why] : [])];
  const [head = "", ...rows] = tableLines(table, columns, style);
  if (isWide) return [head, ...rows];
  const below = (reason: string) => reason ? [style("dim", fit(`  ${reason}`, columns))] : [];
  return [head, ...rows.flatMap((row, i) => [row, ...below(reasons[i] ?? "")])];
}

function columnsOf(runs: Run[]): Column[] {
  const agents = (run: Run) => run.failedAgents ? `${run.agents} (${run.failedAgents} failed)` : String(run.agents);
  return [
    { title: "RUN", cells: runs.map(({ id }) => safeLine(id)) },
    { title: "NAME", cells: runs.map(({ name }) => safeLine(name)), isFlexible: true },
    { title: "STATUS", cells: runs.map(({ status }) => status) },
    { title: "STARTED", cells: runs.map(({ startedAt }) => localTime(startedAt)) },
    { title: "AGENTS", cells: runs.map(agents), align: "right" },
    { title: "COST", cells: runs.map(({ usage }) => cost(usage.costUsd)), align: "right" },
  ];
}

function reasonOf({ status, reason }: Run): string {
  if (status === "completed") return "";
  if (reason) return safeStart(reason, 200);
  return status === "interrupted" ? "its process is gone; odw resume goes on" : "";
}
