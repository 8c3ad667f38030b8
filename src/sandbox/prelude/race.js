// race(): the first good answer wins, and what the other branches began is given up.
// QuickJS has no asynchronous context, so while a race is open starts, answers and timers each get a turn of their own: between two
// turns the worker drains all jobs, and what runs in a turn belongs to the branch of that turn.
((odw) => {
  "use strict";
  const isMeta = odw.options.dialect === "meta";
  const { isArray } = Array;
  const NativePromise = Promise;
  const turns = odw.list();
  let next = 0;

  odw.openRaces = 0;
  /** Gives work its own turn, after those that wait. */
  odw.later = (branch, work) => {
    turns[turns.length] = { branch, work };
  };
  /** A branch whose race, or one around it, was won by another. */
  odw.isLost = (branch) => {
    for (let at = branch; at !== null; at = at.parent) if (at.isLost) return true;
    return false;
  };

  const takeTurn = () => {
    odw.branch = null;
    if (next === turns.length) {
      next = turns.length = 0;
      return false;
    }
    const { branch, work } = turns[next++];
    if (branch !== null && odw.isLost(branch)) return true;
    odw.branch = branch;
    work();
    return true;
  };
  const { fireTimer } = odw;
  odw.fireTimer = () => {
    if (takeTurn() || fireTimer()) return true;
    odw.branch = null;
    return false;
  };
  if (!isMeta) return;

  const check = (thunks, accept) => {
    const expected = "race() expects an array of functions";
    if (!isArray(thunks)) throw odw.error(expected, "TypeError");
    for (let i = 0; i < thunks.length; i++) {
      if (typeof thunks[i] === "function") continue;
      throw odw.error(`${expected}, not promises. Wrap each call: () => agent(...)`, "TypeError");
    }
    if (accept === undefined || typeof accept === "function") return;
    throw odw.error(`race() expects accept as a function, found ${odw.text(accept)}`, "TypeError");
  };

  const run = (thunks, accept) =>
    new NativePromise((resolve) => {
      const { branch: parent, phase } = odw;
      const branches = odw.list();
      let running = thunks.length;
      let isOver = false;
      const settle = (winner, value) => {
        isOver = true;
        odw.openRaces--;
        for (let i = 0; i < branches.length; i++) branches[i].isLost = i !== winner;
        odw.cancelLost();
        // What follows the race belongs to whoever began it, not to the branch that won.
        odw.later(parent, () => resolve(value));
      };
      const start = async (index) => {
        let value = null;
        let isGood = false;
        try {
          const thunk = thunks[index];
          value = await thunk();
          isGood = value !== null && value !== undefined && (accept === undefined || !!(await accept(value, index)));
        } catch (error) {
          if (!isOver) odw.failure(`race[${index}]`, phase, odw.messageOf(error));
        }
        if (isOver) return;
        running--;
        if (isGood) settle(index, value);
        else if (running === 0) settle(index, null);
      };
      if (running === 0) return resolve(null);
      odw.openRaces++;
      for (let i = 0; i < thunks.length; i++) {
        branches[i] = { parent, isLost: false };
        odw.later(branches[i], () => start(i));
      }
    });

  const raceAll = async (thunks, options) => {
    const accept = options?.accept ?? undefined;
    check(thunks, accept);
    return await run(thunks, accept);
  };
  odw.define("race", function race(thunks, options) {
    return odw.watch(raceAll(thunks, options));
  });
});
