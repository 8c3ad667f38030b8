// Loops around agent() that nothing ends.
import { ASYNC_CALLS } from "./call_rules.ts";
import { type Fault, globalCalls, type RuleContext } from "./script_faults.ts";
import { ancestors, type Branch, isFunction, isNode, type Twig } from "./syntax_tree.ts";

export function loopFaults(context: RuleContext): Fault[] {
  const calls = globalCalls(context).filter(({ name }) => ASYNC_CALLS.has(name));
  return context.twigs.filter((twig) => isEndless(twig.node) && !canLeave(twig, context)).flatMap((loop) => {
    const inside = calls.find(({ twig }) => [...ancestors(twig)].includes(loop));
    if (!inside) return [];
    const message = `this loop calls ${inside.name}() without end: nothing in it breaks, returns or throws`;
    return [{
      severity: "error" as const,
      at: loop.node.start,
      message,
      fix: "for (let round = 1; round <= 5; round++) { … }",
    }];
  });
}

function isEndless({ type, test }: Branch): boolean {
  if (type === "ForStatement") return !isNode(test) || isTrue(test);
  return (type === "WhileStatement" || type === "DoWhileStatement") && isNode(test) && isTrue(test);
}

function isTrue(test: Branch): boolean {
  return test.type === "Literal" && Boolean(test.value);
}

function canLeave(loop: Twig, { twigs }: RuleContext): boolean {
  return twigs.some((twig) => {
    if (!/^(BreakStatement|ReturnStatement|ThrowStatement)$/.test(twig.node.type)) return false;
    const path = [...ancestors(twig)];
    const end = path.indexOf(loop);
    if (end < 0) return false;
    const between = path.slice(0, end).map(({ node }) => node);
    if (between.some(isFunction)) return false;
    const isPlainBreak = twig.node.type === "BreakStatement" && !twig.node.label;
    return !isPlainBreak || !between.some(({ type }) => /^(For|While|DoWhile|Switch)/.test(type));
  });
}
