// The host's model lent to a run: the bridge that the run's process uses, and how the host is asked in either era.
import assert from "node:assert/strict";
import { type Client, type CreateMessageRequest, ProtocolError } from "@modelcontextprotocol/client";
import type { SamplingAddress } from "../../src/sampling.ts";
import { Arrivals } from "../end_to_end/arrivals.ts";
import { ERAS } from "../end_to_end/mcp_host.ts";
import { type Opened, openServer } from "./opened_server.ts";

type Sample = CreateMessageRequest["params"];
type Answer = (sample: Sample) => string | Promise<string>;

const START = { name: "compare" };

/** A server whose host lends its model, with one run that never ends. */
async function lending(era: "2025" | "2026", answer: Answer): Promise<{ opened: Opened; address: SamplingAddress }> {
  const opened = await openServer({ record: { status: "running", result: null }, runsUntilCancelled: true }, {
    era,
    capabilities: { sampling: {} },
    prepare: (client: Client) =>
      client.setRequestHandler("sampling/createMessage", async ({ params }) => ({
        ...{ role: "assistant", model: "lent", stopReason: "endTurn" },
        content: { type: "text", text: await answer(params) },
      })),
  });
  await opened.call("workflow_start", START);
  return { opened, address: opened.lent[0] ?? assert.fail("the run got no way to the host's model") };
}

function sample(text: string): Record<string, unknown> {
  return { messages: [{ role: "user", content: { type: "text", text } }], maxTokens: 10 };
}

function textOf({ messages }: Sample): string {
  const { content } = messages[0]!;
  return Array.isArray(content) || content.type !== "text" ? assert.fail("no text") : content.text;
}

interface Asking {
  token?: string | null;
  method?: string;
  body?: BodyInit | null;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

function ask({ port, token: own }: SamplingAddress, asking: Asking = {}): Promise<Response> {
  const { token = own, method = "POST", body = JSON.stringify(sample("hello")), headers, signal } = asking;
  return fetch(`http://127.0.0.1:${port}/`, {
    ...{ method, body },
    headers: { ...token === null ? {} : { authorization: `Bearer ${token}` }, ...headers },
    ...signal ? { signal } : {},
  });
}

/** The reply at the end of the stream. */
async function replyOf(response: Promise<Response>) {
  const text = await (await response).text();
  return JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? assert.fail(text));
}

for (const era of ERAS) {
  Deno.test(`a run of a host of ${era} is answered by its model`, async () => {
    const { opened, address } = await lending(era, (asked) => `re: ${textOf(asked)}`);
    await using _opened = opened;
    const replying = replyOf(ask(address));
    await opened.call("workflow_wait", { run_id: "last", wait_s: 1 });
    const { result } = await replying;
    assert.deepEqual(result.content, { type: "text", text: "re: hello" });
  });

  Deno.test(`a host of ${era} that lends no model gives a run no way to one`, async () => {
    await using opened = await openServer({ record: { status: "running" } }, { era });
    await opened.call("workflow_start", START);
    assert.deepEqual(opened.lent, [null]);
  });
}

Deno.test("what a user or a host says instead of an answer is told apart", async () => {
  const said: [Error, string][] = [
    [new ProtocolError(-1, "User rejected sampling request"), "refused"],
    [new ProtocolError(-32000, "The user has denied permission to call this method."), "refused"],
    [new ProtocolError(-32603, "Unknown error: the model is overloaded"), "failed"],
    [new ProtocolError(-32602, "temperature is not supported"), "invalid"],
    [new ProtocolError(-32601, "Method not found"), "invalid"],
  ];
  let next: Error | undefined;
  const { opened, address } = await lending("2025", () => Promise.reject(next));
  await using _opened = opened;
  for (const [error, kind] of said) {
    next = error;
    const { failure } = await replyOf(ask(address));
    assert.equal(failure.kind, kind, failure.message);
    assert.ok(failure.message.includes(error.message), failure.message);
  }
});

Deno.test("nobody without the run's token, by another name or from a page reaches the host's model", async () => {
  const { opened, address } = await lending("2025", () => assert.fail("the host was asked"));
  await using _opened = opened;
  const wrong: [Asking, number][] = [
    [{ token: null }, 401],
    [{ token: "x".repeat(address.token.length) }, 401],
    [{ token: `${address.token}x` }, 401],
    [{ headers: { origin: "https://evil.example" } }, 403],
    [{ method: "GET", body: null }, 405],
    [{ body: "not JSON" }, 400],
    [{ body: JSON.stringify({ messages: [] }) }, 400],
    [{ body: "x".repeat(9 * 1024 * 1024) }, 413],
  ];
  for (const [asking, status] of wrong) {
    const response = await ask(address, asking);
    assert.equal(response.status, status, JSON.stringify(asking).slice(0, 100));
    assert.ok(!(await response.text()).includes(address.token));
  }
  // Who never ends is not read to the end: it hears so, or finds the connection closed.
  const status = await ask(address, { body: unending() }).then(
    ({ status, body }) => (void body?.cancel(), status),
    () => 413,
  );
  assert.equal(status, 413);
  assert.match(await askAs("evil.example", address), /^HTTP\/1.1 421/);
  assert.match(await askAs(`localhost:${address.port}`, address), /^HTTP\/1.1 421/);
});

