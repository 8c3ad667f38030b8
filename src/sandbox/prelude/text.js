// Values as text: the log's form, an error's description, and where a value stops being JSON.
((odw) => {
  "use strict";
  const { stringify } = JSON;
  const { isArray } = Array;
  const { keys } = Object;
  const NativeString = String;
  const NativeError = Error;

  odw.quote = (text) => stringify(text);

  const describeObject = (value) => {
    if (value instanceof NativeError) return odw.describe(value);
    const text = stringify(value);
    return text === undefined ? NativeString(value) : text;
  };
  /** One value as the log shows it; never throws. */
  odw.text = (value) => {
    if (typeof value === "string") return value;
    try {
      return typeof value === "object" && value !== null ? describeObject(value) : NativeString(value);
    } catch {
      return "[value that cannot be shown]";
    }
  };
  odw.format = (values) => {
    let line = "";
    for (let i = 0; i < values.length; i++) line += (i === 0 ? "" : " ") + odw.text(values[i]);
    return line;
  };
  odw.log = (level, line) => odw.post('["log","' + level + '",' + stringify(line) + "]");
  odw.failure = (label, phase, reason) => {
    odw.post('["failure",' + stringify(label) + "," + stringify(phase) + "," + stringify(reason) + "]");
  };

  const readText = (value, key) => {
    try {
      const member = value[key];
      return typeof member === "string" ? member : undefined;
    } catch {
      return undefined;
    }
  };
  /** A thrown value's message: any value may be thrown, and its getters may throw in turn. */
  odw.messageOf = (thrown) => {
    if ((typeof thrown !== "object" && typeof thrown !== "function") || thrown === null) return odw.text(thrown);
    return readText(thrown, "message") ?? odw.text(thrown);
  };
  odw.describe = (thrown) => {
    const name = typeof thrown === "object" && thrown !== null ? readText(thrown, "name") : undefined;
    return (name === undefined ? "" : name + ": ") + odw.messageOf(thrown);
  };
  /** A thrown value as data: `{name, message, stack, code}` as JSON text. */
  odw.failureInfo = (thrown) => {
    const isObject = typeof thrown === "object" && thrown !== null;
    const name = (isObject ? readText(thrown, "name") : undefined) ?? "Error";
    const stack = isObject ? odw.authorStack(readText(thrown, "stack")) : "";
    const code = odw.codeOf(thrown) ?? null;
    const message = odw.messageOf(thrown);
    return '{"name":' + stringify(name) + ',"message":' + stringify(message) + ',"stack":' + stringify(stack) +
      ',"code":' + stringify(code) + "}";
  };

  const isIdentifier = /^[A-Za-z_$][\w$]*$/;
  const test = odw.uncurry(RegExp.prototype.exec);
  const member = (path, key) => test(isIdentifier, key) === null ? `${path}[${stringify(key)}]` : `${path}.${key}`;
  /** What keeps a value from being JSON and where, as a sentence; undefined when nothing was found. */
  const findNonJson = (value, path, key, ancestors) => {
    if (typeof value === "bigint") return `${path} is a BigInt`;
    if (typeof value !== "object" || value === null) return undefined;
    if (ancestors.has(value)) return `${path} refers back to a value that holds it`;
    try {
      if (typeof value.toJSON === "function") value = value.toJSON(key);
    } catch (error) {
      return `toJSON() of ${path} threw ${odw.describe(error)}`;
    }
    if (typeof value !== "object" || value === null) return findNonJson(value, path, key, ancestors);
    ancestors.add(value);
    const names = keys(value);
    for (let i = 0; i < names.length; i++) {
      const place = isArray(value) ? `${path}[${names[i]}]` : member(path, names[i]);
      let found;
      try {
        found = findNonJson(value[names[i]], place, names[i], ancestors);
      } catch (error) {
        found = `reading ${place} threw ${odw.describe(error)}`;
      }
      if (found !== undefined) return found;
    }
    ancestors.delete(value);
    return undefined;
  };

  /** JSON text of a value that leaves the realm; undefined as JSON.stringify says. Throws a TypeError that names the place. */
  odw.json = (value, name) => {
    try {
      return stringify(value);
    } catch (error) {
      // The engine's own limits are no fault of the value; without any memory left QuickJS throws null.
      if (error === null || readText(error, "name") === "InternalError") throw error;
      const ancestors = odw.own(new Set(), ["has", "add", "delete"]);
      const found = findNonJson(value, name, "", ancestors) ?? `${name}: ${odw.describe(error)}`;
      throw odw.error(`${found}: it cannot become JSON; use text, numbers, plain objects and arrays`, "TypeError");
    }
  };
});
