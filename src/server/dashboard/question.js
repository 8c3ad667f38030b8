// What a run asks: a question of its script, or leave for a tool call, with the exact command or diff.
import { useState } from "preact/hooks";
import { ask } from "./api.js";
import { html } from "./html.js";

export function Question({ run, question, onAnswered }) {
  const [text, setText] = useState(question.default ?? "");
  const [fault, setFault] = useState(null);
  const answer = async (given) => {
    try {
      await ask(`/v1/runs/${run}/respond`, { answer: given });
      onAnswered();
    } catch (error) {
      setFault(error.message);
    }
  };
  const submit = (event) => {
    event.preventDefault();
    answer(text);
  };
  return html`<section class="notice" aria-label="The run asks">
    <p><b>${question.text}</b></p>
    ${question.approval && html`<pre tabindex="0">${question.approval.detail}</pre>`}
    ${
    question.choices
      ? html`<div class="actions">${
        question.choices.map((choice) => html`<button key=${choice} onClick=${() => answer(choice)}>${choice}</button>`)
      }</div>`
      : html`
        <form onSubmit=${submit} class="actions">
          <input type="text" aria-label="Answer" value=${text} onInput=${(event) => setText(event.target.value)} />
          <button class="main">Answer</button>
        </form>
      `
  }
    ${fault && html`<p class="fault" role="alert">${fault}</p>`}
  </section>`;
}
