// The agents as a table, with a filter; of thousands only a window is drawn.
import { useState } from "preact/hooks";
import { duration } from "./format.js";
import { html } from "./html.js";

const WINDOW = 100;

export function AgentsTable({ state, chosen, onChoose }) {
  state.version.value;
  const [words, setWords] = useState("");
  const [status, setStatus] = useState("");
  const [from, setFrom] = useState(0);
  const wanted = words.toLowerCase();
  const steps = [...state.steps.values()].filter((step) =>
    (status === "" || step.status === status) && `${step.label} ${step.phase ?? ""}`.toLowerCase().includes(wanted)
  );
  const first = Math.min(from, Math.max(0, Math.floor((steps.length - 1) / WINDOW) * WINDOW));
  const page = steps.slice(first, first + WINDOW);
  return html`
    <div class="actions">
      <input type="search" aria-label="Find agents" placeholder="Find agents" value=${words} onInput=${(event) =>
        setWords(event.target.value)} />
      <select aria-label="Status" value=${status} onChange=${(event) => setStatus(event.target.value)}>
        <option value="">every status</option>
        ${["running", "completed", "failed", "skipped", "interrupted", "queued"].map((name) =>
          html`<option key=${name} value=${name}>${name}</option>`
        )}
      </select>
    </div>
    ${steps.length === 0 &&
      html`<p class="empty">${state.steps.size === 0 ? "No agent has been called yet." : "No agent fits."}</p>`}
    ${page.length > 0 && html`
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Agent</th>
              <th scope="col">Status</th>
              <th scope="col" class="wide">Phase</th>
              <th scope="col" class="number">Time</th>
            </tr>
          </thead>
          <tbody>${page.map((step) =>
            html`
              <tr key=${step.id} class=${step.id === chosen ? "chosen" : ""}>
                <td><a href="" onClick=${(event) => (event.preventDefault(), onChoose(step.id))}>${step.label}</a>
                        ${step.tool && html`
                          <span class="quiet">${step.tool}…</span>
                        `}${step.isCached && html`
                          <span class="quiet">(recorded)</span>
                        `}</td>
                <td><span class="status ${step.status}">${step.status}</span></td>
                <td class="wide">${step.phase}</td>
                <td class="number">${step.start === null ? "" : duration((step.end ?? state.lastAt) - step.start)}</td>
              </tr>
            `
          )}</tbody>
        </table>
      </div>
    `}
    ${steps.length > WINDOW && html`
      <div class="actions">
        <button disabled=${first === 0} onClick=${() => setFrom(first - WINDOW)}>Earlier</button>
        <button disabled=${first + WINDOW >= steps.length} onClick=${() => setFrom(first + WINDOW)}>Later</button>
        <span class="quiet">${first + 1} to ${first + page.length} of ${steps.length}</span>
      </div>
    `}
  `;
}
