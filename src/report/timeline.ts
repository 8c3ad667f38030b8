// A run as a picture: time from left to right, a lane for each agent that was at work at the same time, coloured by outcome.
import type { Step, StepStatus } from "../run.ts";
import { xml } from "./markup.ts";
import { durationText, stepName } from "./words.ts";

const WIDTH = 960;
const LANE = 14;
const TITLE = 20;
/** Lanes of one phase at most; the rest share the last one. */
const MOST_LANES = 24;

/** An SVG element with a title and a description for those who do not see it; empty when nothing was started. */
export function timeline(steps: Step[]): string {
  const spans = steps.map(spanOf);
  const from = Math.min(...spans.map(({ start }) => start));
  const to = Math.max(...spans.map(({ end }) => end), from + 1);
  if (spans.length === 0) return "";
  const parts: string[] = [];
  let top = 0;
  for (const [phase, members] of byPhase(spans)) {
    parts.push(`<text x="0" y="${top + 14}" class="phase">${xml(`${phase} (${members.length})`)}</text>`);
    top += TITLE;
    const lanes = lanesOf(members);
    for (const { span, lane } of lanes) parts.push(bar(span, { from, to, top: top + lane * LANE }));
    top += (Math.max(...lanes.map(({ lane }) => lane)) + 1) * LANE + 8;
  }
  const summary = `${spans.length} agents in ${durationText(to - from)}`;
  return `<svg class="timeline" role="img" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}" ` +
    `xmlns="http://www.w3.org/2000/svg"><title>Timeline</title><desc>${xml(summary)}</desc>\n${
      parts.join("\n")
    }\n</svg>`;
}

interface Span {
  name: string;
  phase: string;
  status: StepStatus;
  /** Milliseconds since the epoch. */
  start: number;
  end: number;
}

function spanOf(step: Step): Span {
  const start = Date.parse(step.startedAt);
  const end = step.endedAt === null ? start : Date.parse(step.endedAt);
  return { name: stepName(step), phase: step.phase ?? "Agents", status: step.status, start, end: Math.max(start, end) };
}

function byPhase(spans: Span[]): Map<string, Span[]> {
  const phases = new Map<string, Span[]>();
  for (const span of spans) {
    const members = phases.get(span.phase);
    if (members) members.push(span);
    else phases.set(span.phase, [span]);
  }
  return phases;
}

/** Each span in the first lane that is free at its start. */
function lanesOf(spans: Span[]): { span: Span; lane: number }[] {
  const free: number[] = [];
  return [...spans].sort((a, b) => a.start - b.start).map((span) => {
    const found = free.findIndex((end) => end <= span.start);
    const lane = Math.min(found < 0 ? free.length : found, MOST_LANES - 1);
    free[lane] = Math.max(free[lane] ?? 0, span.end);
    return { span, lane };
  });
}

function bar(span: Span, { from, to, top }: { from: number; to: number; top: number }): string {
  const scale = WIDTH / (to - from);
  const x = (span.start - from) * scale;
  const width = Math.max(2, (span.end - span.start) * scale);
  const title = `${span.name}: ${span.status}, ${durationText(span.end - span.start)}`;
  const place = `x="${x.toFixed(1)}" y="${top}" width="${width.toFixed(1)}" height="${LANE - 3}"`;
  return `<rect ${place} rx="2" class="${span.status}"><title>${xml(title)}</title></rect>`;
}
