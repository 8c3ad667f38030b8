// A model on this machine that plays one conversation: start a workflow, wait for it, say what came of it.
import { isJsonObject, type Json, type JsonObject } from "../../src/json.ts";
import { startWireServer, type WireServer } from "../../tests/wire_server.ts";
import type { WireReply } from "../../tests/wire_reply.ts";

/** What the workflow returns; its text stands nowhere in the script, so that only a run can tell it. */
export const RESULT = "odw-answer-42";
const SCRIPT = `export const meta = { name: "hosts-check", description: "answers" };
const answer = await agent("Say anything", { label: "one" });
return "odw-answer-" + (answer === null ? "none" : 6 * 7);`;

export interface LoopbackModel extends AsyncDisposable {
  url: string;
  /** Names of odw's tools that were called, in order. */
  called: string[];
}

export function startLoopbackModel(): LoopbackModel {
  const called: string[] = [];
  const say = (body: JsonObject): WireReply => {
    const turn = nextTurn(body);
    const toolCalls = turn.toolCalls?.map((call, i) => ({ ...call, id: `call_${called.length + i + 1}` }));
    if (!toolCalls) return turn;
    called.push(...toolCalls.map(({ name }) => name));
    return { ...turn, toolCalls };
  };
  const wire: WireServer = startWireServer({ answer: ({ body }) => say(body) });
  const front = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    if (/:(stream)?[gG]enerateContent$/.test(pathname)) {
      return geminiAnswer(say(await request.json()), { isStream: pathname.includes("stream") });
    }
    // The other formats are those that odw itself speaks.
    return await fetch(`${wire.url}${pathname}${search}`, {
      method: request.method,
      headers: request.headers,
      body: request.method === "GET" || request.method === "HEAD" ? null : await request.arrayBuffer(),
    });
  });
  return {
    url: `http://127.0.0.1:${front.addr.port}`,
    called,
    async [Symbol.asyncDispose]() {
      await front.shutdown();
      await wire[Symbol.asyncDispose]();
    },
  };
}

/** Told by what the conversation holds: every host words it differently. */
function nextTurn(body: JsonObject): WireReply {
  const start = offeredTool(body["tools"], "workflow_start");
  const wait = offeredTool(body["tools"], "workflow_wait");
  // Titles, summaries and the like come without odw's tools.
  if (!start || !wait) return { text: "ok" };
  const text = JSON.stringify(body);
  if (text.includes(RESULT)) return { text: `The workflow says ${RESULT}.` };
  const runId = /run_id[\\"]*:[\\" ]*([0-9a-zA-Z]{10,})/.exec(text)?.[1];
  if (runId === undefined) return { toolCalls: [{ ...start, input: { script: SCRIPT } }] };
  return { toolCalls: [{ ...wait, input: { run_id: runId, wait_s: 20 } }] };
}

interface Offered {
  name: string;
  /** The Responses API has tools in groups. */
  namespace?: string;
}

/** The host's own name for a tool of odw, wherever in the list of tools it stands. */
function offeredTool(tools: Json | undefined, wanted: string, namespace?: string): Offered | undefined {
  if (Array.isArray(tools)) return firstOf(tools.map((tool) => offeredTool(tool, wanted, namespace)));
  if (!isJsonObject(tools)) return undefined;
  const { name, type } = tools;
  if (typeof name === "string" && name.endsWith(wanted)) {
    return { name, ...(namespace === undefined ? {} : { namespace }) };
  }
  const inner = type === "namespace" && typeof name === "string" ? name : namespace;
  const parts = Object.values(tools).filter((value) => typeof value === "object");
  return firstOf(parts.map((value) => offeredTool(value, wanted, inner)));
}

function firstOf<T>(found: (T | undefined)[]): T | undefined {
  return found.find((one) => one !== undefined);
}

function geminiAnswer({ text, toolCalls = [] }: WireReply, { isStream }: { isStream: boolean }): Response {
  const parts = [
    ...(text === undefined ? [] : [{ text }]),
    ...toolCalls.map(({ name, input }) => ({ functionCall: { name, args: input } })),
  ];
  const answer = {
    candidates: [{ index: 0, content: { role: "model", parts }, finishReason: "STOP" }],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
    modelVersion: "loopback-model",
  };
  if (!isStream) return Response.json(answer);
  return new Response(`data: ${JSON.stringify(answer)}\r\n\r\n`, { headers: { "content-type": "text/event-stream" } });
}
