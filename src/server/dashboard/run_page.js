// One run: counters, timeline, agents, failures, log, script, and what can be done with it.
import { useEffect, useMemo, useState } from "preact/hooks";
import { ask, follow, tell } from "./api.js";
import { AgentsTable } from "./agents_table.js";
import { cost, count, duration, shown } from "./format.js";
import { Graph } from "./graph.js";
import { html } from "./html.js";
import { Question } from "./question.js";
import { createRunState, tally } from "./run_state.js";
import { Script } from "./script.js";
import { StepPanel } from "./step_panel.js";
import { Timeline } from "./timeline.js";

const STEADY = new Set(["completed", "failed", "cancelled"]);

export function RunPage({ id }) {
  const [run, setRun] = useState(null);
  const [fault, setFault] = useState(null);
  const [link, setLink] = useState("connecting");
  const [chosen, setChosen] = useState(null);
  const [part, setPart] = useState(0);
  const state = useMemo(createRunState, [id, part]);
  const look = () =>
    ask(`/v1/runs/${id}`).then((found) => (setRun(found), setFault(null)), (error) => setFault(error.message));
  useEffect(() => {
    look();
    return follow(id, {
      onEvent(event) {
        state.add(event);
        if (event.type.startsWith("run_") || event.type === "question_answered") look();
      },
      onState(now) {
        setLink(now);
        if (now !== "connecting") look();
      },
    });
  }, [id, part]);
  const act = async (work) => {
    try {
      await work();
      setFault(null);
    } catch (error) {
      setFault(error.message);
    }
    await look();
  };
  const resume = () =>
    act(async () => {
      await ask(`/v1/runs/${id}/resume`, {});
      setPart(part + 1);
    });
  if (!run) return fault ? html`<p class="fault" role="alert">${fault}</p>` : html`<p class="empty">Loading…</p>`;
  return html`
    <h1>${run.name} <span class="status ${run.status}">${run.status}</span></h1>
    <p class="quiet" role="status">${id} · ${link === "live"
      ? "live"
      : link === "over"
      ? "up to date"
      : "connecting…"}</p>
    ${fault && html`<p class="fault" role="alert">${fault}</p>`}
    ${run.reason && !STEADY.has(run.status) && html`<p class="notice">${run.reason}</p>`}
    <${Actions} run=${run} act=${act} resume=${resume} />
    ${run.status === "waiting" && run.question &&
      html`<${Question} run=${id} question=${run.question} onAnswered=${() => (look(), setPart(part + 1))} />`}
    <${Counters} run=${run} state=${state} />
    <${Outcome} run=${run} />
    <div class="split ${chosen ? "open" : ""}">
      <div>
        <h2>Timeline</h2>
        <${Timeline} state=${state} chosen=${chosen} onChoose=${setChosen} />
        <h2>Agents</h2>
        <${AgentsTable} state=${state} chosen=${chosen} onChoose=${setChosen} />
      </div>
      ${chosen && html`<${StepPanel} run=${id} step=${chosen} state=${state} onClose=${() => setChosen(null)} />`}
    </div>
    <${Sections} run=${run} state=${state} />
  `;
}

function Actions({ run, act, resume }) {
  const button = (text, work, isUsable) => html`<button onClick=${work} disabled=${!isUsable}>${text}</button>`;
  const steer = (name) => () => act(() => tell(`/v1/runs/${run.id}/${name}`));
  return html`<div class="actions" role="group" aria-label="Steer the run">
    ${button("Pause", steer("pause"), run.status === "running" || run.status === "waiting")}
    ${button("Resume", resume, !run.isOwned && run.status !== "completed")}
    ${button("Cancel", steer("cancel"), !STEADY.has(run.status))}
  </div>`;
}

function Counters({ run, state }) {
  state.version.value;
  const counts = tally(state);
  const took = run.durationMs ?? (state.startedAt ? (state.lastAt ?? state.startedAt) - state.startedAt : 0);
  const minutes = Math.max(took, 1) / 60_000;
  const tokens = Math.max(state.inputTokens + state.outputTokens, run.usage.inputTokens + run.usage.outputTokens);
  const expected = run.estimate;
  const beside = (name, estimate) => expected ? `${name}, expected ${estimate}` : name;
  const cards = [
    [beside("Agents", expected?.agents.typical), state.steps.size],
    ["At work", counts.running],
    ["Done", counts.completed],
    ["Failed", counts.failed],
    [beside("Tokens", expected && count(expected.inputTokens + expected.outputTokens)), count(tokens)],
    [beside("Cost", expected && cost(expected.costUsd)), cost(STEADY.has(run.status) ? run.costUsd : state.costUsd)],
    [beside("Time", expected && duration(expected.wallMs)), duration(took)],
    ["Agents a minute", ((counts.completed + counts.failed) / minutes).toFixed(0)],
  ];
  return html`<div class="cards">${
    cards.map(([name, value]) => html`<div class="card" key=${name}><b>${value}</b><span>${name}</span></div>`)
  }</div>`;
}

function Outcome({ run }) {
  if (run.status === "completed") {
    return html`
      <h2>Answer</h2>
      <pre>${shown(run.result)}</pre>
    `;
  }
  if (run.error) {
    return html`
      <h2>Error</h2>
      <pre class="fault">${run.error.name}: ${run.error.message}${run.error.stack ? `\n${run.error.stack}` : ""}</pre>
    `;
  }
  return null;
}

function Sections({ run, state }) {
  state.version.value;
  return html`
    <h2>Failures</h2>
    ${state.failures.length === 0
      ? html`<p class="quiet">None.</p>`
      : html`<ul>${
        state.failures.map(({ label, reason }, i) =>
          html`<li key=${i}><b>${label}</b>: <span class="fault">${reason}</span></li>`
        )
      }</ul>`}
    <h2>Log</h2>
    ${state.log.length === 0
      ? html`<p class="quiet">Nothing was logged.</p>`
      : html`<ol class="log" tabindex="0" aria-label="Log">${
        state.log.map((line) =>
          html`<li key=${line.seq} class=${line.level}><time>${
            new Date(line.at).toLocaleTimeString()
          }</time> ${line.message}</li>`
        )
      }</ol>`}
    <${Opened} title="Graph of calls">${() => html`<${Graph} run=${run.id} />`}<//>
    <${Opened} title="Script">${() => html`<${Script} run=${run.id} state=${state} />`}<//>
  `;
}

/** What is not open costs nothing. */
function Opened({ title, children: content }) {
  const [isOpen, setOpen] = useState(false);
  return html`<details onToggle=${(event) => setOpen(event.currentTarget.open)}>
    <summary>${title}</summary>
    ${isOpen && content()}
  </details>`;
}
