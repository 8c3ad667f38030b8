// The engine's side of one running script: reads the realm's messages, calls the host, sends the answers back in batches.
import { errorInfo, OdwError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { ExecuteOptions, Host, Race } from "../sandbox.ts";
import type { SandboxWorker } from "../sandbox_worker.ts";
import { normalizeAgentCall } from "./agent_request.ts";
import type { RealmSetup, WorkerOrder, WorkerReport } from "./messages.ts";
import { limitError, reportError, thrownError } from "./outcome.ts";
import type { Prepared } from "./parse.ts";
import { readMessages, type RealmMessage } from "./realm_message.ts";
import { RealmTurns } from "./realm_turns.ts";
import { isRecord } from "./shape.ts";

/** Beyond the slice limit, for a loaded machine, before a silent worker is ended from outside. */
const GRACE_MS = 3000;
const WATCH_TICKS = 4;
/** Messages of the realm in one turn of the event loop: some ten milliseconds. */
const HEEDED_AT_ONCE = 256;
/** A longer interval would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Global in both supported Deno versions; the types of the older one do not have it. */
declare function setImmediate(callback: () => void): void;

/** What comes from the worker; null is its sign of life. */
type Said = RealmMessage | WorkerReport | null;
type Reply = [id: number, isValue: 0 | 1, value: unknown];

/** Runs a script in the given worker and ends the worker, whatever happens. */
export async function runInWorker(
  worker: SandboxWorker,
  prepared: Prepared,
  { host, options }: { host: Host; options: ExecuteOptions },
): Promise<Json> {
  options.signal.throwIfAborted();
  const execution = new Execution(worker, prepared, { host, options });
  try {
    return await execution.result;
  } finally {
    execution.close();
  }
}

class Execution {
  readonly result: Promise<Json>;
  readonly #worker: SandboxWorker;
  readonly #prepared: Prepared;
  readonly #host: Host;
  readonly #options: ExecuteOptions;
  readonly #resolve: (value: Json) => void;
  readonly #reject: (error: unknown) => void;
  readonly #stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #warnings = new Set<string>();
  readonly #onAbort: () => void;
  readonly #watchdog: ReturnType<typeof setInterval>;
  readonly #turns: RealmTurns;
  /** By call, for those in a race. */
  readonly #races = new Map<number, AbortController>();
  #said: Said[] = [];
  /** Of those that were said. */
  #heeded = 0;
  #replies: Reply[] = [];
  #packets = 0;
  #phase: string | null = null;
  #silentTicks = 0;
  #isOpen = true;

  constructor(worker: SandboxWorker, prepared: Prepared, { host, options }: { host: Host; options: ExecuteOptions }) {
    this.#worker = worker;
    this.#prepared = prepared;
    this.#host = host;
    this.#options = options;
    const { promise, resolve, reject } = Promise.withResolvers<Json>();
    this.result = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#onAbort = () => this.#fail(options.signal.reason);
    options.signal.addEventListener("abort", this.#onAbort);
    worker.port.onmessage = ({ data }) => this.#receive(data);
    worker.onCrash((detail) => this.#endAtLimit({ type: "limit", kind: "crash", detail }));
    this.#turns = new RealmTurns({
      ping: () => this.#post(null),
      sent: () => this.#packets,
      hasReplies: () => this.#replies.length > 0,
    });
    const tickMs = (options.limits.sliceMs + GRACE_MS) / WATCH_TICKS;
    this.#watchdog = setInterval(() => this.#watch(), Math.min(tickMs, MAX_TIMER_MS));
    this.#start();
  }

  close(): void {
    this.#isOpen = false;
    clearInterval(this.#watchdog);
    this.#options.signal.removeEventListener("abort", this.#onAbort);
    // Its end alone lets a busy worker run on to the end of its slice.
    Atomics.store(this.#stop, 0, 1);
    this.#worker.end();
  }

  #start(): void {
    const { script, code, exportName } = this.#prepared;
    const { clock, pipelineNull, budget, limits } = this.#options;
    const setup: RealmSetup = {
      dialect: script.dialect,
      file: script.file,
      clock,
      pipelineNull,
      exportName,
      earlierTokens: 0,
      ...budget,
      ...this.#host.budget(),
    };
    if (this.#options.args !== undefined) setup.args = this.#options.args;
    this.#post({ code, file: script.file, setup, limits, stop: this.#stop });
    if (this.#host.settled) this.#turns.ping();
  }

  #post(order: WorkerOrder): void {
    this.#worker.port.postMessage(order);
  }

  #receive(data: unknown): void {
    if (!this.#isOpen) return;
    this.#silentTicks = 0;
    if (data === null || isReport(data)) return this.#hear([data]);
    if (typeof data !== "string") return this.#distrust("an unknown report");
    try {
      this.#hear(readMessages(data));
    } catch (error) {
      this.#distrust(error instanceof Error ? error.message : String(error));
    }
  }

  #hear(said: Said[]): void {
    const isBusy = this.#said.length > 0;
    for (const one of said) this.#said.push(one);
    if (!isBusy) this.#heed();
  }

  /** Thousands of calls take a tenth of a second: in between, other runs and the first answers get their turns. */
  #heed(): void {
    const end = Math.min(this.#heeded + HEEDED_AT_ONCE, this.#said.length);
    try {
      while (this.#isOpen && this.#heeded < end) this.#take(this.#said[this.#heeded++]!);
    } catch (error) {
      this.#fail(error);
    }
    if (!this.#isOpen) return;
    if (this.#heeded < this.#said.length) return setImmediate(() => this.#heed());
    this.#said = [];
    this.#heeded = 0;
  }

  #take(message: Said): void {
    const host = this.#host;
    if (message === null) return this.#heardSign();
    switch (message.type) {
      case "limit":
      case "syntax":
        return this.#fail(reportError(message, this.#prepared.script, this.#options.limits));
      case "agent":
        return this.#answer(message.id, this.#callAgent(message));
      case "workflow":
        return this.#answer(message.id, attempt(() => host.workflow(message.ref, message.args)));
      case "cancel":
        return this.#races.get(message.id)?.abort();
      case "tool":
        return this.#answer(message.id, attempt(() => host.tool(message.name, message.input)));
      case "replan":
        return this.#answer(message.id, attempt(() => host.replan(message.request)));
      case "ask":
        return this.#answer(message.id, attempt(() => host.ask(message.question)));
      case "checkpoint":
        return host.checkpoint(message.key, message.value);
      case "phase":
        this.#phase = message.title;
        return host.phase(message.title);
      case "log":
        return host.log(message.level, message.message);
      case "failure":
        return host.failure({ label: message.label, phase: message.phase, reason: message.reason });
      case "done":
        return this.#settle(() => this.#resolve(message.value));
      case "failed":
        return this.#fail(thrownError(message.thrown, this.#options.limits));
      case "missing":
        return this.#fail(missingExecute(this.#prepared));
    }
  }

  #heardSign(): void {
    this.#turns.heard();
    // An earlier sign tells nothing of the answers that were sent since.
    if (this.#replies.length === 0 && this.#turns.isLatest) this.#host.settled?.();
  }

  #callAgent(message: RealmMessage & { type: "agent" }): Promise<Json> {
    const { dialect } = this.#prepared.script;
    const input = { ...message, dialect, phase: this.#phase };
    const { request, handling } = normalizeAgentCall(input, (warning) => this.#warnOnce(warning));
    if (!message.isRacing) return attempt(() => this.#host.agent(request, handling));
    const race = this.#openRace(message.id);
    return attempt(() => this.#host.agent(request, handling, race)).finally(() => this.#races.delete(message.id));
  }

  #openRace(id: number): Race {
    const controller = new AbortController();
    this.#races.set(id, controller);
    return { cancelled: controller.signal, mayStart: this.#turns.quiet() };
  }

  #warnOnce(warning: string): void {
    if (this.#warnings.has(warning)) return;
    this.#warnings.add(warning);
    this.#host.log("warn", warning);
  }

  #answer(id: number, answer: Promise<Json>): void {
    answer.then(
      (value) => this.#reply([id, 1, value ?? null]),
      (error) => this.#reply([id, 0, errorInfo(error)]),
    );
  }

  #reply(reply: Reply): void {
    if (!this.#isOpen) return;
    if (this.#replies.push(reply) === 1) setImmediate(() => this.#sendReplies());
  }

  #sendReplies(): void {
    if (!this.#isOpen) return;
    const { spentTokens, spentCostUsd } = this.#host.budget();
    const replies = this.#replies;
    this.#replies = [];
    this.#packets++;
    this.#post(JSON.stringify([spentTokens, spentCostUsd, replies]));
    // The sign of life comes back behind all that the answers caused.
    if (this.#host.settled) this.#turns.ping();
  }

  /** A worker that answers nothing for several ticks hangs where QuickJS cannot be interrupted; a sleeping machine costs one tick. */
  #watch(): void {
    if (this.#silentTicks++ < WATCH_TICKS) return this.#turns.ping();
    this.#endAtLimit({ type: "limit", kind: "slice", detail: "the sandbox does not answer" });
  }

  #distrust(reason: string): void {
    this.#endAtLimit({ type: "limit", kind: "crash", detail: `it sent what no intact sandbox sends: ${reason}` });
  }

  #endAtLimit(report: WorkerReport & { type: "limit" }): void {
    this.#fail(limitError(report, this.#options.limits));
  }

  #fail(error: unknown): void {
    this.#settle(() => this.#reject(error));
  }

  #settle(finish: () => void): void {
    if (!this.#isOpen) return;
    this.close();
    finish();
  }
}

/** A host that throws at once rejects like one that throws later. */
function attempt(call: () => Promise<Json>): Promise<Json> {
  try {
    return call();
  } catch (error) {
    return Promise.reject(error);
  }
}

function isReport(value: unknown): value is WorkerReport {
  if (!isRecord(value)) return false;
  if (value.type === "limit") return typeof value.kind === "string" && typeof value.detail === "string";
  return value.type === "syntax" && typeof value.message === "string" && typeof value.line === "number" &&
    typeof value.column === "number";
}

function missingExecute({ script }: Prepared): OdwError {
  const message = `${script.file}: script must export execute via module.exports = { execute }`;
  return new OdwError("script_invalid", message, { name: "WorkflowScriptError" });
}
