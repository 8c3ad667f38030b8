// A step for people: a short form for the run's page, and everything about it.
import type { Json } from "../json.ts";
import type { Step, StepStatus } from "../run.ts";
import { cost, count, duration, localTime, plural } from "./amounts.ts";
import { errorText } from "./error_text.ts";
import type { Colour, Style } from "./style.ts";
import { safeJson, safeLine, safeStart, safeText } from "./terminal_text.ts";
import { fit, pad, widthOf, wrap } from "./text_width.ts";
import { toolCallText } from "./tool_text.ts";
import { worktreeFate } from "./worktree_text.ts";

export interface PageOptions {
  columns: number;
  style: Style;
}

const SIGNS: Record<StepStatus, [sign: string, colour: Colour]> = {
  running: ["●", "cyan"],
  completed: ["✓", "green"],
  failed: ["✗", "red"],
  skipped: ["-", "yellow"],
  interrupted: ["!", "yellow"],
};

/** Name and numbers on one line, then the beginning of prompt and answer. */
export function shortStep(step: Step, { columns, style }: PageOptions): string[] {
  const [sign, colour] = SIGNS[step.status];
  const numbers = [
    step.status === "completed" ? "" : step.status,
    step.model ?? "",
    step.toolCalls.length > 0 ? plural(step.toolCalls.length, "tool call") : "",
    step.attempts > 1 ? plural(step.attempts, "attempt") : "",
    step.usage ? `${count(step.usage.inputTokens)} in ${count(step.usage.outputTokens)} out` : "",
    step.usage ? cost(step.costUsd).replace("unknown", "cost unknown") : "",
    stepTime(step),
  ].filter(Boolean).map(safeLine).join(" · ");
  const title = stepTitle(step);
  const room = columns - 4;
  const isOneLine = widthOf(title) + widthOf(numbers) + 2 <= room;
  const head = `  ${style(colour, sign)} `;
  const titleLines = isOneLine
    ? [`${head}${pad(title, room - widthOf(numbers) - 2)}  ${style("dim", numbers)}`]
    : [`${head}${fit(title, room)}`, `      ${style("dim", fit(numbers, columns - 6))}`];
  return [...titleLines, ...excerpts(step, { columns, style })];
}

/** Everything that is known of a step. */
export function stepPage(step: Step, { columns, style }: PageOptions): string[] {
  const [sign, colour] = SIGNS[step.status];
  const { usage, request } = step;
  const facts: [string, string][] = [
    ["Step", step.id],
    ["Status", step.status],
    ["Answer", whyNoAnswer(step)],
    ["Phase", step.phase ?? ""],
    ["Line", lineText(step)],
    [
      "Model",
      [step.model ?? "", request.model && request.model !== step.model ? `(asked for ${request.model})` : ""].join(" "),
    ],
    ["Attempts", String(step.attempts)],
    ["Tokens", usage ? tokens(usage) : ""],
    ["Cost", usage ? cost(step.costUsd) : ""],
    ["Started", `${localTime(step.startedAt)}${stepTime(step) ? `, took ${stepTime(step)}` : ""}`],
    ["Options", requestOptions(step)],
    ["Worktree", worktreeText(step)],
  ];
  return [
    `${style(colour, sign)} ${style("bold", fit(stepTitle(step), columns - 2))}`,
    ...facts.filter(([, value]) => value.trim()).flatMap(([name, value]) => fact(name, value, { columns, style })),
    ...section("System", request.system ?? request.role ?? "", { columns, style }),
    ...section("Prompt", request.prompt, { columns, style }),
    ...section("Schema", request.schema === undefined ? "" : valueText(request.schema), { columns, style }),
    ...toolCalls(step, { columns, style }),
    ...section("Error", step.error ? errorText(step.error) : "", { columns, style }),
    ...section("Last reply", step.rawText ?? "", { columns, style }),
    ...section("Answer", step.status === "completed" ? valueText(step.value) || "(empty)" : "", { columns, style }),
  ];
}

