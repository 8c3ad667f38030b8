// What a syntax tree tells before the script runs: models it names, import(), calls without a taker, and whether it exports `execute`.
import type { Node } from "acorn";
import { floatingCalls } from "./floating.ts";
import { isRecord } from "./shape.ts";

export interface Scan {
  /** Values of `model: "…"`, each once, in order. */
  models: string[];
  /** Offset of the first `import(…)` or `import.meta`, or -1. */
  importAt: number;
  /** Whether `exports.…` or `module.exports…` is assigned. */
  assignsExports: boolean;
  /** See floatingCalls. */
  floating: number[];
}

/** Walks the tree with a stack of its own, so that no depth of nesting can end it. */
export function scanTree(roots: Node[]): Scan {
  const models = new Set<string>();
  const scan: Scan = { models: [], importAt: -1, assignsExports: false, floating: [] };
  const open: Node[] = roots.toReversed();
  for (let node = open.pop(); node; node = open.pop()) {
    const model = modelOf(node);
    if (model !== undefined) models.add(model);
    if ((node.type === "ImportExpression" || node.type === "MetaProperty") && isImport(node)) {
      if (scan.importAt < 0 || node.start < scan.importAt) scan.importAt = node.start;
    }
    if (node.type === "AssignmentExpression") scan.assignsExports ||= isExports((node as Branch).left);
    scan.floating.push(...floatingCalls(node));
    pushChildren(open, node);
  }
  scan.models = [...models];
  return scan;
}

type Branch = Node & Record<string, unknown>;

function pushChildren(open: Node[], node: Node): void {
  const before = open.length;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) open.push(child);
  }
  // The stack gives the last one first: turn this node's children around to read the text in order.
  for (let from = before, to = open.length - 1; from < to; from++, to--) {
    [open[from], open[to]] = [open[to] as Node, open[from] as Node];
  }
}

function modelOf(node: Node): string | undefined {
  if (node.type !== "Property") return undefined;
  const { key, value, computed } = node as Branch;
  if (computed || nameOf(key) !== "model" || !isNode(value)) return undefined;
  const { value: literal, expressions, quasis } = value as Branch;
  if (value.type === "Literal" && typeof literal === "string") return literal;
  if (value.type !== "TemplateLiteral" || !Array.isArray(expressions) || expressions.length > 0) return undefined;
  const cooked = Array.isArray(quasis) ? quasis[0]?.value?.cooked : undefined;
  return typeof cooked === "string" ? cooked : undefined;
}

function isImport(node: Node): boolean {
  return node.type === "ImportExpression" || nameOf((node as Branch).meta) === "import";
}

/** `exports.x`, `module.exports`, `module.exports.x`, also with brackets. */
function isExports(target: unknown): boolean {
  if (!isNode(target) || target.type !== "MemberExpression") return false;
  const { object, property } = target as Branch;
  if (nameOf(object) === "exports") return true;
  return (nameOf(object) === "module" && nameOf(property) === "exports") || isExports(object);
}

function nameOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  const { name, value } = node as Branch;
  if (node.type === "Identifier") return String(name);
  return node.type === "Literal" ? String(value) : undefined;
}

function isNode(value: unknown): value is Node {
  return isRecord(value) && typeof value.type === "string" && typeof value.start === "number";
}
