// What a resume needs of a run's journal: the answers that were paid for or given.
import type { DatabaseSync } from "node:sqlite";
import type { Json } from "../json.ts";
import type { EventBody, ToolOutcome } from "../run.ts";
import type { Recorded } from "../store.ts";
import { EventPages } from "./event_pages.ts";

/** Of all parts of the run. */
export function readRecorded(db: DatabaseSync, runId: string): Recorded {
  const steps = new Map<string, Json>();
  let knownCostUsd = 0;
  // A set keeps the order of insertion: what ends again moves to its end.
  const order = new Set<string>();
  const end = (key: string) => {
    order.delete(key);
    order.add(key);
  };
  const answers = new Map<string, string>();
  const toolOutcomes = new Map<string, ToolOutcome>();
  const plans: Recorded["plans"] = new Map();
  const pages = new EventPages(
    db,
    "type IN ('step_completed', 'step_failed', 'step_skipped', 'question_answered', 'tool_answered', 'script_planned')",
  );
  for (const { body } of pages.of(runId)) {
    const event = JSON.parse(body) as EventBody;
    if ("step" in event) end(event.step as string);
    if ("key" in event) end(event.key);
    if (event.type === "step_completed") {
      steps.set(event.step, event.value);
      knownCostUsd += event.costUsd ?? 0;
    }
    if (event.type === "question_answered") answers.set(event.key, event.answer);
    if (event.type === "tool_answered") toolOutcomes.set(event.key, event.outcome);
    if (event.type === "script_planned") plans.set(event.key, event.script);
  }
  return { steps, answers, toolOutcomes, plans, order: [...order], knownCostUsd };
}
