// Starts a saved workflow: its arguments as a form where it declares them, as JSON always.
import { useEffect, useState } from "preact/hooks";
import { ask } from "./api.js";
import { html } from "./html.js";

export function StartPage() {
  const [workflows, setWorkflows] = useState(null);
  const [name, setName] = useState("");
  const [fields, setFields] = useState({});
  const [json, setJson] = useState("");
  const [model, setModel] = useState("");
  const [fault, setFault] = useState(null);
  useEffect(() => {
    ask("/v1/workflows").then(
      ({ workflows }) => (setWorkflows(workflows), setName(workflows[0]?.name ?? "")),
      (error) => setFault(error.message),
    );
  }, []);
  const workflow = workflows?.find((one) => one.name === name);
  const start = async (event) => {
    event.preventDefault();
    try {
      const args = argsOf(json, fields, workflow.args ?? {});
      const run = await ask("/v1/runs", { name, ...(args === undefined ? {} : { args }), ...(model ? { model } : {}) });
      location.hash = `#/run/${run.id}`;
    } catch (error) {
      setFault(error.message);
    }
  };
  const field = (key) => (event) => setFields({ ...fields, [key]: event.target.value });
  return html`
    <h1>Start a workflow</h1>
    ${fault && html`<p class="fault" role="alert">${fault}</p>`}
    ${workflows === null && !fault && html`<p class="empty">Loading…</p>`}
    ${workflows?.length === 0 && html`<p class="empty">No workflow is saved: odw workflows init makes one.</p>`}
    ${workflow && html`<form onSubmit=${start}>
      <label><span>Workflow</span><select value=${name} onChange=${(
      event,
    ) => (setName(event.target.value), setFields({}))}>
        ${workflows.map((one) => html`<option key=${one.name} value=${one.name}>${one.name}</option>`)}</select></label>
      <p class="quiet">${workflow.description}</p>
      ${
      Object.entries(workflow.args ?? {}).map(([key, { type, description, required }]) =>
        html`<label key=${key}>
        <span>${key} (${type}${required ? ", required" : ""}): ${description}</span>
        <input type="text" value=${fields[key] ?? ""} onInput=${field(key)} /></label>`
      )
    }
      <label><span>Args as JSON or text${workflow.args ? "; members here come on top of the fields" : ""}</span>
        <textarea value=${json} onInput=${(event) => setJson(event.target.value)}></textarea></label>
      <label><span>Model (empty: the configured one)</span><input type="text" value=${model} onInput=${(event) =>
      setModel(event.target.value)} /></label>
      <div class="actions"><button class="main">Start</button></div>
    </form>`}
  `;
}

/** Fields that hold JSON become what they say; those of a string, and other text, stay text. */
function argsOf(json, fields, notes) {
  const given = Object.entries(fields).filter(([, text]) => text !== "")
    .map(([key, text]) => [key, notes[key]?.type === "string" ? text : valueOf(text)]);
  const text = json.trim();
  if (text === "") return given.length === 0 ? undefined : Object.fromEntries(given);
  const value = valueOf(text);
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? { ...Object.fromEntries(given), ...value }
    : value;
}

function valueOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