/** Why the call gave the script no answer of a model; empty when it did. */
function whyNoAnswer({ status, error, attempts }: Step): string {
  switch (status) {
    case "failed":
      return `none: failed after ${plural(attempts, "attempt")}${error?.code ? ` (${error.code})` : ""}, see Error`;
    case "skipped":
      return error ? `none: ${error.message}` : "null: the agent was skipped by odw skip";
    case "interrupted":
      return "none: the run stopped while the agent worked; odw resume runs it again";
    case "running":
      return "none yet";
    case "completed":
      return "";
  }
}

/** Where the script calls it. */
function lineText({ line, script }: Step): string {
  if (line === null) return "";
  return script === null ? String(line) : `${line} of ${script}`;
}

/** Path, branch, and what became of it. */
export function worktreeText({ worktree, status }: Step): string {
  if (!worktree) return "";
  const { path, branch } = worktree;
  const fate = worktree.isKept === null
    ? status === "running" ? "in use" : "left by the interrupted agent"
    : worktreeFate(worktree);
  return `${path} on ${branch}: ${fate}`;
}

function toolCalls({ toolCalls: calls }: Step, { columns, style }: PageOptions): string[] {
  if (calls.length === 0) return [];
  const lines = calls.map((call) => {
    const text = `  ${fit(toolCallText(call), columns - 3)}`;
    return call.isError ? style("red", text) : text;
  });
  return ["", style("bold", "Tool calls"), ...lines];
}

/** `Name      value`, wrapped under itself. */
export function fact(name: string, value: string, { columns, style }: PageOptions): string[] {
  const lines = wrap(safeLine(value), columns - 10);
  return lines.map((line, i) => `${i === 0 ? style("dim", name.padEnd(10)) : " ".repeat(10)}${line}`);
}

/** A heading with a wrapped text under it; nothing when the text is empty. */
export function section(title: string, text: string, { columns, style }: PageOptions): string[] {
  if (!text) return [];
  return ["", style("bold", title), ...wrap(safeText(text.trimEnd()), columns - 2).map((line) => line && `  ${line}`)];
}

/** A text as it is, everything else as JSON. */
export function valueText(value: Json): string {
  return typeof value === "string" ? value : safeJson(value, 2);
}

function stepTitle({ label, request }: Step): string {
  return safeStart(label ?? request.agentType ?? "") || safeStart(request.prompt, 60) || "(no label)";
}

function stepTime({ startedAt, endedAt }: Step): string {
  return endedAt ? duration(Date.parse(endedAt) - Date.parse(startedAt)) : "";
}

function excerpts(step: Step, { columns, style }: PageOptions): string[] {
  const line = (name: string, text: string) => `      ${style("dim", name)} ${fit(text, columns - 7 - name.length)}`;
  const lines = [line("prompt", safeStart(step.request.prompt))];
  if (step.worktree) lines.push(line("worktree", safeLine(worktreeText(step))));
  if (step.error) lines.push(line("error ", safeStart(step.error.message)));
  if (step.status === "completed") lines.push(line("answer", answerStart(step.value)));
  return lines;
}

function answerStart(value: Json): string {
  return safeStart(typeof value === "string" ? value : JSON.stringify(value)) || "(empty)";
}

function tokens(usage: NonNullable<Step["usage"]>): string {
  const parts = [
    `${count(usage.inputTokens)} in`,
    usage.cacheReadTokens ? `(${count(usage.cacheReadTokens)} from cache)` : "",
    usage.cacheWriteTokens ? `(${count(usage.cacheWriteTokens)} to cache)` : "",
    `${count(usage.outputTokens)} out`,
    usage.reasoningTokens ? `(${count(usage.reasoningTokens)} reasoning)` : "",
  ];
  return parts.filter(Boolean).join(" ");
}

/** What the script asked for beside prompt, schema and model. */
function requestOptions({ request }: Step): string {
  const { prompt: _p, schema: _s, model: _m, system: _y, role: _r, ...rest } = request;
  const entries = Object.entries(rest).filter(([, value]) => value !== undefined);
  return entries.map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`).join(" ");
}
