// odw resume: goes on with a run in this process, as it was started or with something given anew.
import type { Engine, ResumeRequest } from "../../engine.ts";
import { OdwError } from "../../errors.ts";
import type { RunRecord, RunStatus } from "../../run.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { argsInputOf, limitsOf, onAskOf } from "../run_options.ts";
import { resumeRun } from "../run_parts.ts";
import { carryRun, type Launch } from "../run_session.ts";
import { readArgs } from "../script_args.ts";
import { readScript } from "../script_source.ts";
import { commandNeed, settingsOptions } from "../target.ts";
import type { Connection, SettingsOptions, World } from "../world.ts";

const RESUMABLE: RunStatus[] = ["paused", "waiting", "interrupted", "failed", "cancelled", "queued"];

export async function execute(invocation: Invocation, context: CommandContext): Promise<number> {
  return await carryRun(invocation, context, () => prepare(invocation, context.world));
}

async function prepare(invocation: Invocation, world: World): Promise<Launch> {
  const changes = await readChanges(invocation, world);
  let ref = invocation.args[0] ?? "";
  return {
    async connect() {
      const { connection, run } = await connectForRun(invocation, world);
      ref = run.id;
      return connection;
    },
    start: (engine) => resumeRun(engine, { ref, ...changes }),
  };
}

async function readChanges({ options }: Invocation, world: World): Promise<Omit<ResumeRequest, "ref">> {
  const args = await readArgs(argsInputOf(options, []), world);
  const script = typeof options.script === "string" ? await readScript(options.script, world) : null;
  if (script && "name" in script) {
    throw new OdwError("usage", `--script takes a file, as review.js; got ${JSON.stringify(script.name)}`);
  }
  return {
    limits: limitsOf(options),
    onAsk: onAskOf(options, world),
    ...(args === undefined ? {} : { args }),
    ...(script ? { script } : {}),
    ...(typeof options.model === "string" ? { model: options.model } : {}),
  };
}

/** An engine with the recorded folder and model, unless others were given. */
async function connectForRun(
  invocation: Invocation,
  world: World,
): Promise<{ connection: Connection; run: RunRecord }> {
  const need = commandNeed(invocation);
  const given = await settingsOptions(invocation, world);
  // Paths are the run's: they mean nothing before its folder is known.
  const { grants, ...places } = given;
  const connection = await world.connect(need, grants?.write ? places : given);
  const run = await findRun(connection.engine, invocation.args[0]).catch((error: unknown) =>
    abandon(connection, error)
  );
  const wanted = recordedOptions(run, given);
  if (!grants?.write && isServedBy(connection, wanted)) return { connection, run };
  await connection.engine[Symbol.asyncDispose]();
  await checkFolder(run, wanted, world);
  return { connection: await world.connect(need, wanted), run };
}

async function findRun(engine: Engine, ref: string | undefined): Promise<RunRecord> {
  if (ref !== undefined) return await engine.get(ref);
  const [newest] = await engine.list({ status: RESUMABLE, limit: 1 });
  if (newest) return await engine.get(newest.id);
  throw new OdwError("not_found", "there is no run to go on with; odw ls lists runs, odw run starts one");
}

async function abandon({ engine }: Connection, error: unknown): Promise<never> {
  await engine[Symbol.asyncDispose]();
  throw error;
}

function recordedOptions(
  { spec }: RunRecord,
  { cwd = spec.cwd, model = spec.model ?? undefined, concurrency = spec.limits.concurrency, grants }: SettingsOptions,
): SettingsOptions & { cwd: string; concurrency: number } {
  return { cwd, concurrency, ...(model === undefined ? {} : { model }), ...(grants ? { grants } : {}) };
}

/** Whether an engine of these settings does what those options ask for. */
function isServedBy({ settings }: Connection, wanted: ReturnType<typeof recordedOptions>): boolean {
  const { cwd, models, limits } = settings;
  const isSameModel = wanted.model === undefined || wanted.model === models["default"];
  return wanted.cwd === cwd && isSameModel && wanted.concurrency <= limits.concurrency;
}

async function checkFolder({ id }: RunRecord, { cwd }: { cwd: string }, world: World): Promise<void> {
  if ((await world.stat(cwd).catch(() => null))?.isDirectory) return;
  throw new OdwError(
    "usage",
    `cannot go on with run ${id} in its folder ${JSON.stringify(cwd)}, which is not there; name another with --cwd`,
  );
}
