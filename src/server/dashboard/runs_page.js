// All runs, newest first, live.
import { useEffect, useState } from "preact/hooks";
import { ask } from "./api.js";
import { clock, cost } from "./format.js";
import { html } from "./html.js";

const EVERY_MS = 2000;
const PAGE = 100;
const STATUSES = ["running", "waiting", "paused", "interrupted", "completed", "failed", "cancelled", "queued"];

export function RunsPage() {
  const [page, setPage] = useState(null);
  const [fault, setFault] = useState(null);
  const [status, setStatus] = useState("");
  // Where each page that was turned to began; "": with the newest run.
  const [cursors, setCursors] = useState([""]);
  const cursor = cursors.at(-1);
  useEffect(() => watch({ status, cursor }, { setPage, setFault }), [status, cursor]);
  const choose = (event) => {
    setStatus(event.target.value);
    setCursors([""]);
  };
  return html`
    <h1>Runs</h1>
    ${fault && html`<p class="fault" role="alert">${fault}; trying again</p>`}
    ${page === null && !fault && html`<p class="empty">Loading…</p>`}
    <div class="actions">
      <select aria-label="Status" value=${status} onChange=${choose}>
        <option value="">every status</option>
        ${STATUSES.map((name) => html`<option key=${name} value=${name}>${name}</option>`)}
      </select>
    </div>
    ${page?.runs.length === 0 &&
      (status === "" && cursor === ""
        ? html`<p class="empty">No run yet. <a href="#/start">Start a workflow</a>, or use odw run in a terminal.</p>`
        : html`<p class="empty">No run is ${status || "older"}.</p>`)}
    ${page?.runs.length > 0 && html`<${Table} runs=${page.runs} />`}
    ${(page?.nextCursor || cursor) && html`
      <div class="actions">
        <button disabled=${cursor === ""} onClick=${() => setCursors(cursors.slice(0, -1))}>Newer</button>
        <button disabled=${!page?.nextCursor} onClick=${() => setCursors([...cursors, page.nextCursor])}>Older</button>
      </div>
    `}
  `;
}

/** Asks for a page again and again; returns the way to stop. */
function watch({ status, cursor }, { setPage, setFault }) {
  const path = `/v1/runs?limit=${PAGE}${status && `&status=${status}`}${cursor && `&cursor=${cursor}`}`;
  let isOpen = true;
  const look = async () => {
    try {
      const found = await ask(path);
      if (isOpen) setPage(found), setFault(null);
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
}

function Table({ runs }) {
  return html`
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Status</th>
            <th scope="col" class="number">Agents done</th>
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
              <td class="number">${run.doneAgents} of ${run.agents}${run.failedAgents > 0 && html`
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
