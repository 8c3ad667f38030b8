// The floor: what a bare fetch loop with p-queue needs for the same requests.
import PQueue from "p-queue";

const [port, agents, concurrency] = Deno.args.map(Number);
const queue = new PQueue({ concurrency: concurrency ?? 16 });

await Promise.all(Array.from({ length: agents ?? 0 }, (_, i) =>
  queue.add(async () => {
    const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "bench", stream: true, messages: [{ role: "user", content: `Say fine, ${i}` }] }),
    });
    await response.text();
  })));
