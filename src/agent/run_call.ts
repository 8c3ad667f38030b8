// Runs one prepared call to its result: everything but the caller's abort ends as data.
import type { AgentCall, AgentResult, AgentRunOptions } from "../agent.ts";
import type { Settings } from "../config.ts";
import { errorInfo } from "../errors.ts";
import type { GenerateRequest, Provider } from "../provider.ts";
import type { Outcome } from "./outcome.ts";
import { ProviderCalls, type RetryCause } from "./provider_calls.ts";
import { refuseTools } from "./refused_tools.ts";
import { schemaAnswer } from "./schema_answer.ts";
import type { SchemaCache } from "./schema_cache.ts";
import { systemPrompt } from "./system_prompt.ts";
import { newTally, type Tally } from "./tally.ts";
import { textAnswer } from "./text_answer.ts";
import { startTimeLimit } from "./time_limit.ts";
import { takeTurns } from "./turns.ts";

export interface RunContext {
  provider: Provider;
  settings: Settings["agent"];
  schemas: SchemaCache;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  random: () => number;
  now: () => number;
}

const MAX_TURNS = 10;

/** See AgentRunner.run. */
export async function runCall(call: AgentCall, options: AgentRunOptions, context: RunContext): Promise<AgentResult> {
  options.signal.throwIfAborted();
  const tally = newTally();
  using limit = startTimeLimit(call.handling.timeoutMs, options.signal, context);
  const calls = providerCalls(call, options, context, { tally, signal: limit.signal, deadlineMs: limit.deadlineMs });
  try {
    return toResult(await answer(call, context, calls), call, tally);
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

async function answer(call: AgentCall, context: RunContext, calls: ProviderCalls): Promise<Outcome> {
  const request = generateRequest(call, context.settings);
  const shared = {
    retry: (cause: RetryCause, waitMs: number) => calls.retry(cause, waitMs),
    takeTurns: (asked: GenerateRequest) =>
      takeTurns(asked, {
        generate: (turn) => calls.generate(turn),
        callTools: refuseTools,
        maxTurns: Math.max(1, call.request.maxTurns ?? MAX_TURNS),
      }),
  };
  if (!call.schema) return await textAnswer(request, { ...shared, mayBeCut: call.request.maxTokens !== undefined });
  const validate = await context.schemas.validator(call.schema);
  return await schemaAnswer(request, { ...shared, validate, attempts: context.settings.schemaAttempts });
}

/** The default limit is far above what agents answer. */
const EXPECTED_TOKENS = 4096;

/** The prompt goes out verbatim. */
function generateRequest(call: AgentCall, settings: Settings["agent"]): GenerateRequest {
  const { request, definition, schema } = call;
  const effort = request.effort ?? definition?.effort;
  return {
    model: modelName(call),
    system: systemPrompt(call),
    messages: [{ role: "user", content: request.prompt }],
    maxTokens: request.maxTokens ?? settings.maxTokens,
    ...(request.maxTokens === undefined ? { expectedTokens: EXPECTED_TOKENS } : {}),
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
