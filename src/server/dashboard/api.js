// The server's API as the page uses it.

/** The answer as JSON. Throws an Error with the problem's detail, and `status`. */
export async function ask(path, body) {
  let response;
  try {
    const init = body === undefined
      ? {}
      : { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    response = await fetch(path, init);
  } catch {
    throw new Error("the server cannot be reached: is odw serve running?");
  }
  if (response.ok) return await response.json();
  const problem = await response.json().catch(() => ({}));
  throw Object.assign(new Error(problem.detail ?? `status ${response.status}`), { status: response.status });
}

/** POST without a body. */
export async function tell(path) {
  const response = await fetch(path, { method: "POST" }).catch(() => null);
  if (response?.ok) return;
  const problem = await response?.json().catch(() => ({}));
  throw new Error(problem?.detail ?? "the server cannot be reached");
}

/** All pages of a list. */
export async function pages(path, member) {
  const items = [];
  let cursor = "";
  do {
    const page = await ask(`${path}?limit=1000${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    items.push(...page[member]);
    cursor = page.nextCursor;
  } while (cursor);
  return items;
}

export const stepPath = (run, step) => `/v1/runs/${run}/steps/${encodeURIComponent(step)}`;

/** Follows a run's events; the browser reconnects by itself, with the last id. Returns the way to stop. */
export function follow(run, { onEvent, onState }) {
  const source = new EventSource(`/v1/runs/${run}/events`);
  let isOver = false;
  source.onopen = () => onState("live");
  source.onerror = () => onState(isOver ? "over" : "connecting");
  const take = (message) => onEvent(JSON.parse(message.data));
  for (const type of TYPES) source.addEventListener(type, take);
  source.addEventListener("end", () => {
    isOver = true;
    source.close();
    onState("over");
  });
  return () => source.close();
}

const TYPES = [
  "run_created",
  "run_started",
  "run_resumed",
  "run_paused",
  "run_waiting",
  "question_answered",
  "run_completed",
  "run_failed",
  "run_cancelled",
  "phase_started",
  "log_written",
  "failure_recorded",
  "budget_warned",
  "step_queued",
  "step_started",
  "step_retried",
  "step_completed",
  "step_failed",
  "step_skipped",
  "step_replayed",
  "step_isolated",
  "tool_started",
  "tool_ended",
];
