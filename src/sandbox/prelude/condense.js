// The globals that make things smaller: compact without a model, summarize with one.
((odw) => {
  "use strict";
  const isMeta = odw.options.dialect === "meta";
  const { stringify, parse } = JSON;
  const { isArray } = Array;
  const { keys, defineProperty } = Object;
  const slice = odw.uncurry(String.prototype.slice);
  const sort = odw.uncurry(Array.prototype.sort);

  /** Cuts before a lone half of a surrogate pair would be left. */
  const cut = (text, length) => {
    if (text.length <= length) return text;
    const code = text.charCodeAt(length - 1);
    return slice(text, 0, code >= 0xd800 && code <= 0xdbff ? length - 1 : length);
  };

  const size = (value) => stringify(value).length;

  const fitArray = (items, maxChars) => {
    const kept = [];
    let used = 2;
    for (let i = 0; i < items.length; i++) {
      const comma = kept.length === 0 ? 0 : 1;
      if (used + comma + size(items[i]) > maxChars) break;
      used += comma + size(items[i]);
      kept[kept.length] = items[i];
    }
    if (kept.length > 0 || items.length === 0) return kept;
    const first = fit(items[0], maxChars - 2);
    return first === undefined ? kept : [first];
  };

  /** Small members first, then the large ones share what is left; the order of the keys stays. */
  const fitObject = (object, maxChars) => {
    const names = keys(object);
    const sizes = { __proto__: null };
    for (const name of names) sizes[name] = stringify(name).length + 2;
    const bySize = sort(keys(object), (a, b) => size(object[a]) - size(object[b]));
    const kept = { __proto__: null };
    let left = maxChars - 2;
    for (const name of bySize) {
      const value = fit(object[name], left - sizes[name]);
      if (value === undefined) continue;
      kept[name] = value;
      left -= sizes[name] + size(value);
    }
    const result = {};
    for (const name of names) {
      if (!(name in kept)) continue;
      defineProperty(result, name, { value: kept[name], writable: true, enumerable: true, configurable: true });
    }
    return result;
  };

  /** The value, smaller if need be; undefined when nothing of it fits. */
  const fit = (value, maxChars) => {
    if (size(value) <= maxChars) return value;
    if (maxChars < 2 || typeof value !== "object" || value === null) return undefined;
    return isArray(value) ? fitArray(value, maxChars) : fitObject(value, maxChars);
  };

  const limitOf = (name, value, fallback) => {
    if (value === undefined || value === null) return fallback;
    if (typeof value === "number" && value >= 1) return value;
    throw odw.error(`${name} must be a number of 1 or more, found ${odw.text(value)}`, "RangeError");
  };

  odw.compact = function compact(value, options) {
    const maxChars = limitOf("compact() maxChars", options?.maxChars, 20000);
    if (typeof value === "string") return cut(value, maxChars);
    const text = odw.json(value, "compact() value");
    if (text === undefined || text.length <= maxChars) return value;
    const whole = parse(text);
    if (typeof whole === "string") return cut(whole, maxChars);
    return fit(whole, maxChars) ?? (isArray(whole) ? [] : typeof whole === "object" ? {} : whole);
  };
  odw.define("compact", odw.compact);

  const split = (text, length) => {
    const chunks = [];
    for (let at = 0; at < text.length;) {
      const chunk = cut(slice(text, at, at + length + 1), length);
      const piece = chunk === "" ? slice(text, at, at + 2) : chunk;
      chunks[chunks.length] = piece;
      at += piece.length;
    }
    return chunks;
  };

  const ask = (prompt, options) => {
    const { role, model, maxTokens } = options;
    if (!isMeta) return odw.agent({ prompt, role, model, maxTokens });
    return odw.agent(prompt, { label: "summarize", system: role, model, maxTokens });
  };
  const MAX_LEVELS = 8;

  const runSummarize = async (given, options) => {
    let text = typeof given === "string" ? given : odw.json(given, "summarize() text") ?? "";
    const maxChars = limitOf("summarize() maxChars", options.maxChars, 4000);
    const chunkSize = limitOf("summarize() chunkSize", options.chunkSize, 20000);
    const task = options.instructions ??
      "Summarize the following text. Keep facts, names and numbers; leave out repetition.";
    for (let level = 0; level < MAX_LEVELS && text.length > maxChars; level++) {
      const chunks = split(text, chunkSize);
      const summaries = await odw.runSlots(chunks.length, Infinity, async (index) => {
        const part = chunks.length === 1 ? "" : ` This is part ${index + 1} of ${chunks.length}.`;
        return await ask(`${task}\nAnswer in at most ${maxChars} characters.${part}\n\n${chunks[index]}`, options);
      });
      let joined = "";
      for (let i = 0; i < summaries.length; i++) {
        if (typeof summaries[i] === "string") joined += (joined === "" ? "" : "\n\n") + summaries[i];
      }
      if (chunks.length === 1) return cut(joined, maxChars);
      text = joined;
    }
    return cut(text, maxChars);
  };
  odw.define("summarize", function summarize(text, options) {
    return odw.watch(runSummarize(text, options ?? {}));
  });
});
