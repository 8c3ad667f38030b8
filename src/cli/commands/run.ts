// odw run: launches a script here or in the background, or replays one.
import type { StartRequest } from "../../engine.ts";
import { OdwError } from "../../errors.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { refuseForCheck, refusePlanning } from "../flag_conflicts.ts";
import { mayBeTask } from "../may_be_task.ts";
import { argsInputOf, limitsOf, onAskOf } from "../run_options.ts";
import { carryRun, type Launch } from "../run_session.ts";
import { readArgs } from "../script_args.ts";
import { readScript } from "../script_source.ts";
import { startWorkflow } from "../script_start.ts";
import { CHECK } from "../specs/plan_commands.ts";
import { connectFor } from "../target.ts";
import type { Connection, World } from "../world.ts";

export async function execute(invocation: Invocation, context: CommandContext): Promise<number> {
  const { args, options } = invocation;
  if (typeof options.replay === "string") {
    const { replayRun } = await import("../run_replay.ts");
    return await replayRun(invocation, context);
  }
  if (args.length === 0) throw new OdwError("usage", "missing required argument 'script'; see odw run --help");
  if (await mayBeTask(invocation, context.world)) return await runTask(invocation, context);
  refusePlanning(invocation);
  return await runScript(invocation, context, null);
}

/** `connection`: one that is open already. */
async function runScript(
  invocation: Invocation,
  context: CommandContext,
  connection: Connection | null,
): Promise<number> {
  if (invocation.options.dryRun) {
    await connection?.engine[Symbol.asyncDispose]();
    return await dryRun(invocation, context);
  }
  return await launch(invocation, context, {
    request: () => startRequest(invocation, context.world),
    connection,
  });
}

/** What odw check does, with no more permissions than it has. */
async function dryRun(invocation: Invocation, context: CommandContext): Promise<number> {
  const { options, args: [, ...words] } = invocation;
  refuseForCheck(invocation);
  const { checkScript } = await import("./check.ts");
  return await checkScript({ ...invocation, spec: CHECK }, context, { words, isJson: options.output === "json" });
}

interface Given {
  request(): Promise<StartRequest>;
  /** One that is open already. */
  connection: Connection | null;
}

async function launch(invocation: Invocation, context: CommandContext, given: Given): Promise<number> {
  if (invocation.options.detach) {
    const { detachRun } = await import("../run_detached.ts");
    await given.connection?.engine[Symbol.asyncDispose]();
    return await detachRun(invocation, context, await given.request());
  }
  return await carryRun(invocation, context, () => prepare(invocation, context.world, given));
}

/** Words that may be a task: the saved workflows tell, then the plan is made and approved. */
async function runTask(invocation: Invocation, context: CommandContext): Promise<number> {
  const { planTask } = await import("../free_text.ts");
  const connection = await connectFor(invocation, context.world);
  const planned = await planTask(invocation, context, connection).catch(async (error) => {
    await connection.engine[Symbol.asyncDispose]();
    throw error;
  });
  switch (planned.status) {
    case "named":
      return await runScript(invocation, context, connection);
    case "stopped":
      await connection.engine[Symbol.asyncDispose]();
      return invocation.options.dryRun ? EXIT.ok : EXIT.cancelled;
    case "approved": {
      const request = { ...flagsOf(invocation, context.world), ...planned.request };
      return await launch(invocation, context, { request: () => Promise.resolve(request), connection });
    }
  }
}

async function prepare(invocation: Invocation, world: World, given: Given): Promise<Launch> {
  const request = await given.request();
  return {
    connect: () => given.connection ? Promise.resolve(given.connection) : connectFor(invocation, world),
    async start(engine) {
      const run = await startWorkflow(request, { engine, world, start: (wanted) => engine.start(wanted) });
      return { run, after: 0 };
    },
  };
}

async function startRequest(invocation: Invocation, world: World): Promise<StartRequest> {
  const { args: [target = "", ...words], options } = invocation;
  const script = await readScript(target, world);
  const args = await readArgs(argsInputOf(options, words), world);
  return { script, ...flagsOf(invocation, world), ...(args === undefined ? {} : { args }) };
}

function flagsOf({ options }: Invocation, world: World): Omit<StartRequest, "script"> {
  return {
    limits: limitsOf(options),
    onAsk: onAskOf(options, world),
    ...(typeof options.model === "string" ? { model: options.model } : {}),
    ...(options.deterministicClock ? { clock: "seeded" } : {}),
  };
}
