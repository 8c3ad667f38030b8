// Calls that can never work: promises where functions are wanted, stages that are called, the other dialect's forms.
import { argumentsOf, type Fault, globalCalls, type RuleContext } from "./script_faults.ts";
import { type Branch, isFunction, isNode, memberOf, membersOf, nameOf, textOf } from "./syntax_tree.ts";
import { constantOf } from "./names.ts";

/** Functions of odw that give a promise. */
export const ASYNC_CALLS: ReadonlySet<string> = new Set([
  ...["agent", "parallel", "pipeline", "workflow", "verify", "judge", "untilDry", "race", "summarize", "plan"],
  ...["replan", "ask"],
]);

export function callFaults(context: RuleContext): Fault[] {
  const isMeta = context.script.dialect === "meta";
  return globalCalls(context).flatMap(({ name, call }) => {
    switch (name) {
      case "parallel":
      case "race":
        return isMeta ? fanOutFaults(name, call, context) : [];
      case "pipeline":
        return stageFaults(call, context);
      case "agent":
        return isMeta ? metaAgentFaults(call, context) : executeAgentFaults(call);
      case "args":
      case "budget":
        return isMeta ? [calledValue(name, call)] : [];
      default:
        return [];
    }
  });
}

/** `args.x` and `budget.x` in dialect B, where both are functions. */
export function valueFaults({ script, twigs, isGlobal }: RuleContext): Fault[] {
  if (script.dialect !== "execute") return [];
  return twigs.flatMap(({ node }) => {
    const name = node.type === "MemberExpression" ? nameOf(node.object) : undefined;
    if (name !== "args" && name !== "budget" || !isGlobal(name)) return [];
    return [fault(node, `${name} is a function in this dialect`, `${name}().${nameOf(node.property) ?? "…"}`)];
  });
}

function fanOutFaults(name: string, call: Branch, context: RuleContext): Fault[] {
  const [list, second] = argumentsOf(call);
  if (!list) return [fault(call, `${name}() needs an array of functions`, `${name}([() => agent("…")])`)];
  const wrong = `${name}() expects an array of functions, not promises: wrap each call`;
  if (isFunction(list) || isFunction(second)) {
    return [fault(list, `${name}() expects an array of functions`, `${name}([() => agent("…"), () => agent("…")])`)];
  }
  const shown = resolved(list, context);
  if (shown?.type === "ArrayExpression") {
    const elements = (shown.elements as (Branch | null)[]).filter(isNode);
    return elements.filter((item) => isCallOfAsync(item, context) || isPlainValue(item)).slice(0, 3)
      .map((item) => fault(item, wrong, `() => ${textAt(item, context)}`));
  }
  const given = shown && mappedValue(shown);
  if (!given || !isCallOfAsync(given, context)) return [];
  return [fault(given, wrong, `${name}(items.map((item) => () => ${textAt(given, context)}))`)];
}

/** What `list.map(callback)` makes of each item, where the text shows it. */
function mappedValue(node: Branch): Branch | undefined {
  const callee = node.type === "CallExpression" ? node.callee as Branch : undefined;
  if (callee?.type !== "MemberExpression" || nameOf(callee.property) !== "map") return undefined;
  const [callback] = argumentsOf(node);
  if (!isFunction(callback)) return undefined;
  const body = callback.body as Branch;
  // An async callback gives a promise whatever it returns.
  if (callback.async) return firstCall(body);
  if (body.type !== "BlockStatement") return body;
  const last = (body.body as Branch[]).findLast((statement) => statement.type === "ReturnStatement");
  return isNode(last?.argument) ? last.argument : undefined;
}

function firstCall(body: Branch): Branch | undefined {
  if (body.type === "AwaitExpression") return body.argument as Branch;
  if (body.type !== "BlockStatement") return body;
  const last = (body.body as Branch[]).findLast((statement) => statement.type === "ReturnStatement");
  const value = last?.argument;
  if (!isNode(value)) return undefined;
  return value.type === "AwaitExpression" ? value.argument as Branch : value;
}

