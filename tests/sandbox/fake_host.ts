// A host that answers as a test says and keeps all that the script told it.
import { OdwError } from "../../src/errors.ts";
import type { AgentHandling, AgentRequest } from "../../src/agent.ts";
import type { Json } from "../../src/json.ts";
import type { Failure, LogLevel } from "../../src/run.ts";
import type { AskedQuestion, ExecuteOptions, Host } from "../../src/sandbox.ts";
import { openSandbox } from "../../src/sandbox/open.ts";

export type Answer = (request: AgentRequest, handling: AgentHandling, index: number) => Json | Promise<Json>;

export interface Told {
  requests: AgentRequest[];
  handlings: AgentHandling[];
  workflows: { ref: { name: string } | { scriptPath: string }; args: Json | undefined }[];
  questions: AskedQuestion[];
  checkpoints: [string, Json][];
  phases: string[];
  logs: [LogLevel, string][];
  failures: Failure[];
}

export interface Given extends Partial<Omit<ExecuteOptions, "limits">> {
  answer?: Answer;
  workflow?: (args: Json | undefined) => Json | Promise<Json>;
  reply?: string;
  limits?: Partial<ExecuteOptions["limits"]>;
  spent?: () => { spentTokens: number; spentCostUsd: number };
  file?: string;
}

export const META = `export const meta = { name: "t", description: "d" };`;

/** Runs a script's text; `told` is filled while it runs. */
export async function runText(text: string, given: Given = {}, told: Told = emptyTold()): Promise<Json> {
  const sandbox = openSandbox();
  const script = sandbox.parse({ text, file: given.file ?? "script.js" });
  return await sandbox.execute(script, fakeHost(given, told), optionsOf(given));
}

/** The body of a dialect A script, on the line of its meta. */
export function runBody(body: string, given: Given = {}, told: Told = emptyTold()): Promise<Json> {
  return runText(`${META} ${body}`, given, told);
}

/** The body of a dialect B `execute(context)`. */
export function runExecute(body: string, given: Given = {}, told: Told = emptyTold()): Promise<Json> {
  return runText(`module.exports.execute = async (context) => { ${body} };`, given, told);
}

export function emptyTold(): Told {
  return {
    requests: [],
    handlings: [],
    workflows: [],
    questions: [],
    checkpoints: [],
    phases: [],
    logs: [],
    failures: [],
  };
}

export function fakeHost(given: Given, told: Told): Host {
  return {
    async agent(request, handling) {
      const index = told.requests.push(request) - 1;
      told.handlings.push(handling);
      return await (given.answer ? given.answer(request, handling, index) : `answer to ${request.prompt}`);
    },
    ask(question) {
      told.questions.push(question);
      return given.reply === undefined ? Promise.reject(new Error("nobody is there")) : Promise.resolve(given.reply);
    },
    tool: (name) => Promise.reject(new OdwError("denied", `${name} is not permitted`)),
    replan: () => Promise.reject(new OdwError("denied", "there is no planner")),
    async workflow(ref, args) {
      told.workflows.push({ ref, args });
      return await (given.workflow ? given.workflow(args) : null);
    },
    checkpoint: (key, value) => void told.checkpoints.push([key, value]),
    phase: (title) => void told.phases.push(title),
    log: (level, message) => void told.logs.push([level, message]),
    failure: (failure) => void told.failures.push(failure),
    budget: given.spent ?? (() => ({ spentTokens: 0, spentCostUsd: 0 })),
  };
}

export function optionsOf(given: Given): ExecuteOptions {
  const options: ExecuteOptions = {
    limits: { memoryBytes: 256 * 1024 * 1024, stackBytes: 256 * 1024, sliceMs: 30_000, ...given.limits },
    clock: given.clock ?? { mode: "forbidden" },
    pipelineNull: given.pipelineNull ?? "end",
    budget: given.budget ?? { totalTokens: null, totalCostUsd: null },
    signal: given.signal ?? new AbortController().signal,
  };
  if (given.args !== undefined) options.args = given.args;
  return options;
}
