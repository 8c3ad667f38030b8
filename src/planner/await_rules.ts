// Promises used as if they were their values: a missing await, seen where the value is used at once.
import { ASYNC_CALLS } from "./call_rules.ts";
import { type Fault, globalCalls, type RuleContext } from "./script_faults.ts";
import { nameOf, type Twig } from "./syntax_tree.ts";

const OF_PROMISE: ReadonlySet<string> = new Set(["then", "catch", "finally"]);

export function awaitFaults(context: RuleContext): Fault[] {
  const calls = globalCalls(context).filter(({ name }) => ASYNC_CALLS.has(name));
  return calls.flatMap(({ name, twig }) =>
    isUsedAsValue(twig) ? [missing(twig, name)] : storedFaults(twig, name, context)
  );
}

/** `const x = agent(…)`, and then `x.y`, `${x}` or `x + …`. */
function storedFaults(twig: Twig, called: string, { declared, twigs }: RuleContext): Fault[] {
  const { parent, key } = twig;
  if (parent?.node.type !== "VariableDeclarator" || key !== "init") return [];
  const name = nameOf(parent.node.id);
  if (name === undefined || (declared.get(name)?.length ?? 0) !== 1 || parent.parent?.node.kind !== "const") return [];
  const wrong = twigs.find((use) => nameOf(use.node) === name && use.node.start > twig.node.end && isUsedAsValue(use));
  return wrong ? [missing(wrong, called, name)] : [];
}

function isUsedAsValue({ parent, key, node }: Twig): boolean {
  if (!parent) return false;
  const { type } = parent.node;
  switch (type) {
    case "MemberExpression":
      return key === "object" && (parent.node.computed === true || !OF_PROMISE.has(nameOf(parent.node.property) ?? ""));
    case "TemplateLiteral":
    case "SpreadElement":
    case "BinaryExpression":
      return true;
    case "ForOfStatement":
      return key === "right" && parent.node.await !== true;
    case "IfStatement":
    case "WhileStatement":
      return key === "test" && node.type === "CallExpression";
    case "VariableDeclarator":
      return key === "init" && /Pattern$/.test((parent.node.id as { type: string }).type);
    default:
      return false;
  }
}

function missing({ node }: Twig, called: string, name?: string): Fault {
  const message = `the value of ${called}() is used before it is there: it is a promise without await`;
  const fix = name === undefined ? `(await ${called}(…))` : `const ${name} = await ${called}(…)`;
  return { severity: "error", at: node.start, message, fix };
}
