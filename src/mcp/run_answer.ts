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

export interface AnswerOptions {
  parts: McpParts;
  /** The model may answer the run's question; else the user has to, by these words. */
  approveBy?: string | null;
}

export async function runAnswer(
  engine: Engine,
  record: RunRecord,
  { parts, approveBy = null }: AnswerOptions,
): Promise<RunAnswer> {
  const { id, name, status, usage } = record;
  const progress = await progressOf(engine, id);
  const result = status === "completed" ? await resultOf(record, parts) : {};
  return {
    run_id: id,
    name,
    status,
    phase: progress.phase,
    agents: progress.agents,
    cost_usd: usage.costUsd,
    ...result,
    ...troubleOf(record),
    ...questionOf(record),
    next: nextOf(record, { isLong: "result_head" in result, path: result.result_path, approveBy }),
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
  const place = path === null ? {} : { result_path: path };
  return { result_head: text.slice(0, HEAD_CHARS), ...place, result_chars: text.length };
}

function troubleOf({ error, reason, status, failures }: RunRecord): Partial<RunAnswer> {
  const said = error ? `${error.name}: ${error.message}` : status === "completed" ? null : reason;
  const lines = failures.slice(0, MOST_FAILURES).map(({ label, reason }) => `${label}: ${reason}`);
  const more = failures.length - lines.length;
  if (more > 0) lines.push(`and ${more} more`);
  return { ...(said ? { error: said } : {}), ...(lines.length > 0 ? { failures: lines } : {}) };
}

function questionOf({ status, question }: RunRecord): Partial<RunAnswer> {
  if (status !== "waiting" || !question) return {};
  const { text, choices, approval } = question;
  return {
    question: { text, ...(choices ? { choices } : {}), ...(approval ? { detail: approval.detail } : {}) },
  };
}

interface NextOptions {
  isLong: boolean;
  path: string | undefined;
  approveBy: string | null;
}

function nextOf({ id, status }: RunRecord, { isLong, path, approveBy }: NextOptions): string {
  switch (status) {
    case "completed":
      if (!isLong) return "use the result";
      return `${path === undefined ? "call" : "read the file at result_path, or call"} workflow_result with ` +
        `{"run_id":"${id}","offset":${HEAD_CHARS}}`;
    case "waiting":
      if (approveBy !== null) return `ask the user to approve it in a terminal: ${approveBy}; then call workflow_wait`;
      return `ask the user the question, then call workflow_respond with {"run_id":"${id}","answer":"…"}`;
    case "paused":
      return `tell the user why it is paused; if they want it to go on, call workflow_start with {"resume":"${id}"}, or they run ` +
        `odw resume ${id}, with higher limits where a budget is used up`;
    case "interrupted":
      return `its process is gone, and nothing that was done is lost; call workflow_start with {"resume":"${id}"} to go on, or the ` +
        `user runs odw resume ${id}`;
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
