// `meta` as a value: a pure literal is read from the syntax tree, nothing is evaluated.
import type { Expression, Node, ObjectExpression, Property, SpreadElement } from "acorn";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { ArgumentNote, Meta, ScriptSource } from "../sandbox.ts";
import { launchErrorAt } from "./launch_error.ts";

const REFUSED_KEYS = new Set(["constructor", "__proto__", "prototype"]);
const PURE = "meta must be a pure literal (strings, numbers, booleans, null, arrays and objects)";

/** Reads and checks `meta`. Throws `script_invalid` at the part that is not a literal or not as documented. */
export function readMeta(source: ScriptSource, node: Expression): Meta {
  if (node.type !== "ObjectExpression") throw refuse(source, node, describe(node));
  const literal = readObject(source, node);
  const name = requiredText(source, node, literal, "name");
  const description = requiredText(source, node, literal, "description");
  const meta: Meta = { name, description };
  if (typeof literal.whenToUse === "string") meta.whenToUse = literal.whenToUse;
  if (literal.phases !== undefined) {
    meta.phases = readPhases(source, memberNode(node, "phases") ?? node, literal.phases);
  }
  const args = readArgumentNotes(literal.args);
  if (Object.keys(args).length > 0) meta.args = args;
  return meta;
}

/** Notes for people and planners: what is not as documented is left out. */
function readArgumentNotes(given: Json | undefined): Record<string, ArgumentNote> {
  if (!isJsonObject(given)) return {};
  const notes = Object.entries(given).flatMap(([name, note]): [string, ArgumentNote][] => {
    if (!isJsonObject(note)) return [];
    const { type, description, required } = note;
    return [[name, {
      type: typeof type === "string" ? type : "string",
      description: typeof description === "string" ? description : "",
      ...(required === true ? { required } : {}),
      ...(note.default === undefined ? {} : { default: note.default }),
    }]];
  });
  return Object.fromEntries(notes);
}

function readPhases(source: ScriptSource, node: Node, phases: Json): NonNullable<Meta["phases"]> {
  const wanted = "meta.phases must be an array of { title, detail?, model? }";
  if (!Array.isArray(phases)) throw launchErrorAt(source, node.start, wanted);
  return phases.map((phase) => {
    if (typeof phase === "string") return { title: phase };
    if (!isJsonObject(phase) || typeof phase.title !== "string") throw launchErrorAt(source, node.start, wanted);
    return {
      title: phase.title,
      ...(typeof phase.detail === "string" ? { detail: phase.detail } : {}),
      ...(typeof phase.model === "string" ? { model: phase.model } : {}),
    };
  });
}

function requiredText(source: ScriptSource, node: ObjectExpression, literal: JsonObject, key: string): string {
  const value = literal[key];
  if (typeof value === "string" && value.trim() !== "") return value;
  const found = value === undefined ? "it is missing" : `found ${JSON.stringify(value)}`;
  const place = memberNode(node, key)?.value ?? node;
  throw launchErrorAt(source, place.start, `meta.${key} must be a non-empty string, ${found}`);
}

function readObject(source: ScriptSource, node: ObjectExpression): JsonObject {
  const object: JsonObject = {};
  for (const member of node.properties) {
    const key = memberKey(source, member);
    object[key] = readLiteral(source, (member as Property).value);
  }
  return object;
}

function memberKey(source: ScriptSource, member: Property | SpreadElement): string {
  if (member.type === "SpreadElement") throw refuse(source, member, "a spread");
  if (member.computed) throw refuse(source, member.key, "a computed key");
  if (member.kind !== "init" || member.method) throw refuse(source, member, "a method or accessor");
  if (member.shorthand) throw refuse(source, member, "the variable " + keyText(member));
  const key = keyText(member);
  if (!REFUSED_KEYS.has(key)) return key;
  throw launchErrorAt(source, member.key.start, `meta must not have the key ${key}: rename it`);
}

function keyText({ key }: Property): string {
  if (key.type === "Identifier") return key.name;
  return key.type === "Literal" ? String(key.value) : "";
}

function memberNode(node: ObjectExpression, key: string): Property | undefined {
  return node.properties.findLast((member): member is Property =>
    member.type === "Property" && keyText(member) === key
  );
}

function readLiteral(source: ScriptSource, node: Node): Json {
  const expression = node as Expression;
  switch (expression.type) {
    case "Literal": {
      const { value } = expression;
      if (value === null && expression.raw !== "null") throw refuse(source, expression, describe(expression));
      if (value === null || ["string", "number", "boolean"].includes(typeof value)) return value as Json;
      throw refuse(source, expression, describe(expression));
    }
    case "TemplateLiteral":
      if (expression.expressions.length > 0) throw refuse(source, expression, "a template string with ${…}");
      return expression.quasis[0]?.value.cooked ?? "";
    case "UnaryExpression":
      return readSigned(source, expression.operator, expression.argument, expression);
    case "ArrayExpression":
      return expression.elements.map((element) => {
        if (element === null) throw refuse(source, expression, "an array with a hole");
        return readLiteral(source, element);
      });
    case "ObjectExpression":
      return readObject(source, expression);
    default:
      throw refuse(source, expression, describe(expression));
  }
}

function readSigned(source: ScriptSource, operator: string, argument: Expression, node: Node): Json {
  const value = argument.type === "Literal" ? argument.value : undefined;
  if (typeof value !== "number" || (operator !== "-" && operator !== "+")) throw refuse(source, node, "an operator");
  return operator === "-" ? -value : value;
}

const WORDS: Record<string, string> = {
  Identifier: "a variable",
  CallExpression: "a call",
  NewExpression: "a call",
  MemberExpression: "a property access",
  BinaryExpression: "an operator",
  LogicalExpression: "an operator",
  ConditionalExpression: "an operator",
  SpreadElement: "a spread",
  ArrowFunctionExpression: "a function",
  FunctionExpression: "a function",
  TaggedTemplateExpression: "a tagged template",
};

function describe(node: Node): string {
  if (node.type === "Identifier") return `the variable ${(node as Node & { name: string }).name}`;
  if (node.type === "Literal") return "regex" in node ? "a regular expression" : "a BigInt";
  return WORDS[node.type] ?? node.type;
}

function refuse(source: ScriptSource, node: Node, found: string): Error {
  return launchErrorAt(source, node.start, `${PURE}, found ${found}: write the value itself here`);
}