function stageFaults(call: Branch, context: RuleContext): Fault[] {
  const [, ...stages] = argumentsOf(call);
  const listed = stages[0]?.type === "ArrayExpression" ? stages[0].elements as Branch[] : stages;
  return listed.filter((stage) => isNode(stage) && isCallOfAsync(stage, context)).map((stage) =>
    fault(
      stage,
      "pipeline() stages must be functions: this stage is called at once, and its promise is passed",
      `(previous, item) => ${textAt(stage, context)}`,
    )
  );
}

function metaAgentFaults(call: Branch, context: RuleContext): Fault[] {
  const [prompt, options] = argumentsOf(call);
  if (prompt?.type === "ObjectExpression" && memberOf(prompt, "prompt")) {
    const text =
      "agent() takes the prompt first in this dialect; one object is the form of module.exports = { execute }";
    return [
      fault(
        prompt,
        text,
        `agent(prompt, { ${
          membersOf(prompt).filter(({ name }) => name !== "prompt").map(({ name }) => name).join(", ")
        } })`,
      ),
    ];
  }
  const schema = options && resolved(memberOf(options, "schema"), context);
  return schema ? schemaFaults(schema) : [];
}

function schemaFaults(schema: Branch): Fault[] {
  const wanted = `schema: { type: "object", properties: { items: { type: "array", items: … } }, required: ["items"] }`;
  if (schema.type === "ArrayExpression") {
    return [fault(schema, "the root of a schema must be an object: an array is not one", wanted)];
  }
  if (schema.type !== "ObjectExpression") return [];
  const type = textOf(memberOf(schema, "type"));
  if (type !== undefined && type !== "object") {
    return [fault(schema, `the root of a schema must be an object, found type "${type}"`, wanted)];
  }
  const members = membersOf(schema);
  const isShorthand = members.length > 0 && type === undefined &&
    members.every(({ value }) => SHORT.has(textOf(value) ?? ""));
  if (!isShorthand) return [];
  return [fault(schema, "this schema is the shorthand of the other dialect: write JSON Schema", wanted)];
}

const SHORT: ReadonlySet<string> = new Set(["string", "number", "integer", "boolean", "array", "object"]);

function executeAgentFaults(call: Branch): Fault[] {
  const [first] = argumentsOf(call);
  if (first && (textOf(first) !== undefined || first.type === "TemplateLiteral")) {
    return [fault(first, "agent() takes one object in this dialect, found a text", "agent({ prompt: … })")];
  }
  if (first?.type !== "ObjectExpression") return [];
  const hasSpread = (first.properties as Branch[]).some(({ type }) => type === "SpreadElement");
  if (hasSpread || memberOf(first, "prompt")) return [];
  return [fault(first, "agent() needs a prompt", "agent({ prompt: … })")];
}

function calledValue(name: string, call: Branch): Fault {
  const fix = name === "args" ? "args" : "budget.remaining()";
  return fault(call, `${name} is a value in this dialect, not a function`, fix);
}

function isCallOfAsync(node: Branch, { isGlobal }: RuleContext): boolean {
  const name = node.type === "CallExpression" ? nameOf(node.callee) : undefined;
  return name !== undefined && ASYNC_CALLS.has(name) && isGlobal(name);
}

function isPlainValue(node: Branch): boolean {
  return /^(Literal|TemplateLiteral|ObjectExpression)$/.test(node.type);
}

function resolved(node: Branch | undefined, { declared }: RuleContext): Branch | undefined {
  const name = nameOf(node);
  return name === undefined ? node : constantOf(name, declared);
}

function textAt(node: Branch, { script }: RuleContext): string {
  const text = script.text.slice(node.start, node.end).replace(/\s+/g, " ");
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function fault(node: Branch, message: string, fix: string): Fault {
  return { severity: "error", at: node.start, message, fix };
}
