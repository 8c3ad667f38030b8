// Options of agent(): names that odw does not know, names given twice, and values that nothing understands.
import type { Dialect } from "../run.ts";
import { nearest } from "./nearest.ts";
import { argumentsOf, type Fault, globalCalls, type RuleContext } from "./script_faults.ts";
import { type Branch, isNode, membersOf, textOf } from "./syntax_tree.ts";

const COMMON = [
  ...["label", "phase", "schema", "model", "effort", "isolation", "agentType", "stallMs", "tools", "disallowedTools"],
  ...["timeoutMs", "maxTurns", "maxTokens", "temperature", "system", "retries"],
];
const OPTIONS: Record<Dialect, string[]> = {
  meta: COMMON,
  execute: [...COMMON, "prompt", "role", "systemPrompt", "maxToolIterations", "timeout"],
};
const EFFORTS = ["low", "medium", "high", "xhigh", "max"];

export function optionFaults(context: RuleContext): Fault[] {
  const { dialect } = context.script;
  return globalCalls(context).filter(({ name }) => name === "agent").flatMap(({ call }) => {
    const [first, second] = argumentsOf(call);
    const options = dialect === "meta" ? second : first;
    const isOtherForm = dialect === "meta" && first?.type === "ObjectExpression";
    return options && !isOtherForm ? faultsOf(options, dialect) : [];
  });
}

/** Names of tools that the script gives to agents or calls itself. */
export function toolNames({ twigs }: RuleContext): string[] {
  const names = twigs.flatMap(({ node, parent }) => {
    if (node.type === "Property" && textOrName(node.key) === "tools" && isNode(node.value)) return listed(node.value);
    if (node.type !== "MemberExpression" || parent?.node.type !== "CallExpression") return [];
    const object = node.object as Branch;
    const isTools = textOrName(object) === "tools" || textOrName(object.property) === "tools";
    const name = isTools && !node.computed ? textOrName(node.property) : undefined;
    return name === undefined ? [] : name === "call" ? listed(argumentsOf(parent.node)[0]) : [name];
  });
  return [...new Set(names)];
}

function listed(node: Branch | undefined): string[] {
  const one = textOf(node);
  if (one !== undefined) return [one];
  return node?.type === "ArrayExpression" ? (node.elements as Branch[]).flatMap((item) => textOf(item) ?? []) : [];
}

function textOrName(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  return node.type === "Identifier" ? String(node.name) : textOf(node);
}

function faultsOf(options: Branch, dialect: Dialect): Fault[] {
  const known = OPTIONS[dialect];
  const seen = new Set<string>();
  return membersOf(options).flatMap(({ name, at, value }) => {
    const isTwice = seen.has(name);
    seen.add(name);
    if (isTwice) return [warning(at, `the option "${name}" is given twice: the last one counts`, null)];
    if (!known.includes(name)) return [unknownOption(name, at, known)];
    const effort = name === "effort" ? textOf(value) : undefined;
    if (effort === undefined || EFFORTS.includes(effort)) return [];
    return [warning(at, `effort must be one of ${EFFORTS.join(", ")}: "${effort}" is ignored`, `effort: "high"`)];
  });
}

function unknownOption(name: string, at: number, known: string[]): Fault {
  const near = nearest(name, known);
  const text = `agent() does not know the option "${name}": it is ignored`;
  return warning(at, near ? `${text}; did you mean ${near}?` : text, near ? `${near}: …` : null);
}

function warning(at: number, message: string, fix: string | null): Fault {
  return { severity: "warning", at, message, fix };
}
