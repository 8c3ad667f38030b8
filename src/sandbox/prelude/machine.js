// What the worker drives: start the script, deliver answers, fire timers, flush messages. Gives the worker its four handles.
((odw) => {
  "use strict";
  const { dialect } = odw.options;
  // "running", then "returned" or "threw", then "over" when the engine has been told.
  let state = "running";
  let outcome;
  /** The script has its outcome: what is answered now must not change it any more. */
  odw.hasEnded = () => state !== "running";

  const callable = (value) => typeof value === "function" ? value : undefined;
  const globalsOf = () => {
    const globals = {};
    const names = ["agent", "parallel", "pipeline", "phase", "log", "workflow", "loop", "checkpoint", "compact"];
    for (
      const name of [
        ...names,
        "summarize",
        "ask",
        "args",
        "budget",
        "tools",
        "plan",
        "verify",
        "judge",
        "untilDry",
        "race",
      ]
    ) {
      globals[name] = globalThis[name];
    }
    return globals;
  };

  let exported;
  let hasExport = false;
  let commonJs;
  if (dialect === "meta") {
    odw.define("meta", undefined);
    if (odw.options.exportName !== null) {
      Object.defineProperty(globalThis, odw.options.exportName, {
        set(value) {
          exported = value;
          hasExport = true;
        },
        configurable: true,
      });
    }
  } else {
    commonJs = { exports: {} };
    odw.define("module", commonJs);
    odw.define("exports", commonJs.exports);
  }
  const firstExports = commonJs?.exports;

  const runMeta = async (body) => {
    const result = await body();
    if (result !== undefined || !hasExport) return result;
    if (typeof exported === "function") return await exported(globalsOf());
    const run = callable(exported?.run) ?? callable(exported?.execute);
    return run === undefined ? exported : await run(globalsOf());
  };
  const runExecute = async () => {
    const execute = callable(commonJs.exports?.execute) ?? callable(firstExports.execute);
    if (execute === undefined) {
      state = "over";
      return odw.post('["missing"]');
    }
    return await execute(odw.context);
  };

  const run = async (body) => {
    try {
      const result = await (dialect === "meta" ? runMeta(body) : runExecute());
      if (state !== "running") return;
      outcome = result;
      state = "returned";
    } catch (error) {
      outcome = error;
      state = "threw";
    }
  };

  const fail = (error) => {
    odw.mayLackMemory ||= error === null;
    odw.post('["failed",' + odw.failureInfo(error) + "]");
  };
  const report = () => {
    const ended = state;
    state = "over";
    odw.forEachUnhandled((error) => odw.log("warn", "unhandled rejection: " + odw.describe(error)));
    if (ended === "threw") return fail(outcome);
    try {
      odw.post('["done",' + (odw.json(outcome, "result") ?? "null") + "]");
    } catch (error) {
      fail(error);
    }
  };

  odw.start = (body) => {
    run(body);
  };
  /** Ends the run with what the script's own text threw while it was evaluated. */
  odw.fail = (error) => {
    outcome = error;
    state = "threw";
  };
  /** The messages of this slice as a JSON array behind the wait for the next timer: `-1|[…]`. */
  odw.flush = () => {
    if (state === "running" && !odw.isWaiting() && !odw.hasTimers()) {
      outcome = odw.error(
        "the script waits for a promise that nothing can settle: no agent, timer or other call is open",
        "Error",
      );
      state = "threw";
      odw.mayLackMemory = true;
    }
    if (state === "returned" || state === "threw") report();
    return odw.nextTimer() + "|[" + odw.takeMessages() + "]";
  };
});
