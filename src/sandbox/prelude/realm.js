// The realm itself: which built-ins are there, timers, console, clock and randomness.
((odw) => {
  "use strict";
  const { defineProperty, getOwnPropertyNames } = Object;
  const NativeDate = Date;
  const now = Date.now;
  const { construct, apply } = Reflect;
  const { trunc, imul } = Math;

  // WeakRef and FinalizationRegistry show when memory is collected, which no replay can repeat.
  const absent = ["SharedArrayBuffer", "Atomics", "WeakRef", "FinalizationRegistry", "InternalError", "performance"];
  const names = getOwnPropertyNames(globalThis);
  for (const name of absent) if (names.includes(name)) delete globalThis[name];

  // Timers: a heap by due time, then by order of creation. The worker asks when the next one is due.
  const timers = odw.own(new Map(), ["get", "set", "delete", "has"]);
  const heap = odw.list();
  let lastTimer = 0;
  // A timer that was set in this slice waits for the next one: a script that polls with setTimeout(…, 0) must hear its answers.
  let lastFireable = 0;
  let active = 0;
  const isBefore = (a, b) => a.due < b.due || (a.due === b.due && a.id < b.id);
  const push = (timer) => {
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(timer, heap[parent])) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = timer;
  };
  const pop = () => {
    const last = heap[heap.length - 1];
    heap.length--;
    const size = heap.length;
    if (size === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && isBefore(heap[child + 1], heap[child])) child++;
      if (!isBefore(heap[child], last)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
  };
  const dropCleared = () => {
    while (heap.length > 0 && !timers.has(heap[0].id)) pop();
  };

  odw.define("setTimeout", function setTimeout(callback, delayMs, ...args) {
    if (typeof callback !== "function") throw odw.error("setTimeout() expects a function", "TypeError");
    const delay = +delayMs;
    const id = ++lastTimer;
    const timer = {
      id,
      due: now() + (delay > 0 ? (delay > 2147483647 ? 2147483647 : trunc(delay)) : 0),
      callback,
      args,
      branch: odw.branch,
    };
    timers.set(id, timer);
    active++;
    push(timer);
    return id;
  });
  odw.define("clearTimeout", function clearTimeout(id) {
    if (timers.delete(id)) active--;
  });
  odw.hasTimers = () => active > 0;
  /** Ends the slice: milliseconds until the next timer is due, or -1. */
  odw.nextTimer = () => {
    lastFireable = lastTimer;
    dropCleared();
    if (heap.length === 0) return -1;
    const wait = heap[0].due - now();
    return wait > 0 ? wait : 0;
  };
  /** Runs one due timer; whether there was one. */
  odw.fireTimer = () => {
    dropCleared();
    if (heap.length === 0 || heap[0].id > lastFireable || heap[0].due > now()) return false;
    const timer = heap[0];
    pop();
    timers.delete(timer.id);
    active--;
    odw.branch = timer.branch;
    if (timer.branch !== null && odw.isLost(timer.branch)) return true;
    try {
      apply(timer.callback, undefined, timer.args);
    } catch (error) {
      odw.log("error", "uncaught error in a setTimeout() callback: " + odw.describe(error));
    }
    return true;
  };

  odw.define("queueMicrotask", function queueMicrotask(callback) {
    if (typeof callback !== "function") throw odw.error("queueMicrotask() expects a function", "TypeError");
    (async () => {
      await undefined;
      try {
        callback();
      } catch (error) {
        odw.log("error", "uncaught error in a queueMicrotask() callback: " + odw.describe(error));
      }
    })();
  });

  const writer = (level) => (...values) => odw.log(level, odw.format(values));
  const log = writer("info");
  odw.define("console", { log, info: log, warn: writer("warn"), error: writer("error"), debug: writer("debug") });

  const { clock } = odw.options;
  const forbid = (what) => {
    throw odw.error(
      `${what} would make this run impossible to resume: it gives another value each time. ` +
        "Pass the value in through args, or start the run with --deterministic-clock",
      "Error",
    );
  };
  const isSeeded = clock.mode === "seeded";
  const read = (what) => isSeeded ? clock.startMs : forbid(what);

  const clockedDate = function Date(...args) {
    if (new.target === undefined) return new NativeDate(read("Date()")).toString();
    return construct(NativeDate, args.length === 0 ? [read("new Date()")] : args, new.target);
  };
  defineProperty(clockedDate, "length", { value: 7, configurable: true });
  defineProperty(clockedDate, "prototype", { value: NativeDate.prototype, writable: false });
  defineProperty(NativeDate.prototype, "constructor", { value: clockedDate, writable: true, configurable: true });
  const statics = { UTC: NativeDate.UTC, parse: NativeDate.parse, now: () => read("Date.now()") };
  for (const name of ["UTC", "parse", "now"]) {
    defineProperty(clockedDate, name, { value: statics[name], writable: true, configurable: true });
  }
  odw.define("Date", clockedDate);

  // Mulberry32, by Tommy Ettinger: 32 bits of state are enough for a script's choices.
  let state = isSeeded ? clock.seed | 0 : 0;
  const random = () => {
    if (!isSeeded) forbid("Math.random()");
    state = (state + 0x6d2b79f5) | 0;
    let mixed = imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  defineProperty(Math, "random", { value: random, writable: true, configurable: true });

  if (Array.fromAsync === undefined) {
    defineProperty(Array, "fromAsync", {
      async value(items, mapper, self) {
        const list = [];
        const isIterable = items[Symbol.asyncIterator] !== undefined || items[Symbol.iterator] !== undefined;
        for await (const item of isIterable ? items : Array.from(items)) {
          list.push(mapper === undefined ? item : await apply(mapper, self, [item, list.length]));
        }
        return list;
      },
      writable: true,
      configurable: true,
    });
  }
});
