// The run's script, with the lines of the phases that are at work.
import { useEffect, useState } from "preact/hooks";
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
  if (text === null) return html`<p class="empty">Loading…</p>`;
  const running = [...state.steps.values()].filter(({ status }) => status === "running").map(({ phase }) => phase);
  const titles = [...new Set(running)].filter(Boolean);
  // A call's own place is not recorded: the line that names its phase is.
  const isNow = (line) => titles.some((title) => line.includes(JSON.stringify(title)) || line.includes(`'${title}'`));
  return html`<pre class="script" tabindex="0">${
    text.split("\n").map((line, i) => html`<span key=${i} class=${isNow(line) ? "now" : ""}>${line}\n</span>`)
  }</pre>`;
}
