// The border of the realm: calls out, answers in, both as JSON text, and nothing of it reachable from the script.
// Everything used after the script has started is captured here first, so that no change to a prototype can reach it.
((odw, setup) => {
  "use strict";
  const { parse } = JSON;
  const { defineProperty, setPrototypeOf } = Object;
  const NativePromise = Promise;
  const NativeError = Error;
  const uncurry = (method) => Function.prototype.call.bind(method);
  const split = uncurry(String.prototype.split);
  const includes = uncurry(String.prototype.includes);
  const indexOf = uncurry(String.prototype.indexOf);
  const slice = uncurry(String.prototype.slice);

  /** A collection whose methods are its own: a changed prototype does not reach it. */
  const own = (collection, names) => {
    for (const name of names) defineProperty(collection, name, { value: collection[name], configurable: true });
    return collection;
  };

  const calls = own(new Map(), ["get", "set", "delete", "forEach"]);
  const unhandled = own(new Map(), ["set", "delete", "forEach"]);
  const watched = own(new WeakSet(), ["add", "has", "delete"]);
  const hostErrors = own(new WeakMap(), ["get", "set"]);
  let outstanding = 0;
  let lastId = 0;
  let outbox = "";
  /** Calls of this slice. */
  let made = 0;
  /** Few: a loop that never ends must not cost more than these before a limit ends it. */
  const EARLY_CALLS = 32;
  const EARLY_CHARS = 1 << 20;

  odw.options = parse(setup);
  odw.spentTokens = odw.options.spentTokens;
  odw.spentCostUsd = odw.options.spentCostUsd;
  odw.phase = null;
  // The branch of race() that runs now, see race.js.
  odw.branch = null;
  odw.isWaiting = () => outstanding > 0;

  /** Adds one message, already JSON text, to what leaves the realm after this slice. */
  odw.post = (message) => {
    outbox = outbox === "" ? message : outbox + "," + message;
  };
  const takeOutbox = () => {
    const messages = outbox;
    outbox = "";
    return messages;
  };
  odw.takeMessages = () => {
    made = 0;
    return takeOutbox();
  };
  /** Of many calls the engine begins with the first ones while the script still makes the others. */
  const sendEarly = () => {
    if (++made === EARLY_CALLS && outbox.length < EARLY_CHARS && !odw.mayLackMemory) odw.send(takeOutbox());
  };

  /** A stack without the frames of the prelude and of native functions. */
  odw.authorStack = (stack) => {
    if (typeof stack !== "string") return "";
    const lines = split(stack, "\n");
    let text = "";
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i];
      if (line === "" || includes(line, "(odw:") || includes(line, "at odw:") || includes(line, "(native)")) continue;
      text += (text === "" ? "" : "\n") + line;
    }
    return text;
  };

  /** An error whose stack begins at the author's line. */
  odw.error = (message, name, stack) => {
    const error = name === "TypeError" ? new TypeError(message) : new NativeError(message);
    if (error.name !== name) defineProperty(error, "name", { value: name, writable: true, configurable: true });
    defineProperty(error, "stack", {
      value: odw.authorStack(stack ?? error.stack),
      writable: true,
      configurable: true,
    });
    return error;
  };

  odw.codeOf = (error) => typeof error === "object" && error !== null ? hostErrors.get(error) : undefined;

  /** The frames of call, agentWithOptions and agent take more than this, wherever they stand in the prelude. */
  const PRELUDE_CHARS = 90;
  const authorPlace = "(" + odw.options.file + ":";
  /** The line of the first frame in the author's file; 0 where there is none, as behind an await of the prelude. */
  const authorLine = (stack) => {
    if (typeof stack !== "string") return 0;
    const at = indexOf(stack, authorPlace, PRELUDE_CHARS);
    if (at < 0) return 0;
    const from = at + authorPlace.length;
    // A function's name may look like a place: what is no number of a line is none.
    const line = +slice(stack, from, indexOf(stack, ":", from));
    return line > 0 && line < 1e9 ? line : 0;
  };

  /** Sends a call and gives the promise of its answer. `body`: the call's arguments as JSON text; that of an agent follows its line. */
  odw.call = (kind, body) => {
    const { branch } = odw;
    if (branch !== null && odw.isLost(branch)) return new NativePromise(() => {});
    const id = ++lastId;
    const call = { resolve: undefined, reject: undefined, promise: undefined, stack: new NativeError().stack, branch };
    call.promise = new NativePromise((resolve, reject) => {
      call.resolve = resolve;
      call.reject = reject;
    });
    calls.set(id, call);
    watched.add(call.promise);
    outstanding++;
    odw.post('["' + kind + '",' + id + "," + (kind === "agent" ? authorLine(call.stack) + "," + body : body) + "]");
    sendEarly();
    return call.promise;
  };

  let replies = [];
  let heard = 0;
  /** Takes answers: `[spentTokens, spentCostUsd, [[id, isValue, value or error], …]]`. */
  odw.deliver = (text) => {
    const packet = parse(text);
    odw.spentTokens = packet[0];
    odw.spentCostUsd = packet[1];
    replies = packet[2];
    heard = 0;
  };
  /** Tells the next answer; whether there was one. Between two of them all jobs run: how answers were packed makes no difference. */
  odw.tellNext = () => {
    if (heard === replies.length || odw.hasEnded()) {
      replies = [];
      heard = 0;
      return false;
    }
    const reply = replies[heard++];
    // While a race is open each answer has its own turn: only so is it known which branch goes on.
    const call = odw.openRaces > 0 ? calls.get(reply[0]) : undefined;
    if (call === undefined) answer(reply[0], reply[1], reply[2]);
    else odw.later(call.branch, () => answer(reply[0], reply[1], reply[2]));
    return true;
  };
  /** Gives up every call whose branch has lost: its promise stays open. */
  odw.cancelLost = () => {
    calls.forEach((call, id) => {
      if (call.branch === null || !odw.isLost(call.branch)) return;
      calls.delete(id);
      outstanding--;
      odw.post('["cancel",' + id + "]");
    });
  };

  const answer = (id, isValue, value) => {
    const call = calls.get(id);
    if (call === undefined) return;
    calls.delete(id);
    outstanding--;
    if (isValue) return call.resolve(value);
    const error = odw.error(value.message, value.name, call.stack);
    if (value.code !== undefined) {
      defineProperty(error, "code", { value: value.code, writable: true, enumerable: true, configurable: true });
      hostErrors.set(error, value.code);
    }
    if (watched.has(call.promise)) unhandled.set(call.promise, error);
    call.reject(error);
  };

  const settleWatch = async (promise) => {
    try {
      await promise;
    } catch (error) {
      if (watched.has(promise)) unhandled.set(promise, error);
    }
  };

  /** Reports a promise of the prelude that is rejected while nobody looks at it. */
  odw.watch = (promise) => {
    settleWatch(promise);
    watched.add(promise);
    return promise;
  };
  // Read behind calls whose value nobody takes: see floating.ts.
  defineProperty(NativePromise.prototype, "$odwFloating", {
    get() {
      odw.watch(this);
    },
  });
  odw.reject = (error) => {
    const promise = NativePromise.reject(error);
    watched.add(promise);
    unhandled.set(promise, error);
    return promise;
  };
  odw.forEachUnhandled = (visit) => unhandled.forEach(visit);

  // `await`, then() and Promise.all() all read `constructor` first: who reads it, handles the promise.
  defineProperty(NativePromise.prototype, "constructor", {
    get() {
      if (watched.has(this)) {
        watched.delete(this);
        unhandled.delete(this);
      }
      return NativePromise;
    },
    set(value) {
      defineProperty(this, "constructor", { value, writable: true, enumerable: true, configurable: true });
    },
    configurable: true,
  });

  /** Puts a global in place as a script may shadow or replace it. */
  odw.define = (name, value) => {
    defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  };
  odw.own = own;
  odw.uncurry = uncurry;
  odw.list = () => setPrototypeOf([], null);
});
