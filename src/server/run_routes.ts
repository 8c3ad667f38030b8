// The routes of runs: start, list, look, steer.
import * as z from "zod";
import type { Engine, StartRequest } from "../engine.ts";
import type { Grants } from "../config.ts";
import { OdwError } from "../errors.ts";
import { planHash } from "../plan_hash.ts";
import type { RunLimits } from "../run.ts";
import type { Idempotency } from "./idempotency.ts";
import { type Route, route } from "./route.ts";
import { recordView, runView, stepView } from "./run_views.ts";
import {
  anyJson,
  type limitsShape,
  pageQuery,
  respondShape,
  resumeShape,
  runRecordShape,
  runShape,
  startShape,
  STATUSES,
  stepShape,
} from "./shapes.ts";

const listQuery = pageQuery.extend({
  status: z.string().optional().describe(`one or more of ${STATUSES.join(", ")}, with commas`),
});
const runs = z.object({ runs: z.array(runShape), nextCursor: z.string().nullable() });
const steps = z.object({ steps: z.array(stepShape), nextCursor: z.string().nullable() });

export function runRoutes(engine: Engine, { idempotency, grants }: RunRouteParts): Route[] {
  return [
    route(
      {
        method: "post",
        path: "/v1/runs",
        summary: "Start a run",
        body: startShape,
        answer: runRecordShape,
        status: 201,
      },
      async ({ body, request }) => {
        const { idempotencyKey, ...rest } = body;
        const key = request.headers.get("idempotency-key") ?? idempotencyKey;
        const start = async () => (await engine.start(await requestOf(rest, grants))).id;
        const id = key === undefined ? await start() : await idempotency.once(key, rest, start);
        return recordView(await engine.get(id));
      },
    ),
    route(
      { method: "get", path: "/v1/runs", summary: "Runs, newest first", query: listQuery, answer: runs },
      async ({ query: { limit, cursor, status } }) => {
        const filter = { limit: limit + 1, ...(cursor ? { before: cursor } : {}), ...statusFilter(status) };
        const found = await engine.list(filter);
        return { runs: found.slice(0, limit).map(runView), nextCursor: found[limit] ? found[limit - 1]!.id : null };
      },
    ),
    route(
      { method: "get", path: "/v1/runs/{id}", summary: "A run", answer: runRecordShape },
      async ({ params }) => recordView(await engine.get(params.id!)),
    ),
    route(
      { method: "get", path: "/v1/runs/{id}/result", summary: "What a run returned", answer: anyJson },
      async ({ params }) => {
        const { status, result, error } = await engine.get(params.id!);
        if (status === "completed") return Response.json(result);
        throw new OdwError(
          "conflict",
          error ? `the run failed: ${error.message}` : `the run is ${status}: it has no result`,
        );
      },
    ),
    route(
      { method: "get", path: "/v1/runs/{id}/script", summary: "A run's script", contentType: "text/javascript" },
      async ({ params }) => {
        const { spec } = await engine.get(params.id!);
        return new Response(spec.script, { headers: { "content-type": "text/javascript; charset=utf-8" } });
      },
    ),
    ...stepRoutes(engine),
    ...steeringRoutes(engine),
  ];
}

export interface RunRouteParts {
  idempotency: Idempotency;
  /** What runs of this server may do: a plan was made for these. */
  grants: Grants;
}

type Start = Omit<z.output<typeof startShape>, "idempotencyKey">;

/** Throws OdwError `conflict` for a plan that is not the one that was made here. */
async function requestOf({ plan, ...rest }: Start, grants: Grants): Promise<StartRequest> {
  if (!plan) return startRequest(rest);
  const { script, args, hash, check: { estimate } } = plan;
  if (await planHash({ script: script.text, args, grants }) !== hash) {
    throw new OdwError(
      "conflict",
      "plan: it was changed after it was made, or made under other permissions; plan the task again",
    );
  }
  const request = startRequest({ ...rest, script: script.text, file: script.file, args });
  if (!estimate) return request;
  const { agents, inputTokens, outputTokens, costUsd, wallMs } = estimate;
  return { ...request, estimate: { agents, inputTokens, outputTokens, costUsd, wallMs } };
}

