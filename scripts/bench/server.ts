// A local Chat Completions server: reads the request as a provider does, answers after a fixed latency, streams as providers stream.
// The same far end for odw and for the floor.
const latencyMs = Number(Deno.args[0] ?? 0);
/** Latencies lie this far around it, so that calls that began together do not go on in step. */
const spreadMs = Number(Deno.args[1] ?? 0);
let state = 1;
const encoder = new TextEncoder();

interface ChatRequest {
  model: string;
  stream?: boolean;
  messages: { role: string; content: string }[];
}

Deno.serve({
  port: 0,
  hostname: "127.0.0.1",
  onListen: ({ port }) => console.log(port),
}, async (request) => {
  const { model, messages, stream } = await request.json() as ChatRequest;
  if (!stream || messages.length === 0) return new Response("expected a stream", { status: 400 });
  if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, nextLatencyMs()));
  const body = ReadableStream.from(chunksOf(model, messages.at(-1)?.content ?? ""));
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
});

/** The same in every run. */
function nextLatencyMs(): number {
  state = state * 48271 % (2 ** 31 - 1);
  return latencyMs + spreadMs * (2 * state / 2 ** 31 - 1);
}

/** Role, text, end and usage, each an event of its own. */
function* chunksOf(model: string, prompt: string): Generator<Uint8Array> {
  const chunk = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 0, model };
  const choice = (delta: unknown, finish_reason: string | null) => ({ index: 0, delta, finish_reason });
  yield event({ ...chunk, choices: [choice({ role: "assistant", content: "" }, null)] });
  yield event({ ...chunk, choices: [choice({ content: "fine" }, null)] });
  yield event({ ...chunk, choices: [choice({}, "stop")] });
  const usage = { prompt_tokens: prompt.length, completion_tokens: 1, total_tokens: prompt.length + 1 };
  yield event({ ...chunk, choices: [], usage });
  yield encoder.encode("data: [DONE]\n\n");
}

function event(data: unknown): Uint8Array {
  return encoder.encode(`data: ${JSON.stringify(data)}\n\n`);
}
