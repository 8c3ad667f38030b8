// One QuickJS realm: a script goes in, batches of JSON messages come out, and every slice of it is bounded.
import type { QuickJSContext, QuickJSHandle, QuickJSRuntime, QuickJSWASMModule } from "quickjs-emscripten-core";
import type { BlankRealm } from "./blank_realm.ts";
import type { RunOrder, WorkerReport } from "./messages.ts";
import { limitOf, RealmEnd, syntaxReport } from "./realm_end.ts";

/** Above this, WebAssembly's own stack ends before QuickJS sees that its stack is full. */
const MAX_STACK_BYTES = 256 * 1024;
/** No batch of one slice may be larger, in UTF-16 units. */
const MAX_BATCH_CHARS = 64 * 1024 * 1024;
/** WebAssembly's addresses end here. */
const MAX_MEMORY_BYTES = 2 ** 31 - 1;
const ROOM_PER_CHAR = 4;
/** After the memory limit is hit: room to say so. */
const SPARE_BYTES = 8 * 1024 * 1024;
/** After the slice limit is hit: time to hand over what was logged before. */
const SALVAGE_MS = 250;

/** What a slice gives: the realm's messages as a JSON array (null: none) and the wait for its next timer (null: none). */
export interface Slice {
  messages: string | null;
  timerMs: number | null;
}

/** Owns all handles of one realm; gone with everything in it when disposed. Its methods throw {@link RealmEnd}. */
export class Realm implements Disposable {
  readonly #quickjs: QuickJSWASMModule;
  readonly #runtime: QuickJSRuntime;
  readonly #context: QuickJSContext;
  readonly #odw: QuickJSHandle;
  readonly #order: RunOrder;
  #deadline = Infinity;
  #isInterrupted = false;
  /** Messages that were sent early did not come through. */
  #hasLost = false;