/** A body of no declared length. */
function unending(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)) });
}

/** The status line, under another name than the bridge's own. */
async function askAs(host: string, { port, token }: SamplingAddress): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const head = `POST / HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n`;
  await connection.write(new TextEncoder().encode(`${head}Content-Length: 2\r\n\r\n{}`));
  const bytes = new Uint8Array(64);
  return new TextDecoder().decode(bytes.subarray(0, await connection.read(bytes) ?? 0));
}

Deno.test("each run has a token of its own, and a new one in each session", async () => {
  const first = await lending("2025", () => "");
  await using opened = first.opened;
  const second = await lending("2025", () => "");
  await using other = second.opened;
  assert.notEqual(first.address.token, second.address.token);
  assert.match(first.address.token, /^[\w-]{43}$/);
  const refused = await ask(second.address, { token: first.address.token });
  assert.equal(refused.status, 401, await refused.text());
  await opened.call("workflow_start", START);
  assert.ok(opened.lent.length === 2 && other.lent.length === 1);
});

Deno.test("while the host's user decides the run hears that somebody is there", async () => {
  const decided = Promise.withResolvers<string>();
  const { opened, address } = await lending("2025", () => decided.promise);
  await using _opened = opened;
  const { body } = await ask(address);
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  const heard: string[] = [];
  while (heard.length < 3) heard.push((await reader.read()).value ?? assert.fail("the stream ended"));
  assert.ok(heard.every((text) => text.startsWith(":")), heard.join(""));
  decided.resolve("yes");
  const rest: string[] = [];
  for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) rest.push(value!);
  assert.match(rest.join(""), /data: \{"result".*"yes"/);
});

Deno.test("a run that takes its request back takes it back at the host", async () => {
  const taken = Promise.withResolvers<void>();
  const asked = new Arrivals();
  const opened = await openServer({ record: { status: "running", result: null }, runsUntilCancelled: true }, {
    capabilities: { sampling: {} },
    prepare: (client: Client) =>
      client.setRequestHandler("sampling/createMessage", (_request, { mcpReq }) => {
        asked.add();
        return new Promise((_, reject) =>
          mcpReq.signal.addEventListener("abort", () => (taken.resolve(), reject(new Error("taken back"))))
        );
      }),
  });
  await using _opened = opened;
  await opened.call("workflow_start", START);
  const leaving = new AbortController();
  const response = await ask(opened.lent[0]!, { signal: leaving.signal });
  await asked.reach(1);
  leaving.abort();
  await assert.rejects(response.text());
  await taken.promise;
});

Deno.test("a host that goes away ends what its model was asked for", async () => {
  const asked = new Arrivals();
  const { opened, address } = await lending("2025", () => (asked.add(), new Promise(() => {})));
  const response = await ask(address);
  const ended = response.text().catch(() => "cut off");
  await asked.reach(1);
  await opened[Symbol.asyncDispose]();
  assert.match(await ended, /"kind":"gone"|cut off/);
  await assert.rejects(ask(address));
});

Deno.test("a host of 2026 that gives one of several samples back and refuses another is asked for each alone, and no third time", async () => {
  const seen: string[] = [];
  const { opened, address } = await lending("2026", (asked) => {
    seen.push(textOf(asked));
    if (textOf(asked) === "bad") throw new ProtocolError(-1, "User rejected sampling request");
    return "fine";
  });
  await using _opened = opened;
  const bodies = ["good", "bad"].map((text) => JSON.stringify(sample(text)));
  const replies = bodies.map((body) => ask(address, { body }));
  await Promise.all(replies);
  const [good, bad] = replies.map((reply) => replyOf(reply));
  const wait = () => opened.call("workflow_wait", { run_id: "last", wait_s: 1 }).catch((error: Error) => error.message);
  assert.match(String(await wait()), /rejected/);
  for (let calls = 0; calls < 2; calls++) await wait();
  assert.equal((await good!).result.content.text, "fine");
  assert.equal((await bad!).failure.kind, "refused");
  assert.deepEqual(seen.filter((text) => text === "bad").length, 2);
});
