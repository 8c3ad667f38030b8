// An engine whose sandbox, queue and store are real; its agents play what a test says they do with their tools.
import { DatabaseSync } from "node:sqlite";
import type { AgentCall, AgentResult, AgentRunOptions, AgentWork, ToolUse } from "../../src/agent.ts";
import { loadSettings } from "../../src/config/load.ts";
import { openEngine } from "../../src/engine/open.ts";
import type { Engine, OnAsk } from "../../src/engine.ts";
import { errorInfo, OdwError } from "../../src/errors.ts";
import type { Json } from "../../src/json.ts";
import type { Planner } from "../../src/planner.ts";
import { noUsage } from "../../src/provider.ts";
import { openProvider } from "../../src/provider/open.ts";
import { openQueue } from "../../src/queue/open.ts";
import type { Event, EventBody, RunRecord } from "../../src/run.ts";
import { openSandbox } from "../../src/sandbox/open.ts";
import type { Store } from "../../src/store.ts";
import { openStore } from "../../src/store/open.ts";
import type { Tools } from "../../src/tool.ts";
import type { Worktree, Worktrees } from "../../src/worktree.ts";
import { NO_TOOLS, NO_WORKTREES } from "../no_tools.ts";

/** What an agent does before it answers; throws to fail. */
export type Act = (agent: Agent) => Promise<Json> | Json;

export interface Agent {
  call: AgentCall;
  prompt: string;
  /** Throws when the agent was given no tools. */
  work: AgentWork;
  signal: AbortSignal;
  /** One tool call of access `write`: asks, tells that it starts, tells how it ended. */
  use(target: string, output?: string): Promise<boolean>;
}

export interface ToolBenchSetup {
  act: Act;
  worktrees?: Partial<Worktrees>;
  tools?: Partial<Tools>;
  planner?: Partial<Planner>;
  concurrency?: number;
}

export interface ToolBench extends AsyncDisposable {
  home: string;
  open(): Promise<Engine>;
  store(): Promise<Store>;
  eventsOf<Type extends EventBody["type"]>(id: string, type: Type): Promise<Extract<Event, { type: Type }>[]>;
}

export async function toolBench(setup: ToolBenchSetup): Promise<ToolBench> {
  const home = await Deno.realPath(await Deno.makeTempDir({ prefix: "odw-tools-" }));
  const opened: AsyncDisposable[] = [];
  const providers = { far: { api: "openai-chat", baseUrl: "http://127.0.0.1:9/v1", apiKey: "k" } };
  const config = { providers, models: { default: "far/m" }, limits: { concurrency: setup.concurrency ?? 16 } };
  await Deno.writeTextFile(`${home}/config.json`, JSON.stringify(config), { mode: 0o600 });
  const { settings } = await loadSettings({ cwd: home, home, env: (name) => name === "HOME" ? home : undefined });
  const store = async () => keep(await openStore(`${home}/odw.db`), opened);
  return {
    home,
    store,
    async open() {
      const provider = openProvider(settings);
      const runner = {
        prepare: (request: AgentCall["request"], handling: AgentCall["handling"]): Promise<AgentCall> =>
          Promise.resolve({ request, handling, route: provider.route(), tools: request.tools ?? [], warnings: [] }),
        run: (call: AgentCall, options: AgentRunOptions) => perform(call, options, setup.act),
        definitions: () => Promise.resolve([]),
      };
      const unbuilt = () => Promise.reject(new Error("not part of this test"));
      return keep(
        openEngine({
          ...{ settings, provider, runner },
          store: await openStore(`${home}/odw.db`),
          sandbox: openSandbox(),
          queue: openQueue({ runner, warmCache: false }),
          tools: { ...NO_TOOLS, ...setup.tools },
          worktrees: { ...NO_WORKTREES, ...setup.worktrees },
          planner: { plan: unbuilt, check: unbuilt, subScript: unbuilt, ...setup.planner },
          builtIn: [],
        }),
        opened,
      );
    },
    async eventsOf<Type extends EventBody["type"]>(id: string, type: Type) {
      const db = new DatabaseSync(`${home}/odw.db`);
      const rows = db.prepare("SELECT body FROM events WHERE run_id = ? AND type = ? ORDER BY seq").all(id, type);
      db.close();
      return await Promise.resolve(rows.map(({ body }) => JSON.parse(String(body)) as Extract<Event, { type: Type }>));
    },
    async [Symbol.asyncDispose]() {
      for (const part of opened.reverse()) await part[Symbol.asyncDispose]();
      await Deno.remove(home, { recursive: true });
    },
  };
}

