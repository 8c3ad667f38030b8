// The names of a script: which it declares, which it uses, and which nobody gives it.
import type { Dialect } from "../run.ts";
import { ancestors, type Branch, isFunction, isNode, nameOf, type Twig } from "./syntax_tree.ts";

const LANGUAGE = [
  "undefined NaN Infinity globalThis Object Function Array Number String Boolean Symbol BigInt Math JSON Date RegExp Promise Map Set",
  "WeakMap WeakSet WeakRef FinalizationRegistry Proxy Reflect Error TypeError RangeError SyntaxError ReferenceError EvalError URIError",
  "AggregateError ArrayBuffer SharedArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array",
  "Uint32Array Float32Array Float64Array Float16Array BigInt64Array BigUint64Array Atomics Iterator parseInt parseFloat isNaN isFinite",
  "encodeURIComponent decodeURIComponent encodeURI decodeURI escape unescape eval arguments console setTimeout clearTimeout",
  "structuredClone queueMicrotask",
].join(" ").split(" ");

const SHARED = ["agent", "parallel", "pipeline", "phase", "log", "workflow", "args", "budget", "ask"];
const CHECKING = ["verify", "loop", "checkpoint", "compact", "summarize"];

/** What a script of this dialect may call without declaring it. */
export const GLOBALS: Record<Dialect, readonly string[]> = {
  meta: [...SHARED, ...CHECKING, "judge", "untilDry", "race", "plan", "tools", "meta"],
  execute: [...SHARED, ...CHECKING, "judge", "untilDry", "race", "replan", "tools", "module", "exports"],
};

/** Every name that is declared anywhere in the script; scopes are not told apart. */
export function declaredNames(twigs: Twig[]): Map<string, Twig[]> {
  const names = new Map<string, Twig[]>();
  for (const twig of twigs) {
    const name = nameOf(twig.node);
    if (name === undefined || !isDeclaration(twig)) continue;
    names.set(name, [...(names.get(name) ?? []), twig]);
  }
  return names;
}

/** Uses of names that neither the language, nor odw, nor the script gives. A name that is asked for with typeof is no mistake. */
export function unknownNames(twigs: Twig[], declared: ReadonlyMap<string, unknown>, dialect: Dialect): Twig[] {
  const known = new Set([...LANGUAGE, ...GLOBALS[dialect]]);
  const asked = new Set(twigs.filter(({ parent }) => isTypeof(parent?.node)).map(({ node }) => nameOf(node)));
  return twigs.filter((twig) => {
    const name = nameOf(twig.node);
    if (name === undefined || known.has(name) || declared.has(name) || asked.has(name)) return false;
    return isUse(twig) && !isGuarded(twig);
  });
}

/** Stands in a try block: the script expects that it may not be there. */
export function isGuarded(twig: Twig): boolean {
  let below = twig;
  for (const up of ancestors(twig)) {
    if (up.node.type === "TryStatement" && below.key === "block" && up.node.handler) return true;
    below = up;
  }
  return false;
}

function isTypeof(node: Branch | undefined): boolean {
  return node?.type === "UnaryExpression" && node.operator === "typeof";
}

function isUse({ node, parent, key }: Twig): boolean {
  if (!parent) return false;
  const { type, computed } = parent.node;
  if (type === "MemberExpression" && key === "property") return computed === true;
  if (key === "key" && /^(Property|MethodDefinition|PropertyDefinition)$/.test(type)) {
    return computed === true;
  }
  if (key === "label" || type === "MetaProperty") return false;
  return node.type === "Identifier";
}

function isDeclaration(twig: Twig): boolean {
  const { parent, key } = twig;
  if (!parent) return false;
  const { type } = parent.node;
  if (type === "VariableDeclarator") return key === "id";
  if (isFunction(parent.node)) return key === "id" || key === "params";
  if (type === "ClassDeclaration" || type === "ClassExpression") return key === "id";
  if (type === "CatchClause") return key === "param";
  if (type === "AssignmentPattern") return key === "left" && isPatternPart(parent);
  if (type === "RestElement" || type === "ArrayPattern") return isPatternPart(parent);
  return type === "Property" && key === "value" && parent.parent?.node.type === "ObjectPattern" &&
    isPatternPart(parent.parent);
}

/** A pattern that declares, and does not only assign. */
function isPatternPart(twig: Twig): boolean {
  for (const up of [twig, ...ancestors(twig)]) {
    if (up.node.type === "Property") continue;
    if (!/Pattern$|^RestElement$/.test(up.node.type)) {
      return up.node.type === "VariableDeclarator" || up.node.type === "CatchClause" || isFunction(up.node);
    }
  }
  return false;
}

/** The initial value of a name that is declared once, with const. */
export function constantOf(name: string, declared: ReadonlyMap<string, Twig[]>): Branch | undefined {
  const [only, ...others] = declared.get(name) ?? [];
  const declarator = only?.parent;
  if (!declarator || others.length > 0 || declarator.node.type !== "VariableDeclarator") return undefined;
  if (declarator.parent?.node.kind !== "const" || !isNode(declarator.node.init)) return undefined;
  return declarator.node.init;
}
