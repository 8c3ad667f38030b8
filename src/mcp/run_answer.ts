// A run as a model sees it: small, with what to do next.
import type * as z from "zod";
import type { Engine } from "../engine.ts";
import type { Event, RunRecord } from "../run.ts";
import type { McpParts } from "../mcp.ts";
import type { runOutput } from "./shapes.ts";

/** A longer result becomes a head, a file and pages. */
const WHOLE_CHARS = 10_000;
const HEAD_CHARS = 2_000;
const MOST_FAILURES = 10;

export type RunAnswer = z.output<typeof runOutput>;

export async function runAnswer(engine: Engine, record: RunRecord, parts: McpParts): Promise<RunAnswer> {
  const { id, name, status, usage, error, failures, question } = record;
  const progress = await progressOf(engine, id);
  const approval = question?.approval;
  return {
    run_id: id,
    name,
    status,
    phase: progress.phase,
    agents: progress.agents,
    cost_usd: usage.costUsd,
    ...(status === "completed" ? await resultOf(record, parts) : {}),
    ...(error
      ? { error: `${error.name}: ${error.message}` }
      : record.reason && status !== "completed"
      ? { error: record.reason }
      : {}),
    ...(failures.length > 0
      ? { failures: failures.slice(0, MOST_FAILURES).map(({ label, reason }) => `${label}: ${reason}`) }
      : {}),
    ...(status === "waiting" && question
      ? {
        question: {
          text: question.text,
          ...(question.choices ? { choices: question.choices } : {}),
          ...(approval ? { detail: approval.detail } : {}),
        },
      }
      : {}),
    next: nextOf(record),
  };
}

/** The result's text: as it is, or as JSON. */
export function resultText({ result }: RunRecord): string {
  return typeof result === "string" ? result : JSON.stringify(result, null, 2);
}

async function resultOf(record: RunRecord, parts: McpParts): Promise<Partial<RunAnswer>> {
  const text = resultText(record);
  if (text.length <= WHOLE_CHARS) return { result: record.result };
  const path = await parts.saveResult(record.id, text);
  return { result_head: text.slice(0, HEAD_CHARS), result_path: path, result_chars: text.length };
}

function nextOf({ id, status, result }: RunRecord): string {
  switch (status) {
    case "completed":
      return JSON.stringify(result ?? null).length > WHOLE_CHARS
        ? `read the file at result_path, or call workflow_result with {"run_id":"${id}","offset":${HEAD_CHARS}}`
        : "use the result";
    case "waiting":
      return `ask the user the question, then call workflow_respond with {"run_id":"${id}","answer":"…"}`;
    case "paused":
      return `tell the user why it is paused; odw resume ${id} goes on, with higher limits where a budget is used up`;
    case "interrupted":
      return `its process is gone; the user can go on with odw resume ${id}, and nothing that was done is lost`;
    case "failed":
      return "read error: correct the script or its args and start again";
    case "cancelled":
      return "start again if it is still wanted";
    default:
      return `call workflow_wait with {"run_id":"${id}"}`;
  }
}

async function progressOf(engine: Engine, id: string): Promise<Pick<RunAnswer, "phase" | "agents">> {
  const running = new Set<string>();
  const started = new Set<string>();
  const failed = new Set<string>();
  const done = new Set<string>();
  let phase: string | null = null;
  const add = (events: Event[]) => {
    for (const event of events) {
      if (event.type === "phase_started") phase = event.title;
      if (!("step" in event)) continue;
      if (event.type === "step_started") started.add(event.step), running.add(event.step);
      if (event.type === "step_completed" || event.type === "step_replayed") {
        done.add(event.step), failed.delete(event.step);
      }
      if (event.type === "step_failed") failed.add(event.step);
      if (event.type !== "step_started") running.delete(event.step);
    }
  };
  const types: Event["type"][] = [
    "phase_started",
    "step_started",
    "step_completed",
    "step_failed",
    "step_skipped",
    "step_replayed",
  ];
  await engine.follow(id, { after: 0, types, detail: "brief", live: false }, add);
  return { phase, agents: { started: started.size, done: done.size, failed: failed.size, running: running.size } };
}
