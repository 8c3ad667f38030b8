// Events without what only those read who ask for it: prompts, answers, what tools were given and gave.
import { isJsonObject, type Json } from "../json.ts";
import type { Event, EventText, ToolOutcome } from "../run.ts";

/** Of each text of a tool call, for progress views. */
const BRIEF_CHARS = 200;
/** Those that brief() changes. */
const LONG: ReadonlySet<Event["type"]> = new Set([
  "step_started",
  "step_completed",
  "tool_started",
  "tool_ended",
  "tool_answered",
]);

export function brief(event: Event): Event {
  if (event.type === "step_started") return { ...event, request: { prompt: "" } };
  if (event.type === "step_completed") return { ...event, value: null };
  if (event.type === "tool_started") return { ...event, input: briefInput(event.input) };
  if (event.type === "tool_ended") return { ...event, output: event.isError ? event.output.slice(0, BRIEF_CHARS) : "" };
  if (event.type === "tool_answered") {
    return { ...event, input: briefInput(event.input), outcome: briefOutcome(event.outcome) };
  }
  return event;
}

export function briefText(event: EventText): EventText {
  return LONG.has(event.type) ? { ...event, text: JSON.stringify(brief(JSON.parse(event.text))) } : event;
}

/** Enough to see what a tool works on: the beginnings of its input's texts. */
function briefInput(input: Json): Json {
  if (!isJsonObject(input)) return null;
  const members = Object.entries(input).map(([name, value]) => [name, briefValue(value)]);
  return Object.fromEntries(members);
}

function briefValue(value: Json): Json {
  if (typeof value === "string") return value.slice(0, BRIEF_CHARS);
  if (typeof value !== "object" || value === null) return value;
  return JSON.stringify(value).slice(0, BRIEF_CHARS);
}

function briefOutcome(outcome: ToolOutcome): ToolOutcome {
  return outcome.status === "completed" ? { status: "completed", value: null } : outcome;
}
