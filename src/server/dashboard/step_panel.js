// One agent in full: prompt, answer, tool calls, attempts and usage.
import { useEffect, useRef, useState } from "preact/hooks";
import { ask, stepPath, tell } from "./api.js";
import { cost, shown } from "./format.js";
import { html } from "./html.js";

export function StepPanel({ run, step: id, state, onClose }) {
  state.version.value;
  const status = state.steps.get(id)?.status;
  const [step, setStep] = useState(null);
  const [fault, setFault] = useState(null);
  const pane = useRef(null);
  // On a narrow screen it stands below the table: whoever opens it is taken there, and back.
  useEffect(() => pane.current?.focus(), [id]);
  const close = () => {
    document.querySelector("tr.chosen a")?.focus();
    onClose();
  };
  useEffect(() => {
    let isOpen = true;
    setStep(null);
    ask(stepPath(run, id)).then(
      (found) => isOpen && (setStep(found), setFault(null)),
      (error) => isOpen && setFault(error.message),
    );
    return () => isOpen = false;
  }, [run, id, status]);
  const skip = () => tell(`${stepPath(run, id)}/skip`).catch((error) => setFault(error.message));
  return html`<aside class="side" aria-label="Agent" tabindex="-1" ref=${pane} onKeyDown=${(event) =>
    event.key === "Escape" && close()}>
    <div class="actions">
      <button onClick=${close}>Close</button>
      ${status === "running" && html`<button onClick=${skip}>Skip this agent</button>`}
    </div>
    ${fault && html`<p class="fault" role="alert">${fault}</p>`}
    ${!step && !fault && html`<p class="empty">Loading…</p>`}
    ${step && html`<${Step} step=${step} />`}
  </aside>`;
}

function Step({ step }) {
  const usage = step.usage &&
    `${step.usage.inputTokens} in, ${step.usage.outputTokens} out tokens, cost ${cost(step.costUsd)}`;
  const line = step.line && (step.script ? `${step.line} of ${step.script}` : step.line);
  const facts = [["Status", step.status], ["Phase", step.phase], ["Line", line], ["Model", step.model], [
    "Attempts",
    step.attempts,
  ], [
    "Usage",
    usage,
  ], ["Branch", step.worktree?.branch]].filter(([, value]) => value);
  return html`
    <h2>${step.label ?? step.id.slice(0, 8)}</h2>
    <table>
      <tbody>${facts.map(([name, value]) =>
        html`
          <tr key=${name}>
            <th scope="row">${name}</th>
            <td>${value}</td>
          </tr>
        `
      )}</tbody>
    </table>
    <h2>Prompt</h2><pre tabindex="0">${step.request.prompt}</pre>
    ${step.toolCalls.length > 0 && html`<h2>Tools</h2>${
      step.toolCalls.map((call) =>
        html`
          <details key=${call.call}>
            <summary>${call.name} <span class=${call.isError ? "failed" : "quiet"}>${call.isError === null
              ? "did not end"
              : call.isError
              ? "error"
              : "ok"}</span></summary>
            <pre>${shown(call.input)}</pre>
            <pre>${call.output ?? ""}</pre>
          </details>
        `
      )
    }`}
    ${step.error
      ? html`<h2>Error</h2><pre class="fault" tabindex="0">${step.error.message}</pre>${
        step.rawText && html`
          <h2>Last text</h2>
          <pre>${step.rawText}</pre>
        `
      }`
      : html`
        <h2>Answer</h2>
        <pre tabindex="0">${step.status === "completed" ? shown(step.value) : `(${step.status})`}</pre>
      `}
  `;
}
