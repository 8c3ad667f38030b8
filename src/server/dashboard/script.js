// The run's script, with the lines whose agents are at work and how many they are.
import { useEffect, useMemo, useState } from "preact/hooks";
import { html } from "./html.js";

export function Script({ run, state }) {
  state.version.value;
  const [text, setText] = useState(null);
  useEffect(() => {
    fetch(`/v1/runs/${run}/script`).then((response) => response.text()).then(
      setText,
      () => setText("(cannot be read)"),
    );
  }, [run]);
  const running = [...state.steps.values()].filter(({ status }) => status === "running");
  const { counts, others, titles } = placesOf(running);
  // Of thousands of events few move an agent to another line: only then the script is drawn anew.
  const places = JSON.stringify([[...counts], titles]);
  const lines = useMemo(() => text === null ? [] : linesOf(text, { counts, titles }), [text, places]);
  if (text === null) return html`<p class="empty">Loading…</p>`;
  return html`
    <p class="quiet">${summaryOf(counts, others)}</p>
    <pre class="script" tabindex="0" role="region" aria-label="Script">${lines}</pre>
  `;
}

/** Agents by line of this script; how many belong to other scripts; the phases of those whose line is not recorded. */
function placesOf(running) {
  const counts = new Map();
  const titles = new Set();
  let others = 0;
  for (const { line, script, phase } of running) {
    if (script) others++;
    else if (line) counts.set(line, (counts.get(line) ?? 0) + 1);
    else if (phase) titles.add(phase);
  }
  return { counts, others, titles: [...titles] };
}

function linesOf(text, { counts, titles }) {
  const names = (line) => titles.some((title) => line.includes(JSON.stringify(title)) || line.includes(`'${title}'`));
  return text.split("\n").map((line, i) => {
    const count = counts.get(i + 1);
    if (count) {
      return html`<span key=${i} class="now">${line} <mark>${agents(count)} at work</mark></span>`;
    }
    return html`<span key=${i} class=${names(line) ? "now" : ""}>${line}</span>`;
  });
}

function summaryOf(counts, others) {
  const lines = [...counts].sort(([a], [b]) => a - b).map(([line, count]) => `line ${line} (${agents(count)})`);
  if (others > 0) lines.push(`${agents(others)} of child workflows`);
  return lines.length > 0 ? `At work: ${lines.join(", ")}` : "No line of it has an agent at work.";
}

function agents(count) {
  return count === 1 ? "1 agent" : `${count} agents`;
}
