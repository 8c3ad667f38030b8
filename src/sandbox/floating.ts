// Calls whose value nobody takes, as `review(file);`: the realm looks at what they give, so that a rejection of a promise
// that nobody can await any more is logged. QuickJS's own tracker of rejections is not part of its WebAssembly build.
import type { Node } from "acorn";

/** Getter on the realm's Promise.prototype. */
export const FLOATING_NAME = "$odwFloating";

type Branch = Node & Record<string, unknown>;

/** Offsets behind the calls of one expression statement; none for every other node. */
export function floatingCalls(node: Node): number[] {
  return node.type === "ExpressionStatement" ? callsOf((node as Branch).expression as Branch) : [];
}

function callsOf(expression: Branch): number[] {
  const { type, operator, argument, right, consequent, alternate, callee } = expression;
  switch (type) {
    case "CallExpression":
      return (callee as Node).type === "Super" ? [] : [expression.end];
    case "ChainExpression":
      return callsOf(expression.expression as Branch);
    case "UnaryExpression":
      return operator === "void" ? callsOf(argument as Branch) : [];
    case "LogicalExpression":
      return callsOf(right as Branch);
    case "ConditionalExpression":
      return [...callsOf(consequent as Branch), ...callsOf(alternate as Branch)];
    default:
      return [];
  }
}

/** Only where nothing but closing brackets follows on the line, so that every author position stays. */
export function watchFloating(text: string, offsets: number[]): string {
  let watched = "";
  let from = 0;
  for (const at of offsets.toSorted((a, b) => a - b)) {
    if (!endsLine(text, at)) continue;
    watched += `${text.slice(from, at)}?.${FLOATING_NAME}`;
    from = at;
  }
  return watched + text.slice(from);
}

const CLOSING = /[ \t;)}\]]*(?:\/\/|\r?\n|$)/y;

function endsLine(text: string, at: number): boolean {
  CLOSING.lastIndex = at;
  return CLOSING.test(text);
}
