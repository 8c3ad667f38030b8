// untilDry(): asks a finder again and again until a round brings nothing that is not known yet.
((odw) => {
  "use strict";
  if (odw.options.dialect !== "meta") return;
  const { isArray } = Array;
  const trim = odw.uncurry(String.prototype.trim);
  const lower = odw.uncurry(String.prototype.toLowerCase);
  const NativeSet = Set;

  const usualKey = (item) => typeof item === "string" ? lower(trim(item)) : odw.json(item, "untilDry() item");
  const wantFunction = (name, value) => {
    if (typeof value === "function") return;
    throw odw.error(`untilDry() expects ${name} as a function, found ${odw.text(value)}`, "TypeError");
  };

  const isKnown = async (item, items, isSame) => {
    for (let i = 0; i < items.length; i++) if (await isSame(item, items[i])) return true;
    return false;
  };
  const run = async (find, { rounds = 5, key = usualKey, isSame } = {}) => {
    wantFunction("find", find);
    wantFunction("key", key);
    if (isSame !== undefined) wantFunction("isSame", isSame);
    if (!(typeof rounds === "number" && rounds >= 1)) {
      throw odw.error(`untilDry() expects rounds as a number of 1 or more, found ${odw.text(rounds)}`, "RangeError");
    }
    const items = [];
    const keys = odw.own(new NativeSet(), ["has", "add"]);
    const add = async (item) => {
      const name = await key(item);
      if (keys.has(name) || (isSame !== undefined && await isKnown(item, items, isSame))) return;
      keys.add(name);
      items[items.length] = item;
    };
    // A round that failed has found nothing and proves nothing: it never makes the search dry.
    let failedRounds = 0;
    let round = 0;
    while (round < rounds) {
      const known = [];
      for (let i = 0; i < items.length; i++) known[i] = items[i];
      const found = await find(round++, known);
      if (found === null || found === undefined) {
        failedRounds++;
        continue;
      }
      if (!isArray(found)) {
        throw odw.error(`untilDry() expects an array from find, found ${odw.text(found)}`, "TypeError");
      }
      const before = items.length;
      for (let i = 0; i < found.length; i++) if (found[i] !== null && found[i] !== undefined) await add(found[i]);
      if (items.length === before) return { items, rounds: round, isDry: true, failedRounds };
    }
    return { items, rounds: round, isDry: false, failedRounds };
  };
  odw.define("untilDry", function untilDry(find, options) {
    return odw.watch(run(find, options ?? {}));
  });
});