function stepRoutes(engine: Engine): Route[] {
  return [
    route(
      {
        method: "get",
        path: "/v1/runs/{id}/steps",
        summary: "A run's steps, without texts",
        query: pageQuery,
        answer: steps,
      },
      async ({ params, query: { limit, cursor } }) => {
        const all = await engine.steps(params.id!);
        const from = cursor ? all.findIndex(({ id }) => id === cursor) + 1 : 0;
        const page = all.slice(from, from + limit);
        return { steps: page.map(stepView), nextCursor: from + limit < all.length ? page.at(-1)!.id : null };
      },
    ),
    route(
      { method: "get", path: "/v1/runs/{id}/steps/{key}", summary: "A step in full", answer: stepShape },
      async ({ params }) => await engine.step(params.id!, decodeURIComponent(params.key!)),
    ),
    route(
      {
        method: "post",
        path: "/v1/runs/{id}/steps/{key}/skip",
        summary: "End one running call: the script gets null",
        answer: runShape,
        status: 202,
      },
      async ({ params }) => {
        await engine.skip(params.id!, decodeURIComponent(params.key!));
        return runView(await engine.get(params.id!));
      },
    ),
  ];
}

function steeringRoutes(engine: Engine): Route[] {
  const steer = (name: "pause" | "cancel", summary: string) =>
    route(
      { method: "post", path: `/v1/runs/{id}/${name}`, summary, answer: runShape, status: 202 },
      async ({ params }) => {
        await engine[name](params.id!);
        return runView(await engine.get(params.id!));
      },
    );
  return [
    steer("pause", "Running agents finish, no other starts"),
    steer("cancel", "End a run at once"),
    route(
      {
        method: "post",
        path: "/v1/runs/{id}/resume",
        summary: "Go on with a run: what is recorded costs nothing",
        body: resumeShape,
        answer: runShape,
        status: 202,
      },
      async ({ params, body: { script, args, model, limits } }) =>
        runView(
          await engine.resume({
            ref: params.id!,
            ...(script === undefined ? {} : { script: { text: script, file: "script.js" } }),
            ...(args === undefined ? {} : { args }),
            ...(model === undefined ? {} : { model }),
            ...(limits === undefined ? {} : { limits: limitsOf(limits) }),
            onAsk: "wait",
          }),
        ),
    ),
    route(
      {
        method: "post",
        path: "/v1/runs/{id}/respond",
        summary: "Answer what a run asks",
        body: respondShape,
        answer: runShape,
        status: 202,
      },
      async ({ params, body: { answer } }) => {
        await engine.respond(params.id!, answer);
        return runView(await engine.get(params.id!));
      },
    ),
  ];
}

/** `limits` without the members that are undefined. */
export function limitsOf(limits: z.output<typeof limitsShape>): Partial<RunLimits> {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined)) as Partial<RunLimits>;
}

export function startRequest(
  { script, name, file, args, model, limits, onAsk }: Omit<Start, "plan">,
): StartRequest {
  return {
    script: name === undefined ? { text: script ?? "", file: file ?? "script.js" } : { name },
    onAsk: onAsk ?? "wait",
    ...(args === undefined ? {} : { args }),
    ...(model === undefined ? {} : { model }),
    ...(limits === undefined ? {} : { limits: limitsOf(limits) }),
  };
}

function statusFilter(text: string | undefined): { status?: typeof STATUSES[number][] } {
  if (text === undefined) return {};
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !STATUSES.some((status) => status === name));
  if (unknown !== undefined) {
    throw new OdwError("usage", `query.status: ${JSON.stringify(unknown)} is none of ${STATUSES.join(", ")}`);
  }
  return { status: names as typeof STATUSES[number][] };
}
