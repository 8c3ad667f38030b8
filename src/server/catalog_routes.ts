// The routes of what is there besides runs: workflows, models, checks, plans, events, the graph of a run.
import * as z from "zod";
import type { CheckRequest, Engine } from "../engine.ts";
import { OdwError } from "../errors.ts";
import { TOPOLOGIES } from "../planner.ts";
import type { Event, RunLimits } from "../run.ts";
import { allEvents } from "./all_events.ts";
import type { EventStreams } from "./event_stream.ts";
import { type Route, route } from "./route.ts";
import { runEvents } from "./run_events.ts";
import { RunFeeds } from "./run_feed.ts";
import { limitsOf, startRequest } from "./run_routes.ts";
import { anyJson, checkShape, planShape } from "./shapes.ts";

const eventsQuery = z.object({
  detail: z.enum(["full", "brief"]).default("brief").describe("full: with prompts and answers"),
  after: z.coerce.number().int().nonnegative().optional().describe("as the header Last-Event-ID"),
});
const workflows = z.object({
  workflows: z.array(z.looseObject({ name: z.string(), description: z.string(), source: z.string() })),
});
const models = z.object({
  providers: z.array(z.looseObject({ provider: z.string(), models: z.array(z.looseObject({ id: z.string() })) })),
});
const graph = z.object({
  nodes: z.array(
    z.looseObject({ id: z.string(), label: z.string().nullable(), phase: z.string().nullable(), status: z.string() }),
  ),
  edges: z.array(z.object({ from: z.string(), to: z.string() })),
});

export function catalogRoutes(engine: Engine, { limits, streams }: CatalogParts): Route[] {
  return [
    route(
      { method: "get", path: "/v1/workflows", summary: "Saved workflows", answer: workflows },
      async () => ({ workflows: await engine.workflows() }),
    ),
    route(
      { method: "get", path: "/v1/models", summary: "What the configured providers offer, asked live", answer: models },
      async () => ({ providers: await engine.models() }),
    ),
    route(
      {
        method: "post",
        path: "/v1/checks",
        summary: "Check a script without running it",
        body: checkShape,
        answer: anyJson,
      },
      async ({ body }) => {
        const { script, args, model, limits } = startRequest({ ...body, onAsk: undefined });
        const request: CheckRequest = {
          script,
          ...(args === undefined ? {} : { args }),
          ...(model === undefined ? {} : { model }),
          ...(limits === undefined ? {} : { limits }),
        };
        return await engine.check(request);
      },
    ),
    route(
      {
        method: "post",
        path: "/v1/plans",
        summary: `Plan a task as one of ${TOPOLOGIES.join(", ")}; runs nothing`,
        body: planShape,
        answer: anyJson,
      },
      async ({ body: { task, topology, planner, allowContents, limits: given } }) =>
        await engine.plan({
          task,
          planner: planner ?? "auto",
          allowContents: allowContents ?? false,
          limits: { ...limits, ...limitsOf(given ?? {}) },
          ...(topology === undefined ? {} : { topology }),
        }),
    ),
    ...eventRoutes(engine, streams),
  ];
}

export interface CatalogParts {
  limits: RunLimits;
  streams: EventStreams;
}

function eventRoutes(engine: Engine, streams: EventStreams): Route[] {
  const feeds = new RunFeeds(engine);
  return [
    route(
      { method: "get", path: "/v1/events", summary: "Events of all runs", contentType: "text/event-stream" },
      async ({ request }) => await allEvents(feeds, streams, request.headers.get("last-event-id")),
    ),
    route(
      {
        method: "get",
        path: "/v1/runs/{id}/events",
        summary: "Events of a run, those of the past first; ends with the run",
        query: eventsQuery,
        contentType: "text/event-stream",
      },
      async ({ params, query, request }) => {
        const { id } = await engine.get(params.id!);
        const after = lastSeq(request) ?? query.after ?? 0;
        return runEvents(feeds, streams.open(), { runId: id, after, detail: query.detail });
      },
    ),
    route(
      {
        method: "get",
        path: "/v1/runs/{id}/graph",
        summary: "The calls of a run; an edge leads from the answer after which a call began",
        answer: graph,
      },
      async ({ params }) => await graphOf(engine, params.id!),
    ),
  ];
}

function lastSeq(request: Request): number | null {
  const header = request.headers.get("last-event-id");
  if (header === null || header === "") return null;
  if (/^\d{1,15}$/.test(header)) return Number(header);
  throw new OdwError("usage", `Last-Event-ID ${JSON.stringify(header.slice(0, 80))} is no number of an event`);
}

/** A call that began before any answer has no edge. */
async function graphOf(engine: Engine, ref: string): Promise<z.output<typeof graph>> {
  const { id } = await engine.get(ref);
  const edges: { from: string; to: string }[] = [];
  const begun = new Set<string>();
  let answered: string | null = null;
  const add = (events: Event[]) => {
    for (const event of events) {
      if (event.type === "step_completed" || event.type === "step_failed") answered = event.step;
      if (event.type !== "step_started" || begun.has(event.step)) continue;
      begun.add(event.step);
      if (answered !== null && answered !== event.step) edges.push({ from: answered, to: event.step });
    }
  };
  const types: Event["type"][] = ["step_started", "step_completed", "step_failed"];
  await engine.follow(id, { after: 0, types, detail: "brief", live: false }, add);
  const nodes = (await engine.steps(id)).map(({ id, label, phase, status, startedAt, endedAt }) => ({
    id,
    label,
    phase,
    status,
    startedAt,
    endedAt,
  }));
  return { nodes, edges };
}
