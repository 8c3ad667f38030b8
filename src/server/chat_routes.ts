// /openai/v1: every OpenAI client can call a workflow as if it were a model.
import type { Hono } from "hono";
import type { Engine, StartRequest } from "../engine.ts";
import { errorInfo, OdwError } from "../errors.ts";
import type { Event, Run, RunLimits, RunRecord } from "../run.ts";
import type { ServeOptions } from "../server.ts";
import { type ChatRequest, chatShape, contentOf, PLAN, PREFIX, startOfChat, usageOf } from "./chat.ts";
import type { EventStream, EventStreams } from "./event_stream.ts";
import { problemOf } from "./problem.ts";
import { readBounded } from "./route.ts";

export interface ChatParts {
  engine: Engine;
  limits: RunLimits;
  streams: EventStreams;
  onClientGone: ServeOptions["onClientGone"];
}

export function mountChat(app: Hono, parts: ChatParts): void {
  app.get("/openai/v1/models", async () => {
    const names = (await parts.engine.workflows()).map(({ name }) => PREFIX + name);
    const data = [...names, PLAN].map((id) => ({ id, object: "model", created: 0, owned_by: "odw" }));
    return Response.json({ object: "list", data });
  });
  app.post("/openai/v1/chat/completions", async (context) => {
    try {
      const request = await readRequest(context.req.raw);
      return await complete(request, context.req.raw.signal, parts);
    } catch (error) {
      return errorResponse(error);
    }
  });
}

async function readRequest(request: Request): Promise<ChatRequest> {
  let body: unknown;
  try {
    body = JSON.parse(await readBounded(request));
  } catch (error) {
    throw error instanceof OdwError
      ? error
      : new OdwError("usage", `the body is not JSON: ${errorInfo(error).message}`);
  }
  const checked = chatShape.safeParse(body);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw new OdwError("usage", `${issue?.path.join(".") || "body"}: ${issue?.message}`);
}

async function complete(request: ChatRequest, signal: AbortSignal, parts: ChatParts): Promise<Response> {
  const { engine, limits } = parts;
  const asked = await startOfChat(engine, request, limits);
  // Before the start: a run whose answer nobody can get would cost for nothing.
  const stream = request.stream ? parts.streams.open() : null;
  const { id } = await started(engine, asked, stream);
  const onGone = () => {
    if (parts.onClientGone === "cancel") void engine.cancel(id).catch(() => {});
  };
  if (stream) return streamed({ id, request, engine, stream, onGone });
  signal.addEventListener("abort", onGone, { once: true });
  try {
    const run = completedRun(await engine.outcome(id));
    return Response.json({
      ...envelope(id, request, "chat.completion"),
      choices: [{
        index: 0,
        message: { role: "assistant", content: contentOf(run), refusal: null },
        finish_reason: "stop",
        logprobs: null,
      }],
      usage: usageOf(run),
    });
  } finally {
    signal.removeEventListener("abort", onGone);
  }
}

async function started(engine: Engine, asked: StartRequest, stream: EventStream | null): Promise<Run> {
  try {
    return await engine.start(asked);
  } catch (error) {
    stream?.close();
    throw error;
  }
}

interface Streaming {
  id: string;
  request: ChatRequest;
  engine: Engine;
  stream: EventStream;
  onGone: () => void;
}

/** Progress goes out as comments, which every client skips; the answer as content. */
function streamed({ id, request, engine, stream, onGone }: Streaming): Response {
  const chunk = (delta: object, finishReason: string | null) => ({
    ...envelope(id, request, "chat.completion.chunk"),
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  });
  const send = (data: object) => stream.send({ data: JSON.stringify(data) });
  let hasAnswered = false;
  const work = async () => {
    try {
      send(chunk({ role: "assistant", content: "" }, null));
      const progress = engine.follow(
        id,
        { after: 0, detail: "brief", everyMs: 500 },
        progressTo(stream),
        stream.signal,
      );
      const run = completedRun(await engine.outcome(id));
      await progress;
      hasAnswered = true;
      send(chunk({ content: contentOf(run) }, null));
      send(chunk({}, "stop"));
      if (request.stream_options?.include_usage) {
        send({ ...envelope(id, request, "chat.completion.chunk"), choices: [], usage: usageOf(run) });
      }
      stream.send({ data: "[DONE]" });
    } catch (error) {
      hasAnswered = true;
      send({ error: errorBody(error).error });
    } finally {
      stream.close();
    }
  };
  stream.signal.addEventListener("abort", () => {
    if (!hasAnswered) onGone();
  }, { once: true });
  void work();
  return stream.response;
}

function progressTo(stream: EventStream): (events: Event[]) => void {
  let started = 0;
  let ended = 0;
  return (events) => {
    for (const event of events) {
      if (event.type === "step_started") started++;
      if (event.type === "step_completed" || event.type === "step_failed") ended++;
      if (event.type === "phase_started") stream.comment(`phase ${event.title}`);
    }
    if (started > 0) stream.comment(`${ended} of ${started} agents`);
  };
}

/** Throws what a run's end without a result means. */
function completedRun(run: RunRecord): RunRecord {
  if (run.status === "completed") return run;
  const reason = run.error?.message ?? run.reason ?? run.status;
  throw new OdwError(
    run.error?.code ?? (run.status === "paused" ? "paused" : "script_failed"),
    `run ${run.id} is ${run.status}: ${reason}`,
  );
}

function envelope(id: string, { model }: ChatRequest, object: string) {
  return { id: `chatcmpl-${id}`, object, created: Math.floor(Date.now() / 1000), model };
}

function errorResponse(error: unknown): Response {
  return Response.json(errorBody(error), { status: problemOf(error).status });
}

function errorBody(error: unknown) {
  const { status, detail, code } = problemOf(error);
  const type = status < 500 ? "invalid_request_error" : "server_error";
  return { error: { message: detail, type, param: null, code: code ?? null } };
}
