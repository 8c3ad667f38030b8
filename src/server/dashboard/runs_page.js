// All runs, newest first, live.
import { useEffect, useState } from "preact/hooks";
import { ask } from "./api.js";
import { clock, cost } from "./format.js";
import { html } from "./html.js";

const EVERY_MS = 2000;

export function RunsPage() {
  const [runs, setRuns] = useState(null);
  const [fault, setFault] = useState(null);
  useEffect(() => {
    let isOpen = true;
    const look = async () => {
      try {
        const found = await ask("/v1/runs?limit=200");
        if (isOpen) setRuns(found.runs), setFault(null);
      } catch (error) {
        if (isOpen) setFault(error.message);
      }
    };
    look();
    const timer = setInterval(look, EVERY_MS);
    return () => {
      isOpen = false;
      clearInterval(timer);
    };
  }, []);
  return html`
    <h1>Runs</h1>
    ${fault && html`<p class="fault" role="alert">${fault}; trying again</p>`}
    ${runs === null && !fault && html`<p class="empty">Loading…</p>`}
    ${runs?.length === 0 &&
      html`<p class="empty">No run yet. <a href="#/start">Start a workflow</a>, or use odw run in a terminal.</p>`}
    ${runs?.length > 0 && html`<${Table} runs=${runs} />`}
  `;
}

function Table({ runs }) {
  return html`
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Status</th>
            <th scope="col" class="number">Agents</th>
            <th scope="col" class="number">Cost</th>
            <th scope="col" class="wide">Started</th>
            <th scope="col" class="wide">Run</th>
          </tr>
        </thead>
        <tbody>${runs.map((run) =>
          html`
            <tr key=${run.id}>
              <td><a href="#/run/${run.id}">${run.name}</a>${run.reason &&
                html`<div class="quiet">${run.reason}</div>`}</td>
              <td><span class="status ${run.status}">${run.status}</span></td>
              <td class="number">${run.agents}${run.failedAgents > 0 && html`
                <span class="failed">(${run.failedAgents} failed)</span>
              `}</td>
              <td class="number">${cost(run.costUsd)}</td>
              <td class="wide">${clock(run.startedAt)}</td>
              <td class="wide quiet">${run.id}</td>
            </tr>
          `
        )}</tbody>
      </table>
    </div>
  `;
}