function keep<Part extends AsyncDisposable>(part: Part, opened: AsyncDisposable[]): Part {
  opened.push(part);
  return part;
}

async function perform(call: AgentCall, { signal, work }: AgentRunOptions, act: Act): Promise<AgentResult> {
  const attempted = { attempts: 1, usage: noUsage(), costUsd: 0, model: "far/m" };
  const agent: Agent = {
    ...{ call, signal, prompt: call.request.prompt },
    get work() {
      if (!work) throw new Error("the agent has no tools");
      return work;
    },
    use: (target, output = "done") => use({ work: agent.work, target, output }),
  };
  try {
    const value = await act(agent);
    signal.throwIfAborted();
    return { status: "completed", value, ...attempted };
  } catch (error) {
    signal.throwIfAborted();
    return { status: "failed", error: errorInfo(error), ...attempted };
  }
}

async function use({ work, target, output }: { work: AgentWork; target: string; output: string }): Promise<boolean> {
  const tool: ToolUse = { call: "t1", name: "write_file", access: "write", input: { path: target } };
  const request = {
    tool: "write_file",
    access: "write" as const,
    action: `write ${target}`,
    detail: `+${target}`,
    scope: "write",
  };
  const isAllowed = await work.approve(request, tool);
  await work.onToolStarted(tool);
  const content = isAllowed ? output : "denied";
  work.onToolEnded(tool, { result: { content, isError: !isAllowed }, durationMs: 1.4 });
  return isAllowed;
}

export function script(body: string): { text: string; file: string } {
  return { text: `export const meta = { name: "t", description: "d" };\n${body}`, file: "script.js" };
}

export async function run(engine: Engine, body: string, onAsk?: OnAsk): Promise<RunRecord> {
  const { id } = await engine.start({ script: script(body), ...(onAsk ? { onAsk } : {}) });
  return await engine.outcome(id);
}

/** Settles with the event when the run has one of that type. */
export async function eventOf<Type extends EventBody["type"]>(
  engine: Engine,
  id: string,
  type: Type,
  count = 1,
): Promise<Extract<Event, { type: Type }>> {
  const stop = new AbortController();
  const found: Event[] = [];
  await engine.follow(id, { after: 0, types: [type] }, (events) => {
    found.push(...events);
    if (found.length >= count) stop.abort();
  }, stop.signal);
  const event = found[count - 1];
  if (!event) throw new Error(`run ${id} ended without ${type}`);
  return event as Extract<Event, { type: Type }>;
}

/** Worktrees that are only names; `log` tells what became of them. */
export function namedWorktrees(log: string[], isKept = true): Partial<Worktrees> {
  let count = 0;
  return {
    create({ step }) {
      const n = ++count;
      log.push(`create ${n}`);
      const worktree: Worktree = { path: `/trees/${n}/sub`, root: `/trees/${n}`, branch: `odw/r/${n}`, base: step };
      return Promise.resolve({ ...worktree, uncommitted: [] });
    },
    release({ root }) {
      log.push(`release ${root.slice("/trees/".length)}`);
      return Promise.resolve({ isKept, changedFiles: isKept ? 2 : 0 });
    },
  };
}

export function denied(message: string): OdwError {
  return new OdwError("denied", message);
}