  /** Takes over the blank realm. `send`: takes messages, a JSON array, that leave before their slice is over. */
  constructor(blank: BlankRealm, order: RunOrder, send: (messages: string) => void) {
    this.#quickjs = blank.quickjs;
    this.#runtime = blank.runtime;
    this.#context = blank.context;
    this.#order = order;
    this.#runtime.setMaxStackSize(Math.min(order.limits.stackBytes, MAX_STACK_BYTES));
    this.#odw = this.#installPrelude(blank.installers, JSON.stringify(order.setup));
    this.#installSend(send);
    this.#runtime.setInterruptHandler(() => {
      this.#isInterrupted ||= performance.now() > this.#deadline || Atomics.load(order.stop, 0) === 1;
      return this.#isInterrupted;
    });
    this.#runtime.setMemoryLimit(Math.min(order.limits.memoryBytes, MAX_MEMORY_BYTES));
  }

  /** Starts the script and runs it to its first wait. */
  start(): Slice {
    return this.#slice(() => {
      const { code, file, setup } = this.#order;
      const result = this.#context.evalCode(code, file, { type: "global", strict: setup.dialect === "meta" });
      if (result.error) this.#endOnEval(result.error);
      else this.#callWith("start", result.value);
    });
  }

  /** Takes answers as the JSON text that the engine sent. */
  deliver(answers: string): Slice {
    return this.#slice(() => {
      this.#checkRoom(answers);
      this.#callWith("deliver", this.#context.newString(answers));
      while (this.#tellNext()) this.#runJobs();
    });
  }

  /** Runs the timers that are due. */
  wake(): Slice {
    return this.#slice(() => undefined);
  }

  /** Bytes of QuickJS's heap in use; the measure for leaks. */
  memoryBytes(): number {
    using usage = this.#runtime.computeMemoryUsage();
    return this.#context.dump(usage).memory_used_size;
  }

  [Symbol.dispose](): void {
    this.#odw.dispose();
    this.#context.dispose();
    this.#runtime.dispose();
  }

  #installPrelude(installers: QuickJSHandle[], setup: string): QuickJSHandle {
    const context = this.#context;
    const odw = context.newObject(context.null);
    using setupText = context.newString(setup);
    for (const installer of installers) {
      using install = installer;
      context.unwrapResult(context.callFunction(install, context.undefined, odw, setupText)).dispose();
    }
    return odw;
  }

  #installSend(send: (messages: string) => void): void {
    using callback = this.#context.newFunction("send", (handle) => {
      const messages = this.#context.getString(handle);
      if (messages === "") this.#hasLost = true;
      else send(`[${messages}]`);
    });
    this.#context.setProp(this.#odw, "send", callback);
  }

  /** Calls into the script, then runs jobs and due timers until the realm waits. */
  #slice(work: () => void): Slice {
    this.#deadline = performance.now() + this.#order.limits.sliceMs;
    try {
      work();
      do this.#runJobs(); while (this.#fireTimer());
      return this.#flush();
    } catch (error) {
      throw this.#isInterrupted ? this.#interruptedEnd() : limitOf(error);
    } finally {
      this.#deadline = Infinity;
    }
  }

  #runJobs(): void {
    const result = this.#runtime.executePendingJobs();
    if (result.error) this.#endOn(result.error);
    else result.dispose();
    if (this.#isInterrupted) throw this.#interruptedEnd();
  }

  #tellNext(): boolean {
    using told = this.#call("tellNext");
    return this.#context.dump(told) === true;
  }

  #fireTimer(): boolean {
    using fired = this.#call("fireTimer");
    return this.#context.dump(fired) === true;
  }

  #flush(): Slice {
    using handle = this.#call("flush");
    const flushed = this.#context.getString(handle);
    const bar = flushed.indexOf("|");
    // Without room for its UTF-8 form a string comes out empty.
    if (bar < 0 || this.#hasLost) throw limitOf("out of memory: the messages of a slice");
    const wait = Number(flushed.slice(0, bar));
    const messages = flushed.slice(bar + 1);
    if (messages.length > MAX_BATCH_CHARS) {
      throw new RealmEnd({ type: "limit", kind: "size", detail: `${messages.length} characters in one slice` });
    }
    if (messages !== "[]") this.#checkMemory();
    return { messages: messages === "[]" ? null : messages, timerMs: wait < 0 ? null : wait };
  }

  /**
   * Without room for an error object QuickJS throws null, and without room for a job it forgets a promise: where much memory is
   * taken, either means that it ran out.
   */
  #checkMemory(): void {
    if (this.#quickjs.getWasmMemory().buffer.byteLength < this.#order.limits.memoryBytes / 2) return;
    using mayLackMemory = this.#context.getProp(this.#odw, "mayLackMemory");
    if (this.#context.dump(mayLackMemory) === true) throw limitOf("out of memory");
  }

  /** The copy into the instance does not notice that it had no room: text, its UTF-8 form and the parsed values must fit. */
  #checkRoom(answers: string): void {
    if (answers.length * ROOM_PER_CHAR < this.#order.limits.memoryBytes) return;
    throw limitOf(`out of memory: an answer of ${answers.length} characters`);
  }

  #callWith(method: string, argument: QuickJSHandle): void {
    using owned = argument;
    this.#call(method, owned).dispose();
  }

  #call(method: string, ...args: QuickJSHandle[]): QuickJSHandle {
    using callee = this.#context.getProp(this.#odw, method);
    const result = this.#context.callFunction(callee, this.#context.undefined, ...args);
    return result.error ? this.#endOn(result.error) : result.value;
  }

  /** A script that does not compile is told apart from one that threw while it was evaluated (dialect B). */
  #endOnEval(thrown: QuickJSHandle): void {
    using error = thrown;
    if (this.#isInterrupted) throw this.#interruptedEnd();
    const syntax = syntaxReport(this.#describe(error));
    if (syntax) throw new RealmEnd(syntax);
    this.#callWith("fail", error.dup());
  }

  #endOn(thrown: QuickJSHandle): never {
    using error = thrown;
    throw this.#isInterrupted ? this.#interruptedEnd() : limitOf(this.#describe(error));
  }

  #describe(error: QuickJSHandle): unknown {
    this.#runtime.setMemoryLimit(this.#order.limits.memoryBytes + SPARE_BYTES);
    return this.#context.dump(error);
  }

  #interruptedEnd(): RealmEnd {
    const report: WorkerReport = { type: "limit", kind: "slice", detail: `${this.#order.limits.sliceMs} ms` };
    this.#isInterrupted = false;
    this.#deadline = performance.now() + SALVAGE_MS;
    try {
      return new RealmEnd(report, this.#salvage());
    } catch {
      return new RealmEnd(report);
    }
  }

  /** What was sent before the limit, without running the script again. */
  #salvage(): string {
    using handle = this.#call("takeMessages");
    return `[${this.#context.getString(handle)}]`;
  }
}
