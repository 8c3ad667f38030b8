// A script as a tree that knows its parents: what the checks that need no execution read.
import type { Node } from "acorn";
import type { ParsedScript } from "../sandbox.ts";

export type Branch = Node & Record<string, unknown>;

/** A node with the way up to the root. */
export interface Twig {
  node: Branch;
  parent: Twig | null;
  /** Member of the parent that holds this node. */
  key: string;
}

/** All nodes of a script that passed Sandbox.parse, in the order of the text. */
export async function readTree(script: ParsedScript): Promise<Twig[]> {
  const { parse } = await import("acorn");
  const root = parse(script.text, {
    ecmaVersion: 2025,
    allowHashBang: true,
    sourceType: script.dialect === "meta" ? "module" : "script",
    allowReturnOutsideFunction: script.dialect === "meta",
  });
  const twigs: Twig[] = [];
  const open: Twig[] = [{ node: root as unknown as Branch, parent: null, key: "" }];
  for (let twig = open.pop(); twig; twig = open.pop()) {
    twigs.push(twig);
    open.push(...childrenOf(twig).reverse());
  }
  return twigs;
}

function childrenOf(parent: Twig): Twig[] {
  return Object.entries(parent.node).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).filter(isNode).map((node) => ({ node, parent, key }))
  );
}

export function isNode(value: unknown): value is Branch {
  return typeof value === "object" && value !== null && typeof (value as Branch).type === "string" &&
    typeof (value as Branch).start === "number";
}

/** The name of an identifier; undefined for everything else. */
export function nameOf(node: unknown): string | undefined {
  return isNode(node) && node.type === "Identifier" ? String(node.name) : undefined;
}

/** The text of a string literal or of a template without parts. */
export function textOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : undefined;
  if (node.type !== "TemplateLiteral" || (node.expressions as unknown[]).length > 0) return undefined;
  return (node.quasis as { value: { cooked?: string } }[])[0]?.value.cooked;
}

/** Members of an object literal whose names stand in the text. */
export function membersOf(node: unknown): { name: string; at: number; value: Branch }[] {
  if (!isNode(node) || node.type !== "ObjectExpression") return [];
  return (node.properties as Branch[]).flatMap((property) => {
    if (property.type !== "Property" || property.computed || !isNode(property.value)) return [];
    const name = nameOf(property.key) ?? textOf(property.key);
    return name === undefined ? [] : [{ name, at: property.start, value: property.value }];
  });
}

export function memberOf(node: unknown, name: string): Branch | undefined {
  return membersOf(node).findLast((member) => member.name === name)?.value;
}

export function isFunction(node: unknown): node is Branch {
  return isNode(node) && /^(ArrowFunctionExpression|FunctionExpression|FunctionDeclaration)$/.test(node.type);
}

/** From the twig's parent upwards. */
export function* ancestors(twig: Twig): Generator<Twig> {
  for (let up = twig.parent; up; up = up.parent) yield up;
}
