// `odw run "<task>"`: a sentence that names no file and no workflow is planned, approved, and then run.
import type { StartRequest } from "../engine.ts";
import { closest } from "./closest.ts";
import type { CommandContext, Invocation } from "./command.ts";
import { refuseForPlan, refusePlanning } from "./flag_conflicts.ts";
import { approvePlan, verifyApproval } from "./plan_approval.ts";
import { planRequest } from "./plan_request.ts";
import type { Connection } from "./world.ts";

/** "named": a workflow has that name, or one that is near. "stopped": shown, and nothing shall run. */
export type Planned =
  | { status: "named" }
  | { status: "stopped" }
  | { status: "approved"; request: Pick<StartRequest, "script" | "args" | "estimate"> };

export async function planTask(
  invocation: Invocation,
  context: CommandContext,
  { engine, settings }: Connection,
): Promise<Planned> {
  const { args: [target = "", ...words] } = invocation;
  const names = (await engine.workflows()).map(({ name }) => name);
  const isNamed = names.includes(target) || !/\s/.test(target) && closest(target, names).length > 0;
  if (names.includes(target)) refusePlanning(invocation);
  if (isNamed) return { status: "named" };
  refuseForPlan(invocation);
  const plan = await engine.plan(planRequest([target, ...words].join(" "), invocation, settings));
  const approved = await approvePlan(plan, { ...context, invocation, engine, settings });
  if (approved === null) return { status: "stopped" };
  await verifyApproval(approved, settings);
  const { script, args, check: { estimate } } = approved;
  return { status: "approved", request: { script, args, ...(estimate ? { estimate: shortEstimate(estimate) } : {}) } };
}

function shortEstimate(
  { agents, inputTokens, outputTokens, costUsd, wallMs }: NonNullable<StartRequest["estimate"]>,
): NonNullable<StartRequest["estimate"]> {
  return { agents, inputTokens, outputTokens, costUsd, wallMs };
}
