// odw run: launches a script here or in the background, or replays one.
import type { StartRequest } from "../../engine.ts";
import { OdwError } from "../../errors.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { argsInputOf, limitsOf, onAskOf } from "../run_options.ts";
import { carryRun, type Launch } from "../run_session.ts";
import { readArgs } from "../script_args.ts";
import { readScript } from "../script_source.ts";
import { startWorkflow } from "../script_start.ts";
import { connectFor } from "../target.ts";
import type { World } from "../world.ts";

export async function execute(invocation: Invocation, context: CommandContext): Promise<number> {
  const { args, options } = invocation;
  if (typeof options.replay === "string") {
    const { replayRun } = await import("../run_replay.ts");
    return await replayRun(invocation, context);
  }
  if (args.length === 0) throw new OdwError("usage", "missing required argument 'script'; see odw run --help");
  if (options.detach) {
    const { detachRun } = await import("../run_detached.ts");
    return await detachRun(invocation, context, await startRequest(invocation, context.world));
  }
  return await carryRun(invocation, context, () => prepare(invocation, context.world));
}

async function prepare(invocation: Invocation, world: World): Promise<Launch> {
  const request = await startRequest(invocation, world);
  return {
    connect: () => connectFor(invocation, world),
    async start(engine) {
      const run = await startWorkflow(request, { engine, world, start: (wanted) => engine.start(wanted) });
      return { run, after: 0 };
    },
  };
}

async function startRequest(
  { args: [target = "", ...words], options }: Invocation,
  world: World,
): Promise<StartRequest> {
  const script = await readScript(target, world);
  const args = await readArgs(argsInputOf(options, words), world);
  return {
    script,
    limits: limitsOf(options),
    onAsk: onAskOf(options, world),
    ...(args === undefined ? {} : { args }),
    ...(typeof options.model === "string" ? { model: options.model } : {}),
    ...(options.deterministicClock ? { clock: "seeded" } : {}),
  };
}
