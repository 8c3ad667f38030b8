// Runs one prepared call to its result: everything but the caller's abort ends as data.
import type { AgentCall, AgentResult, AgentRunOptions, AgentWork } from "../agent.ts";
import type { Settings } from "../config.ts";
import { errorInfo } from "../errors.ts";
import type { GenerateRequest, Provider } from "../provider.ts";
import { ContextRoom } from "./context_room.ts";
import type { Outcome } from "./outcome.ts";
import { ProviderCalls, type RetryCause } from "./provider_calls.ts";
import { refuseTools } from "./refused_tools.ts";
import { schemaAnswer } from "./schema_answer.ts";
import type { SchemaCache } from "./schema_cache.ts";
import type { SystemPrompts } from "./system_prompt.ts";
import { newTally, type Tally } from "./tally.ts";
import { textAnswer } from "./text_answer.ts";
import { startTimeLimit } from "./time_limit.ts";
import { ToolCalls } from "./tool_calls.ts";
import type { ToolOffer, ToolOffers } from "./tool_offers.ts";
import { takeTurns, type TurnOptions } from "./turns.ts";
import { unlessAborted } from "./unless_aborted.ts";

export interface RunContext {
  provider: Provider;
  settings: Settings["agent"];
  schemas: SchemaCache;
  offers: ToolOffers;
  prompts: SystemPrompts;
  /** Tool calls of each step so far. */
  toolCounts: WeakMap<AgentWork, { calls: number }>;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  random: () => number;
  now: () => number;
}

const MAX_TURNS = 50;
/** Of a model that was offered no tools and calls some. */
const MAX_TURNS_WITHOUT_TOOLS = 10;

/** See AgentRunner.run. */
export async function runCall(call: AgentCall, options: AgentRunOptions, context: RunContext): Promise<AgentResult> {
  options.signal.throwIfAborted();
  const tally = newTally();
  using limit = startTimeLimit(call.handling.timeoutMs, options.signal, context);
  const calls = providerCalls(call, options, context, { tally, signal: limit.signal, deadlineMs: limit.deadlineMs });
  try {
    const work = options.work && call.tools.length > 0 ? options.work : null;
    return toResult(await answer(call, context, { calls, work, signal: limit.signal }), call, tally);
  } catch (thrown) {
    options.signal.throwIfAborted();
    return toResult({ error: limit.signal.aborted ? limit.signal.reason : thrown }, call, tally);
  }
}

function providerCalls(
  { handling }: AgentCall,
  { onRetried, reserve, gate }: AgentRunOptions,
  { provider, settings, sleep, random, now }: RunContext,
  scope: { tally: Tally; signal: AbortSignal; deadlineMs: number },
): ProviderCalls {
  return new ProviderCalls({
    ...scope,
    provider,
    stallMs: handling.stallMs ?? settings.stallMs,
    retries: handling.retries ?? settings.retries,
    stallAttempts: settings.stallAttempts,
    sleep,
    random,
    now,
    ...{ onRetried, reserve, gate },
  });
}

interface Scope {
  calls: ProviderCalls;
  /** null: no tools are offered. */
  work: AgentWork | null;
  signal: AbortSignal;
}

/** Where an agent works, and with what. */
interface Workplace {
  work: AgentWork;
  offer: ToolOffer;
}

async function answer(call: AgentCall, context: RunContext, scope: Scope): Promise<Outcome> {
  const { calls, work, signal } = scope;
  const offer = work ? await offerOf(call, context, signal) : null;
  const workplace = work && offer && offer.tools.length > 0 ? { work, offer } : null;
  const request = generateRequest(call, context, workplace);
  const turning = turnOptions(call, context, { calls, signal, workplace });
  const shared = {
    retry: (cause: RetryCause, waitMs: number) => calls.retry(cause, waitMs),
    takeTurns: (asked: GenerateRequest) => takeTurns(asked, turning),
  };
  if (!call.schema) return await textAnswer(request, { ...shared, mayBeCut: call.request.maxTokens !== undefined });
  const validate = await context.schemas.validator(call.schema);
  return await schemaAnswer(request, { ...shared, validate, attempts: context.settings.schemaAttempts });
}

/** Servers may have to be asked again: only that is waited for with an eye on the signal. */
function offerOf({ tools }: AgentCall, { offers }: RunContext, signal: AbortSignal): ToolOffer | Promise<ToolOffer> {
  const offer = offers.named(tools);
  return offer instanceof Promise ? unlessAborted(offer, signal) : offer;
}

/** For all turns of the call, over all attempts at its answer. */
function turnOptions(
  call: AgentCall,
  { provider, offers, toolCounts, now }: RunContext,
  { calls, signal, workplace }: Omit<Scope, "work"> & { workplace: Workplace | null },
): TurnOptions {
  const wanted = call.request.maxTurns ?? call.definition?.maxTurns;
  const turns = { taken: 0, most: Math.max(1, wanted ?? (workplace ? MAX_TURNS : MAX_TURNS_WITHOUT_TOOLS)) };
  const generate = (request: GenerateRequest) => calls.generate(request);
  if (!workplace) {
    const asked = async (request: GenerateRequest) => ({ result: await generate(request), messages: request.messages });
    return { generate: asked, callTools: refuseTools, turns };
  }
  const { work, offer } = workplace;
  let toolCalls: ToolCalls | undefined;
  const contextTokens = provider.contextTokens?.(modelName(call));
  const room = new ContextRoom({ generate, contextTokens, onCompacted: (compacted) => work.onCompacted(compacted) });
  return {
    generate: (request) => room.generate(request),
    callTools(asked) {
      toolCalls ??= new ToolCalls({
        ...{ tools: offers.tools, offered: offer.tools, work, signal, now },
        count: countOf(work, toolCounts),
      });
      return toolCalls.answer(asked);
    },
    turns,
  };
}

function countOf(work: AgentWork, counts: RunContext["toolCounts"]): { calls: number } {
  const count = counts.get(work) ?? { calls: 0 };
  counts.set(work, count);
  return count;
}

/** The default limit is far above what agents answer. */
const EXPECTED_TOKENS = 4096;

/** The prompt goes out verbatim. */
function generateRequest(
  call: AgentCall,
  { settings, prompts }: RunContext,
  workplace: Workplace | null,
): GenerateRequest {
  const { request, definition, schema } = call;
  const effort = request.effort ?? definition?.effort;
  return {
    model: modelName(call),
    system: prompts.of(
      call,
      workplace && { root: workplace.work.root, instructions: workplace.offer.instructions },
    ),
    messages: [{ role: "user", content: request.prompt }],
    maxTokens: request.maxTokens ?? settings.maxTokens,
    ...(request.maxTokens === undefined ? { expectedTokens: EXPECTED_TOKENS } : {}),
    ...(workplace ? { tools: workplace.offer.specs } : {}),
    ...(schema ? { schema } : {}),
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...(effort === undefined ? {} : { effort }),
  };
}

function modelName({ route }: AgentCall): string {
  return `${route.provider}/${route.modelId}`;
}

/** A failure between two attempts keeps what the model wrote in the last one. */
function toResult(outcome: Outcome | { error: unknown }, call: AgentCall, tally: Tally): AgentResult {
  const { attempts, usage, costUsd, lastText } = tally;
  const attempted = { attempts, usage, costUsd, model: modelName(call) };
  if ("value" in outcome) return { status: "completed", value: outcome.value, ...attempted };
  const rawText = "rawText" in outcome ? outcome.rawText : lastText;
  return { status: "failed", error: errorInfo(outcome.error), ...(rawText === "" ? {} : { rawText }), ...attempted };
}
