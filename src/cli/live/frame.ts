// One picture of a running workflow, as lines that fit the terminal.
import type { AgentCounts, PhaseProgress, RunningAgent, RunProgress } from "./run_progress.ts";
import { cost, count, duration } from "../amounts.ts";
import type { Style } from "../style.ts";
import { safeStart } from "../terminal_text.ts";
import { fit, pad, widthOf } from "../text_width.ts";

export interface FrameSize {
  columns: number;
  rows: number;
}

const MAX_PHASES = 8;
const MAX_AGENTS = 8;
const MAX_FAILURES = 3;
/** Less columns hold nothing but the name. */
const NARROWEST = 12;

interface Drawing {
  progress: RunProgress;
  style: Style;
  /** Columns that may be used: one less than there are, so that no line wraps. */
  width: number;
  now: number;
}

/** Never more lines than `rows - 1`, never a line wider than `columns - 1`. */
export function drawFrame(
  progress: RunProgress,
  size: FrameSize,
  options: { elapsedMs: number; now: number; style: Style },
): string[] {
  const width = Math.max(1, size.columns - 1);
  const drawing: Drawing = { progress, style: options.style, width, now: options.now };
  if (width < NARROWEST) return [fit(safeStart(progress.name), width)];
  const head = headLine(drawing, duration(options.elapsedMs));
  const foot = totals(drawing);
  let room = Math.max(1, size.rows - 1) - 2;
  const take = (lines: string[]) => {
    const taken = lines.slice(0, Math.max(0, room));
    room -= taken.length;
    return taken;
  };
  const message = take(lastMessage(drawing));
  const failures = take(failureLines(drawing));
  const phases = take(phaseLines(drawing, Math.max(1, Math.ceil(room / 2))));
  const agents = take(agentLines(drawing, room));
  const lines = [head, ...phases, ...agents, ...failures, ...message, foot];
  return lines.slice(0, Math.max(1, size.rows - 1));
}

/** `12 done · 4 running · …` for a phase or a whole run; parts that are 0 are left out. */
export function agentCounts(counts: AgentCounts, style: Style): string[] {
  return [
    counts.running ? style("cyan", `${counts.running} running`) : "",
    counts.waiting ? style("dim", `${counts.waiting} waiting`) : "",
    counts.done ? style("green", `${counts.done} done`) : "",
    counts.cached ? style("dim", `${counts.cached} cached`) : "",
    counts.failed ? style("red", `${counts.failed} failed`) : "",
    counts.skipped ? style("yellow", `${counts.skipped} skipped`) : "",
  ].filter(Boolean);
}

function phaseLines(drawing: Drawing, room: number): string[] {
  const { phases } = drawing.progress;
  const most = Math.min(MAX_PHASES, room);
  const shown = phases.length <= most ? phases : visiblePhases(phases, Math.max(1, most - 1));
  const lines = alignedPhases(drawing, shown);
  if (shown.length === phases.length) return lines;
  return [drawing.style("dim", fit(`  … ${phases.length - shown.length} more phases`, drawing.width)), ...lines];
}

/** Those at work, then the newest; in their order. */
function visiblePhases(phases: PhaseProgress[], room: number): PhaseProgress[] {
  const chosen = new Set<PhaseProgress>();
  for (const phase of phases) if (phase.running && chosen.size < room) chosen.add(phase);
  for (let i = phases.length - 1; i >= 0 && chosen.size < room; i--) chosen.add(phases[i] as PhaseProgress);
  return phases.filter((phase) => chosen.has(phase));
}

/** Titles in one column, counts in the next; titles give way first. */
function alignedPhases({ style, width }: Drawing, phases: PhaseProgress[]): string[] {
  const rows = phases.map((phase) => ({
    phase,
    title: phase.title === null ? "(no phase)" : safeStart(phase.title, 200),
    counts: agentCounts(phase, style),
  }));
  const widest = Math.max(0, ...rows.map(({ counts }) => widthOf(joined(counts, width))));
  const titleRoom = Math.max(6, width - 4 - Math.min(widest, Math.floor(width * 0.6)));
  const titleWidth = Math.min(titleRoom, Math.max(0, ...rows.map(({ title }) => widthOf(title))));
  return rows.map(({ phase, title, counts }) => {
    const line = `${phaseSign(phase, style)} ${pad(title, titleWidth)}`;
    const shown = joined(counts, width - titleWidth - 4);
    return shown ? `${line}  ${shown}` : line;
  });
}

