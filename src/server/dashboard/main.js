// The dashboard: which page the address names, and the frame around it.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { html } from "./html.js";
import { PlanPage } from "./plan_page.js";
import { RunPage } from "./run_page.js";
import { RunsPage } from "./runs_page.js";
import { StartPage } from "./start_page.js";

function App() {
  const [place, setPlace] = useState(location.hash);
  useEffect(() => {
    const listen = () => setPlace(location.hash);
    addEventListener("hashchange", listen);
    // The address may have changed before this effect ran.
    listen();
    return () => removeEventListener("hashchange", listen);
  }, []);
  const [, name = "runs", key = ""] = /^#\/(\w+)(?:\/([\w-]+))?/.exec(place) ?? [];
  const link = (to, text) => html`<a href="#/${to}" aria-current=${name === to ? "page" : undefined}>${text}</a>`;
  return html`
    <a class="skip" href="#main" onClick=${skip}>Skip to the content</a>
    <header class="bar">
      <strong>odw</strong>
      <nav aria-label="Pages">${link("runs", "Runs")} ${link("start", "Start")} ${link("plan", "Plan")}</nav>
    </header>
    <main id="main" tabindex="-1">${pageOf(name, key)}</main>
  `;
}

function pageOf(name, key) {
  if (name === "run") return html`<${RunPage} id=${key} key=${key} />`;
  if (name === "start") return html`<${StartPage} />`;
  if (name === "plan") return html`<${PlanPage} />`;
  return html`<${RunsPage} />`;
}

function skip(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}

const root = document.getElementById("app");
root.textContent = "";
render(html`<${App} />`, root);
