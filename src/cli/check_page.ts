// A check for people: problems with their mending, the numbers, and the run as a picture of bars.
import type { Check, CheckProblem, Estimate } from "../planner.ts";
import { cost, count, duration, plural } from "./amounts.ts";
import type { PageOptions } from "./step_page.ts";
import { safeLine, safeText } from "./terminal_text.ts";
import { pad, wrap } from "./text_width.ts";

const WIDEST_TITLE = 24;
const NUMBERS_WIDTH = 14;

export function checkPage(check: Check, page: PageOptions): string[] {
  const { estimate } = check;
  return [...problemLines(check.problems, page), ...(estimate ? estimateLines(estimate, page) : [])];
}

export function problemLines(problems: CheckProblem[], { columns, style }: PageOptions): string[] {
  return problems.flatMap(({ severity, place, message, fix }) => {
    const [first = "", ...source] = message.split("\n");
    const sign = severity === "error" ? style("red", "error:") : style("yellow", "warning:");
    const where = place ? `${style("bold", safeLine(place))}: ` : "";
    return [
      `${where}${sign} ${safeLine(first)}`,
      ...source.map((line) => style("dim", safeText(line))),
      ...(fix ? wrap(`instead: ${safeLine(fix)}`, columns - 2).map((line) => `  ${style("green", line)}`) : []),
      "",
    ];
  });
}

export function estimateLines(estimate: Estimate, page: PageOptions): string[] {
  const { agents, depth, inputTokens, outputTokens, costUsd, wallMs, concurrency, models } = estimate;
  const facts: [string, string][] = [
    ["Agents", `${rangeText(agents)}; the longest chain is ${plural(depth, "agent")}`],
    ["Tokens", `about ${count(inputTokens)} in, ${count(outputTokens)} out`],
    ["Cost", costUsd === null ? "unknown: a model has no price" : `about ${cost(costUsd)}`],
    ["Time", `about ${duration(wallMs)} with ${plural(concurrency, "agent")} at once`],
    ...models.map((each): [string, string] => [
      "Model",
      `${safeLine(each.model)}: ${plural(each.agents, "agent")}, ${count(each.inputTokens)} in, ` +
      `${count(each.outputTokens)} out, ${cost(each.costUsd)}`,
    ]),
  ];
  return [...facts.map(([name, text]) => `${page.style("dim", pad(name, 8))}${text}`), "", ...picture(estimate, page)];
}

/** `12`, or `3 to 40, typically 12`. */
export function rangeText({ min, typical, max }: Estimate["agents"]): string {
  return min === max ? String(typical) : `${min} to ${max}, typically ${typical}`;
}

/** One row a phase; the bar is as wide as the phase has agents, and goes on dotted to what it may have. */
function picture({ phases }: Estimate, { columns, style }: PageOptions): string[] {
  if (phases.length === 0) return ["no agents are called"];
  const titles = phases.map(({ title }) => safeLine(title ?? "(no phase)"));
  const widest = Math.min(WIDEST_TITLE, Math.max(...titles.map((title) => title.length)));
  const room = Math.max(8, columns - widest - NUMBERS_WIDTH - 3);
  const most = Math.max(...phases.map(({ max }) => max), 1);
  const scale = (agents: number) => agents === 0 ? 0 : Math.max(1, Math.round(agents / most * Math.min(room, most)));
  return phases.map(({ typical, min, max }, index) => {
    const solid = scale(typical);
    const bar = style("cyan", "■".repeat(solid)) + style("dim", "·".repeat(Math.max(0, scale(max) - solid)));
    const numbers = min === max ? String(typical) : `${typical} (${min}–${max})`;
    return `${pad(titles[index] ?? "", widest)} ${pad(numbers, NUMBERS_WIDTH, "right")}  ${bar}`;
  });
}
