// Every command with its flags and examples: read by the parser, by help and by completion.
import type { CommandSpec } from "./command.ts";
import { DOCTOR, INIT, INTEGRATE } from "./specs/host_commands.ts";
import { DB, EXPORT, GC, IMPORT, LOGS, LS, REPORT, RM, SHOW } from "./specs/journal_commands.ts";
import { CHECK, PLAN } from "./specs/plan_commands.ts";
import { RESUME, RUN } from "./specs/run_commands.ts";
import { AGENTS, COMPLETIONS, MODELS, PERMISSIONS, WORKFLOWS } from "./specs/setup_commands.ts";
import { DASHBOARD, MCP, SERVE } from "./specs/server_commands.ts";
import { CANCEL, PAUSE, RESPOND, SKIP, WAIT, WATCH } from "./specs/steering_commands.ts";
import { WORKTREES } from "./specs/worktree_commands.ts";

/** In the order of the overview. */
export const COMMANDS: readonly CommandSpec[] = [
  ...[RUN, RESUME, PLAN, CHECK],
  ...[LS, SHOW, LOGS, REPORT, WATCH, WAIT],
  ...[PAUSE, CANCEL, SKIP, RESPOND],
  WORKTREES,
  ...[EXPORT, IMPORT, RM, GC, DB],
  ...[SERVE, DASHBOARD, MCP],
  ...[INIT, DOCTOR, INTEGRATE],
  ...[MODELS, WORKFLOWS, AGENTS, PERMISSIONS, COMPLETIONS],
];
