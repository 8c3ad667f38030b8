// The globals that run many things: parallel, pipeline, loop, each with the conventions of the script's dialect.
((odw) => {
  "use strict";
  const isMeta = odw.options.dialect === "meta";
  const endsOnNull = isMeta && odw.options.pipelineNull === "end";
  const { isArray } = Array;
  const NativePromise = Promise;
  const MAX_ITEMS = 4096;

  const plain = (value) => value === undefined ? null : value;

  const checkCount = (name, items) => {
    if (items.length <= MAX_ITEMS) return;
    throw odw.error(
      `${name}() accepts at most ${MAX_ITEMS} items, got ${items.length}: split them into several ${name}() calls`,
      "RangeError",
    );
  };

  /** Notes failed slots: one line each, and one for all that a limit of the run dropped. */
  const slotFailures = (name) => {
    const phase = odw.phase;
    let dropped = 0;
    let reason = "";
    return {
      add(index, error) {
        const code = odw.codeOf(error);
        if (code !== "budget_exceeded" && code !== "agent_cap") {
          return odw.failure(`${name}[${index}]`, phase, odw.messageOf(error));
        }
        dropped++;
        reason = odw.messageOf(error);
      },
      end() {
        if (dropped === 0) return;
        odw.failure(name, phase, `${dropped} ${dropped === 1 ? "slot" : "slots"} dropped: ${reason}`);
      },
    };
  };

  /** Calls `one(index)` for each index in order, at most `maximum` at once; rejects with the first rejection. */
  const runSlots = (count, maximum, one) =>
    new NativePromise((resolve, reject) => {
      const results = [];
      for (let i = 0; i < count; i++) results[i] = null;
      let next = 0;
      let done = 0;
      let isStopped = false;
      const lane = async () => {
        try {
          while (next < count && !isStopped) {
            const index = next++;
            results[index] = await one(index);
            if (++done === count) resolve(results);
          }
        } catch (error) {
          isStopped = true;
          reject(error);
        }
      };
      if (count === 0) resolve(results);
      const lanes = maximum < count ? maximum : count;
      for (let i = 0; i < lanes; i++) lane();
    });

  const concurrencyOf = (options) => {
    const maximum = typeof options === "object" && options !== null ? options.maxConcurrency : undefined;
    if (maximum === undefined || maximum === null) return Infinity;
    if (typeof maximum === "number" && maximum >= 1) return maximum;
    throw odw.error(`maxConcurrency must be a number of 1 or more, found ${odw.text(maximum)}`, "RangeError");
  };

  const parallelSettled = async (thunks, options) => {
    const expected = "parallel() expects an array of functions";
    if (!isArray(thunks)) throw odw.error(expected, "TypeError");
    for (let i = 0; i < thunks.length; i++) {
      if (typeof thunks[i] === "function") continue;
      throw odw.error(`${expected}, not promises. Wrap each call: () => agent(...)`, "TypeError");
    }
    checkCount("parallel", thunks);
    const failures = slotFailures("parallel");
    const results = await runSlots(thunks.length, concurrencyOf(options), async (index) => {
      try {
        const thunk = thunks[index];
        return plain(await thunk());
      } catch (error) {
        failures.add(index, error);
        return null;
      }
    });
    failures.end();
    return results;
  };

  const parallelAll = async (tasks, options) => {
    if (!isArray(tasks)) throw odw.error("parallel() expects an array of functions, promises or values", "TypeError");
    return await runSlots(tasks.length, concurrencyOf(options), async (index) => {
      const task = tasks[index];
      return typeof task === "function" ? await task() : await task;
    });
  };
  const runParallel = isMeta ? parallelSettled : parallelAll;
  odw.define("parallel", function parallel(tasks, options) {
    return odw.watch(runParallel(tasks, options));
  });

  const runItem = async (item, index, stages, failures) => {
    try {
      let value = item;
      for (let s = 0; s < stages.length; s++) {
        const stage = stages[s];
        value = await stage(value, item, index);
        if (value === null && endsOnNull) return null;
      }
      return plain(value);
    } catch (error) {
      failures.add(index, error);
      return null;
    }
  };
  const runPipeline = async (items, given) => {
    if (!isArray(items)) throw odw.error("pipeline() expects an array as the first argument", "TypeError");
    const stages = given.length === 1 && isArray(given[0]) ? given[0] : given;
    for (let s = 0; s < stages.length; s++) {
      if (typeof stages[s] === "function") continue;
      const usage = isMeta
        ? "pipeline(items, item => ..., result => ...)"
        : "pipeline(items, [item => ..., result => ...])";
      throw odw.error(`pipeline() stages must be functions: ${usage}`, "TypeError");
    }
    if (isMeta) checkCount("pipeline", items);
    const failures = slotFailures("pipeline");
    const results = await runSlots(items.length, Infinity, (index) => runItem(items[index], index, stages, failures));
    failures.end();
    return results;
  };
  odw.define("pipeline", function pipeline(items, ...stages) {
    return odw.watch(runPipeline(items, stages));
  });

  const runLoop = async (condition, body, { maxIterations = 100 } = {}) => {
    if (typeof condition !== "function" || typeof body !== "function") {
      throw odw.error("loop() expects two functions: loop(condition, body, { maxIterations })", "TypeError");
    }
    let last;
    for (let i = 0; !(await condition(i)); i++) {
      if (i >= maxIterations) {
        const message = `loop() reached its maximum of ${maxIterations} iterations before its condition was true: ` +
          "raise maxIterations, or make the condition true earlier";
        throw odw.error(message, "Error");
      }
      last = await body(i);
    }
    return last;
  };
  odw.define("loop", function loop(condition, body, options) {
    return odw.watch(runLoop(condition, body, options));
  });

  odw.runSlots = runSlots;
});
