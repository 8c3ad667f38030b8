// A run that this process owns, from its launch to its report: progress, questions, Ctrl-C and result. Shared by run and resume.
import type { Engine } from "../engine.ts";
import { errorInfo, OdwError } from "../errors.ts";
import type { RunRecord } from "../run.ts";
import type { CommandContext, Invocation } from "./command.ts";
import { EXIT, exitCodeOfRun } from "./exit_codes.ts";
import { type Interrupts, listenForHangup, listenForInterrupts } from "./interrupts.ts";
import { printNotices } from "./notices.ts";
import { goesOnByItself, waitForReset } from "./paused_wait.ts";
import { openProgressView, type ProgressView } from "./progress_view.ts";
import { openResultOutput, type OutputFormat, type ResultOutput } from "./result_output.ts";
import { followToOutcome } from "./run_following.ts";
import { writeRunFiles } from "./run_files.ts";
import { onAskOf } from "./run_options.ts";
import { resumeRun, type Started } from "./run_parts.ts";
import { Questions } from "./run_questions.ts";
import { printSummary } from "./run_summary.ts";
import type { Connection } from "./world.ts";

/** What a command does before there is a run. */
export interface Launch {
  connect(): Promise<Connection>;
  start(engine: Engine): Promise<Started>;
}

interface Session extends CommandContext {
  invocation: Invocation;
  interrupts: Interrupts;
  output: ResultOutput;
  /** Set when the run has started. */
  runId: string | null;
  view: ProgressView | null;
  /** stdout has received all that it will. */
  isReported: boolean;
  /** Ctrl-C was pressed twice. */
  isStopping: boolean;
  /** The run is paused, and this process waits for its time. */
  isResting: boolean;
}

/** Returns the exit code. `prepare` reads what the command line names, before anything is connected. */
export async function carryRun(
  invocation: Invocation,
  context: CommandContext,
  prepare: () => Promise<Launch>,
): Promise<number> {
  const { world, printer } = context;
  using interrupts = listenForInterrupts(world);
  using hangup = listenForHangup(world);
  const format = (invocation.options.output ?? "text") as OutputFormat;
  const session: Session = {
    ...context,
    invocation,
    interrupts,
    output: openResultOutput(format, printer, () => world.now()),
    runId: null,
    view: null,
    isReported: false,
    isStopping: false,
    isResting: false,
  };
  const stopped = interrupts.second.then(() => stopAtOnce(session));
  const hungUp = hangup.happened.then(() => leave(session));
  return await Promise.race([carry(session, prepare), stopped, hungUp]);
}

async function carry(session: Session, prepare: () => Promise<Launch>): Promise<number> {
  const { output, interrupts } = session;
  try {
    const launch = await prepare();
    const connecting = launch.connect();
    const connection = await Promise.race([connecting, interrupts.first]);
    if (connection === "interrupted") return await abandon(connecting, session);
    await using _engine = connection.engine;
    const run = await untilStopped(connection, launch, session);
    const { engine, settings: { network } } = connection;
    await writeRunFiles(engine, run.id, { ...session, options: session.invocation.options, network });
    return await report(run, session);
  } catch (error) {
    await session.view?.close();
    if (!session.isReported) await output.fail(errorInfo(error), session.runId);
    throw error;
  }
}

/** Starts the run and shows it until it has ended or stands still for good. */
async function untilStopped(connection: Connection, launch: Launch, session: Session): Promise<RunRecord> {
  const { world, printer, interrupts, invocation: { options } } = session;
  const { engine } = connection;
  await printNotices(connection, printer);
  let started = await launch.start(engine);
  const runId = started.run.id;
  session.runId = runId;
  interrupts.first.then(() => cancel(engine, session));
  const isAsking = onAskOf(options, world) === "wait";
  await using questions = isAsking ? new Questions({ engine, runId, world, printer }) : null;
  for (;;) {
    const record = await showPart(session, { engine, started, questions });
    if (!options.wait || !goesOnByItself(record)) return record;
    session.isResting = true;
    const isTime = await waitForReset(record, { world, printer, interrupts });
    if (!isTime) return record;
    session.isResting = false;
    started = await resumeRun(engine, { ref: record.id, onAsk: onAskOf(options, world) });
  }
}

/** Shows the run until it stops. */
async function showPart(
  session: Session,
  { engine, started: { run, after }, questions }: { engine: Engine; started: Started; questions: Questions | null },
): Promise<RunRecord> {
  const { world, printer, output, invocation: { options } } = session;
  const isStreaming = output.add !== undefined;
  const view = await openProgressView({ run, quiet: options.quiet === true, isStreaming }, { world, printer });
  session.view = view;
  questions?.attach(view);
  const record = await followToOutcome(engine, { runId: run.id, after, view, output, questions, printer });
  await view?.close();
  return record;
}

/** Prints the result, then what there is to say about it. */
async function report(run: RunRecord, session: Session): Promise<number> {
  const { quiet, strict } = session.invocation.options;
  session.isReported = true;
  await session.output.end(run).catch((error: unknown) => {
    throw new Error(`${errorInfo(error).message}; the result is recorded: odw show ${run.id}`, { cause: error });
  });
  const wereShown = session.view?.types !== undefined;
  await printSummary(run, session.printer, { quiet: quiet === true, withFailures: !wereShown });
  return exitCodeOfRun(run, strict === true);
}

async function cancel(engine: Engine, session: Session): Promise<void> {
  const { printer, view, runId, isResting } = session;
  if (isResting || runId === null) return;
  const cancelling = engine.cancel(runId).catch((error: unknown) =>
    printer.error(`cannot cancel: ${errorInfo(error).message}`)
  );
  await view?.close();
  if (!session.isStopping) await printer.note("cancelling; press Ctrl-C again to stop at once");
  await cancelling;
}

/** Ctrl-C before anything has started. */
async function abandon(connecting: Promise<Connection>, { output, printer }: Session): Promise<number> {
  connecting.then(({ engine }) => engine[Symbol.asyncDispose]()).catch(() => {});
  const error = new OdwError("aborted", "cancelled before the run started");
  await output.fail(errorInfo(error), null);
  await printer.note(error.message);
  return EXIT.cancelled;
}

/** The terminal is gone: the run is left as a killed one, to be resumed, and nothing can be said any more. */
function leave({ world }: Session): number {
  world.exit(EXIT.hungUp);
  return EXIT.hungUp;
}

async function stopAtOnce(session: Session): Promise<number> {
  const { world, printer, view, runId } = session;
  session.isStopping = true;
  await view?.close();
  await printer.note(runId ? `stopped; what was done is recorded, go on with: odw resume ${runId}` : "stopped");
  world.exit(EXIT.cancelled);
  return EXIT.cancelled;
}
