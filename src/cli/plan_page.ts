// A plan for people: what would be done and why, what it costs, and what it asks for.
import type { Plan } from "../planner.ts";
import { estimateLines, problemLines } from "./check_page.ts";
import type { PageOptions } from "./step_page.ts";
import { safeLine } from "./terminal_text.ts";
import { pad, wrap } from "./text_width.ts";

const WAYS: Record<Plan["way"], string> = {
  author: "written for this task by the planning model",
  compose: "a built-in topology; the planning model filled in its args",
  rules: "a built-in topology; its args follow simple rules",
};

export function planPage(plan: Plan, page: PageOptions): string[] {
  const { check: { estimate, problems, tools }, choice, wants } = plan;
  const facts: [string, string][] = [
    ["Task", plan.task],
    ["Shape", `${choice.topology}. ${choice.reason}`],
    ["Script", `${plan.script.file}: ${WAYS[plan.way]}`],
    ["Args", JSON.stringify(plan.args).slice(0, 300)],
    ["Tools", tools.join(", ")],
    ["Asks for", wants.length > 0 ? `${wants.join(" ")} (not granted: give these flags to allow it)` : ""],
    ["Hash", plan.hash.slice(0, 12)],
  ];
  return [
    ...facts.filter(([, text]) => text).flatMap(([name, text]) =>
      wrap(safeLine(text), page.columns - 10)
        .map((line, index) => `${page.style("dim", pad(index === 0 ? name : "", 10))}${line}`)
    ),
    ...plan.notes.flatMap((note) => wrap(safeLine(note), page.columns - 2)).map((line) => page.style("yellow", line)),
    "",
    ...problemLines(problems, page),
    ...(estimate ? estimateLines(estimate, page) : []),
  ];
}

export function hasErrors({ check }: Plan): boolean {
  return check.estimate === null || check.problems.some(({ severity }) => severity === "error");
}
