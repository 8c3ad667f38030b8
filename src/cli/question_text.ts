// A script's question as people read it, and what they type as its answer.
import type { Question } from "../run.ts";
import { approvalLines } from "./approval_text.ts";
import type { Style } from "./style.ts";
import { safeLine, safeText } from "./terminal_text.ts";

/** On one line: `Ship it? (yes, no; default: no)`. */
export function questionText(question: Question): string {
  const parts = [
    question.choices?.join(", ") ?? "",
    question.default === undefined ? "" : `default: ${question.default}`,
  ].filter(Boolean);
  return safeLine(parts.length ? `${question.text} (${parts.join("; ")})` : question.text);
}

/** Lines of a diff before the choices. */
const MOST_DETAIL_LINES = 40;

/** The question, what an agent wants to do exactly, the choices by number, and the default. */
export function questionLines(question: Question, style: Style, runId: string): string[] {
  const choices = (question.choices ?? []).map((choice, i) => `  ${i + 1}) ${safeLine(choice)}`);
  const [first = "", ...more] = safeText(question.text.trim()).split("\n");
  const howToSeeAll = `odw show ${safeLine(runId)}`;
  const detail = question.approval
    ? approvalLines(question.approval, { style, most: MOST_DETAIL_LINES, howToSeeAll })
    : [];
  const lines = [`${style("bold", "?")} ${first}`, ...more.map((line) => `  ${line}`), ...detail, ...choices];
  return question.default === undefined ? lines : [...lines, style("dim", `  Enter: ${safeLine(question.default)}`)];
}

/** A choice by its text or number, else the text as typed; null: nothing was typed and there is no default. */
export function answerOf({ choices = [], default: standard }: Question, line: string): string | null {
  const typed = line.trim();
  if (typed === "") return standard ?? null;
  const same = choices.filter((choice) => choice.toLowerCase() === typed.toLowerCase());
  if (choices.includes(typed)) return typed;
  if (same.length === 1) return same[0] ?? null;
  return (/^\d+$/.test(typed) ? choices[Number(typed) - 1] : undefined) ?? typed;
}