function phaseSign(phase: PhaseProgress, style: Style): string {
  if (phase.running + phase.waiting > 0) return style("cyan", "●");
  if (phase.failed > 0) return style("red", "✗");
  return phase.done + phase.cached + phase.skipped > 0 ? style("green", "✓") : style("dim", "○");
}

function agentLines(drawing: Drawing, room: number): string[] {
  const { running } = drawing.progress;
  const most = Math.min(MAX_AGENTS, room);
  if (most <= 0 || running.size === 0) return [];
  const shown: RunningAgent[] = [];
  for (const agent of running.values()) {
    if (shown.length >= (running.size > most ? most - 1 : most)) break;
    shown.push(agent);
  }
  const lines = alignedAgents(drawing, shown);
  const more = running.size - shown.length;
  return more > 0 ? [...lines, drawing.style("dim", fit(`    … ${more} more`, drawing.width))] : lines;
}

/** Label, model and time in columns; the model is left out where there is no room. */
function alignedAgents({ style, width, now }: Drawing, agents: RunningAgent[]): string[] {
  const rows = agents.map((agent) => ({
    label: safeStart(agent.label, 200),
    ...activityOf(agent),
    time: duration(now - agent.startedAt),
  }));
  const column = (texts: string[]) => Math.max(0, ...texts.map(widthOf));
  const timeWidth = column(rows.map(({ time }) => time));
  const room = width - 4 - 2 - timeWidth;
  if (room < 4) return rows.map(({ label }) => fit(`    ${label}`, width));
  const detailWidth = room < 24 ? 0 : Math.min(column(rows.map(({ detail }) => detail)), Math.floor(room * 0.4));
  const labelWidth = Math.min(column(rows.map(({ label }) => label)), detailWidth ? room - detailWidth - 2 : room);
  return rows.map(({ label, detail, colour, time }) => {
    const middle = detailWidth ? `  ${style(colour, pad(detail, detailWidth))}` : "";
    return `    ${pad(label, labelWidth)}${middle}  ${style("dim", pad(time, timeWidth, "right"))}`;
  });
}

/** Why it waits, else what it does, else which model it asks. */
function activityOf({ retry, tool, model }: RunningAgent): { detail: string; colour: "yellow" | "cyan" | "dim" } {
  if (tool) return { detail: safeStart(tool.text, 200), colour: "cyan" };
  if (retry !== null) return { detail: `again: ${safeStart(retry, 200)}`, colour: "yellow" };
  return { detail: safeStart(model, 200), colour: "dim" };
}

function failureLines({ progress, style, width }: Drawing): string[] {
  const last = progress.lastFailures.slice(-MAX_FAILURES);
  const more = progress.failureCount - last.length;
  const lines = last.map(({ label, reason }) =>
    style("red", fit(`✗ ${safeStart(label, 200)} failed: ${safeStart(reason)}`, width))
  );
  return more > 0 ? [style("red", fit(`✗ … ${more} earlier failures`, width)), ...lines] : lines;
}

function lastMessage({ progress, style, width }: Drawing): string[] {
  if (progress.standstill) return [style("yellow", fit(`■ ${safeStart(progress.standstill)}`, width))];
  if (!progress.lastLog) return [];
  const { level, message } = progress.lastLog;
  const colour = level === "error" ? "red" : level === "warn" ? "yellow" : "dim";
  return [style(colour, fit(`· ${safeStart(message)}`, width))];
}

/** What the run has come to, the most important first; what does not fit is left out. */
function totals({ progress, style, width }: Drawing): string {
  const tokens = progress.inputTokens + progress.outputTokens;
  const parts = [
    ...agentCounts(progress.total, style),
    tokens ? `${count(progress.inputTokens)} in ${count(progress.outputTokens)} out tokens` : "",
    tokens ? `cost ${cost(progress.costUsd)}` : "",
  ].filter(Boolean);
  return joined(parts, width) || fit("starting", width);
}

/** Those parts that fit, with dots between them. */
function joined(parts: string[], width: number): string {
  let line = "";
  for (const part of parts) {
    const longer = line ? `${line} · ${part}` : part;
    if (widthOf(longer) <= width) line = longer;
  }
  return line;
}

/** The run's name at the left, time and (where there is room) the run's id at the right. */
function headLine({ progress, style, width }: Drawing, time: string): string {
  const right = width >= 60 ? `${safeStart(progress.id, 40)} · ${time}` : time;
  const room = width - widthOf(right) - 1;
  const name = safeStart(progress.name);
  if (room < 4) return style("bold", fit(name, width));
  return `${style("bold", pad(name, room))} ${style("dim", right)}`;
}
