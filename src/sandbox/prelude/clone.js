// structuredClone in plain JavaScript: the types of the standard that exist in this realm, cycles included.
((odw) => {
  "use strict";
  const { isArray } = Array;
  const { keys, defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Object;
  const { isView } = ArrayBuffer;
  const toText = odw.uncurry(Object.prototype.toString);
  const slice = odw.uncurry(String.prototype.slice);
  const forEachMap = odw.uncurry(Map.prototype.forEach);
  const forEachSet = odw.uncurry(Set.prototype.forEach);
  const getTime = odw.uncurry(Date.prototype.getTime);
  const sliceBuffer = odw.uncurry(ArrayBuffer.prototype.slice);
  const valueOf = odw.uncurry(Object.prototype.valueOf);
  const typedTag = odw.uncurry(getOwnPropertyDescriptor(getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get);
  const NativeDate = Date;
  const NativeMap = Map;
  const NativeSet = Set;
  const NativeRegExp = RegExp;
  const NativeDataView = DataView;
  const NativeObject = Object;
  const errors = { __proto__: null, Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
  const views = { __proto__: null };
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (name.endsWith("Array") && name !== "Array") views[name] = globalThis[name];
  }

  const refuse = (value) => {
    throw odw.error(`${odw.text(value)} could not be cloned`, "DataCloneError");
  };
  const put = (target, key, value) => {
    defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  };
  const cloneView = (view, seen) => {
    const name = typedTag(view);
    const buffer = clone(view.buffer, seen);
    if (name === undefined) return new NativeDataView(buffer, view.byteOffset, view.byteLength);
    return new views[name](buffer, view.byteOffset, view.length);
  };
  const cloneError = (error, seen) => {
    const Kind = errors[error.name] ?? errors.Error;
    const copy = new Kind(odw.messageOf(error));
    defineProperty(copy, "stack", { value: error.stack, writable: true, configurable: true });
    seen.set(error, copy);
    if ("cause" in error) {
      defineProperty(copy, "cause", { value: clone(error.cause, seen), writable: true, configurable: true });
    }
    return copy;
  };
  const cloneMembers = (value, copy, seen) => {
    seen.set(value, copy);
    const names = keys(value);
    for (let i = 0; i < names.length; i++) put(copy, names[i], clone(value[names[i]], seen));
    return copy;
  };
  const cloneMap = (map, seen) => {
    const copy = odw.own(new NativeMap(), ["set"]);
    seen.set(map, copy);
    forEachMap(map, (value, key) => copy.set(clone(key, seen), clone(value, seen)));
    delete copy.set;
    return copy;
  };
  const cloneSet = (set, seen) => {
    const copy = odw.own(new NativeSet(), ["add"]);
    seen.set(set, copy);
    forEachSet(set, (value) => copy.add(clone(value, seen)));
    delete copy.add;
    return copy;
  };
  const make = (value, seen) => {
    if (isArray(value)) {
      const copy = [];
      copy.length = value.length;
      return cloneMembers(value, copy, seen);
    }
    if (isView(value)) return cloneView(value, seen);
    const kind = slice(toText(value), 8, -1);
    if (kind === "Date") return new NativeDate(getTime(value));
    if (kind === "RegExp") return new NativeRegExp(value.source, value.flags);
    if (kind === "Map") return cloneMap(value, seen);
    if (kind === "Set") return cloneSet(value, seen);
    if (kind === "Error") return cloneError(value, seen);
    if (kind === "ArrayBuffer") return sliceBuffer(value, 0);
    if (kind === "Boolean" || kind === "Number" || kind === "String") return NativeObject(valueOf(value).valueOf());
    if (kind === "Promise" || kind === "WeakMap" || kind === "WeakSet" || kind === "Generator") return refuse(value);
    return cloneMembers(value, {}, seen);
  };
  const clone = (value, seen) => {
    if (typeof value === "function" || typeof value === "symbol") return refuse(value);
    if (typeof value !== "object" || value === null) return value;
    const known = seen.get(value);
    if (known !== undefined) return known;
    const copy = make(value, seen);
    seen.set(value, copy);
    return copy;
  };

  odw.define("structuredClone", function structuredClone(value) {
    return clone(value, odw.own(new NativeMap(), ["get", "set"]));
  });
});
