// The server's API as the page uses it.

const RETRY_MS = 1000;

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

/**
 * Follows a run's events; when the server goes away it is looked for again, and goes on behind the last event. Returns the way to stop.
 * Not by EventSource: to dispatch thousands of past events one by one takes it longer than to show them.
 */
export function follow(run, { onEvent, onState }) {
  const stop = new AbortController();
  followOn(run, { onEvent, onState, signal: stop.signal });
  return () => stop.abort();
}

async function followOn(run, { onEvent, onState, signal }) {
  let after = 0;
  const take = (event) => {
    after = event.seq;
    onEvent(event);
  };
  while (!signal.aborted) {
    try {
      const response = await fetch(`/v1/runs/${run}/events?after=${after}`, { signal });
      if (response.status === 404) return onState("over");
      if (response.ok) {
        onState("live");
        if (await readEvents(response.body, take)) return onState("over");
      }
    } catch {
      if (signal.aborted) return;
    }
    onState("connecting");
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** True: the run has stopped. False: the connection has. */
async function readEvents(body, take) {
  let rest = "";
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return false;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      if (block.startsWith("event: end\n")) return true;
      // Comments and errors have no id: after an error the server ends the stream.
      if (block.startsWith("id: ")) take(JSON.parse(block.slice(block.indexOf("\ndata: ") + "\ndata: ".length)));
    }
  }
}
