// From a task to a plan that is approved: what was shown is what runs.
import { useState } from "preact/hooks";
import { ask } from "./api.js";
import { cost, count, duration } from "./format.js";
import { html } from "./html.js";

export function PlanPage() {
  const [task, setTask] = useState("");
  const [plan, setPlan] = useState(null);
  const [isPlanning, setPlanning] = useState(false);
  const [fault, setFault] = useState(null);
  const attempt = async (work) => {
    setFault(null);
    try {
      await work();
    } catch (error) {
      setFault(error.message);
    }
  };
  const make = async (event) => {
    event.preventDefault();
    setPlanning(true);
    setPlan(null);
    await attempt(async () => setPlan(await ask("/v1/plans", { task })));
    setPlanning(false);
  };
  const approve = () =>
    attempt(async () => {
      const run = await ask("/v1/runs", { plan });
      location.hash = `#/run/${run.id}`;
    });
  return html`
    <h1>Plan a task</h1>
    <form onSubmit=${make}>
      <label><span>What shall be done?</span><textarea value=${task} onInput=${(event) =>
        setTask(event.target.value)}></textarea></label>
      <div class="actions"><button class="main" disabled=${isPlanning || task.trim() === ""}>${isPlanning
        ? "Planning…"
        : "Plan"}</button></div>
    </form>
    ${fault && html`<p class="fault" role="alert">${fault}</p>`}
    ${plan && html`<${Plan} plan=${plan} onApprove=${approve} />`}
  `;
}

function Plan({ plan, onApprove }) {
  const { estimate, problems, tools } = plan.check;
  const faults = problems.filter(({ severity }) => severity === "error");
  const facts = [
    ["Topology", `${plan.choice.topology}: ${plan.choice.reason}`],
    ["Agents", estimate && `${estimate.agents.min} to ${estimate.agents.max}, typically ${estimate.agents.typical}`],
    ["Tokens", estimate && `${count(estimate.inputTokens)} in, ${count(estimate.outputTokens)} out`],
    ["Cost", estimate && cost(estimate.costUsd)],
    ["Time", estimate && duration(estimate.wallMs)],
    ["Models", estimate?.models.map(({ model }) => model).join(", ")],
    ["Tools", tools.join(", ")],
    ["Wants", plan.wants.join(" ")],
  ].filter(([, value]) => value);
  return html`<section aria-label="The plan">
    <h2>Plan</h2>
    <table><tbody>${
    facts.map(([name, value]) =>
      html`
        <tr key=${name}>
          <th scope="row">${name}</th>
          <td>${value}</td>
        </tr>
      `
    )
  }</tbody></table>
    ${plan.notes.map((note, i) => html`<p class="notice" key=${i}>${note}</p>`)}
    ${
    plan.wants.length > 0 &&
    html`<p class="notice">A run from here gets what odw serve was started with, and not more.</p>`
  }
    ${problems.map(({ message, place, fix }, i) => html`<p class="fault" key=${i}>${place} ${message} ${fix}</p>`)}
    <details open><summary>What runs</summary><pre tabindex="0">${plan.script.text}

args = ${JSON.stringify(plan.args, null, 2)}</pre></details>
    <div class="actions"><button class="main" disabled=${
    faults.length > 0
  } onClick=${onApprove}>Approve and run</button></div>
  </section>`;
}
