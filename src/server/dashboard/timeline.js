// The timeline on a canvas: a lane for each agent that was at work at the same time, by phase. Thousands of agents are a few paths.
import { useEffect, useRef } from "preact/hooks";
import { html } from "./html.js";

const LANE = 10;
const TITLE = 20;
const MOST_LANES = 40;
const STATUSES = ["completed", "failed", "running", "skipped", "interrupted", "queued"];

export function Timeline({ state, chosen, onChoose }) {
  const canvas = useRef(null);
  const layout = useRef(null);
  const version = state.version.value;
  useEffect(() => {
    layout.current = draw(canvas.current, state, chosen);
  }, [version, chosen]);
  useEffect(() => {
    const redraw = () => layout.current = draw(canvas.current, state, chosen);
    const observer = new ResizeObserver(redraw);
    observer.observe(canvas.current);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", redraw);
    return () => {
      observer.disconnect();
      scheme.removeEventListener("change", redraw);
    };
  }, []);
  const pick = (event) => {
    const box = canvas.current.getBoundingClientRect();
    const found = layout.current?.at(event.clientX - box.left, event.clientY - box.top);
    if (found) onChoose(found.id);
  };
  const label = `Timeline of ${state.steps.size} agents; the table below holds the same`;
  return html`<canvas ref=${canvas} role="img" aria-label=${label} onClick=${pick}></canvas>`;
}

/** Draws all, and gives what lies where. */
function draw(canvas, state, chosen) {
  // An effect may come when the page has gone on.
  if (!canvas) return null;
  const spans = [...state.steps.values()].filter(({ start }) => start !== null);
  const width = canvas.clientWidth;
  const now = state.lastAt ?? Date.now();
  const from = spans.reduce((least, { start }) => Math.min(least, start), Infinity);
  const to = Math.max(from + 1, spans.reduce((most, { end }) => Math.max(most, end ?? now), 0));
  const rows = lay(spans, state.phases, now);
  const height = Math.max(40, rows.height);
  const ratio = devicePixelRatio || 1;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  canvas.style.height = `${height}px`;
  const paint = canvas.getContext("2d");
  paint.scale(ratio, ratio);
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const scale = width / (to - from);
  const box = ({ step, top }) => {
    const x = (step.start - from) * scale;
    return [x, top, Math.max(1.5, ((step.end ?? now) - step.start) * scale), LANE - 3];
  };
  const colours = {
    completed: "--good",
    failed: "--bad",
    running: "--plain",
    skipped: "--warn",
    interrupted: "--warn",
    queued: "--idle",
  };
  for (const status of STATUSES) {
    paint.fillStyle = colour(colours[status]);
    paint.beginPath();
    for (const bar of rows.bars) if (bar.step.status === status) paint.rect(...box(bar));
    paint.fill();
  }
  paint.fillStyle = colour("--ink");
  paint.font = "12px system-ui, sans-serif";
  for (const { title, top, size } of rows.titles) paint.fillText(`${title} (${size})`, 6, top + 14);
  const marked = rows.bars.find(({ step }) => step.id === chosen);
  if (marked) {
    paint.strokeStyle = colour("--ink");
    paint.lineWidth = 2;
    paint.strokeRect(...box(marked));
  }
  return {
    at(x, y) {
      const hit = rows.bars.findLast((bar) => {
        const [left, top, wide, high] = box(bar);
        return x >= left - 2 && x <= left + wide + 2 && y >= top - 1 && y <= top + high + 1;
      });
      return hit?.step;
    },
  };
}

/** Each span in the first lane of its phase that is free when it starts. */
function lay(spans, phases, now) {
  const bars = [];
  const titles = [];
  let top = 4;
  for (const title of phases) {
    const members = spans.filter(({ phase }) => (phase ?? "Agents") === title).sort((a, b) => a.start - b.start);
    if (members.length === 0) continue;
    titles.push({ title, top, size: members.length });
    top += TITLE;
    const free = [];
    for (const step of members) {
      const found = free.findIndex((end) => end <= step.start);
      const lane = Math.min(found < 0 ? free.length : found, MOST_LANES - 1);
      free[lane] = Math.max(free[lane] ?? 0, step.end ?? now);
      bars.push({ step, top: top + lane * LANE });
    }
    top += free.length * LANE + 8;
  }
  return { bars, titles, height: top };
}
