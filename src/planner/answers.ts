// What agents answer in a dry run: as the simulated provider does, or with every choice made the same way.
import type { AgentCall, AgentRunner, AgentWork } from "../agent.ts";
import { isJsonObject, type Json } from "../json.ts";
import { noUsage, type TokenUsage } from "../provider.ts";
import { type Choices, madeUpValue } from "./made_up_value.ts";

export interface DryAnswer {
  /** undefined: this agent fails. */
  value: Json | undefined;
  usage: TokenUsage;
}

/** One way through a script. */
export interface BranchChoice {
  /** As problems name it: "when …". */
  name: string;
  answer(call: AgentCall): Promise<DryAnswer> | DryAnswer;
}

export const TYPICAL = "answers are typical";

const SIMULATED = { provider: "sim", modelId: "fast", lane: "sim", concurrency: 64 };
/** What models usually write where no shape is wanted, and how much more than a sample an object of theirs holds. */
const USUAL_TEXT_TOKENS = 350;
const USUAL_OBJECT_FACTOR = 3;
const CHARS_PER_TOKEN = 4;

/** Every agent is answered by the simulated provider through the real runner: prompts and attempts are counted as they would be. */
export function typicalAnswers(
  runner: AgentRunner,
  { root, signal }: { root: string; signal: AbortSignal },
): BranchChoice {
  const work: AgentWork = {
    root,
    approve: () => Promise.resolve(false),
    onToolStarted: () => Promise.resolve(),
    onToolEnded: () => {},
    onCompacted: () => {},
  };
  return {
    name: TYPICAL,
    async answer(call) {
      const result = await runner.run({ ...call, handling: {}, route: SIMULATED }, { signal, work });
      const value = result.status === "completed" ? result.value : undefined;
      return call.route.provider === "sim" ? { value, usage: result.usage } : usual(value, result.usage);
    },
  };
}

/** Real models write more than the simulated one, and what they write stands in later prompts. */
function usual(value: Json | undefined, usage: TokenUsage): DryAnswer {
  if (typeof value !== "string") {
    return { value, usage: { ...usage, outputTokens: Math.ceil(usage.outputTokens * USUAL_OBJECT_FACTOR) } };
  }
  const text = value.padEnd(USUAL_TEXT_TOKENS * CHARS_PER_TOKEN, " …");
  return { value: text, usage: { ...usage, outputTokens: Math.ceil(text.length / CHARS_PER_TOKEN) } };
}

/** The other ways: everything yes or no, nothing or much; and every agent failing. */
export const OTHER_CHOICES: readonly BranchChoice[] = [
  uniform("every answer is yes and its lists are empty", {
    yes: true,
    lists: "empty",
    numbers: "high",
    names: "first",
  }),
  uniform("every answer is yes and its lists are long", { yes: true, lists: "long", numbers: "high", names: "last" }),
  uniform("every answer is no and its lists are empty", { yes: false, lists: "empty", numbers: "low", names: "last" }),
  uniform("every answer is no and its lists are long", { yes: false, lists: "long", numbers: "low", names: "first" }),
  { name: "every agent fails", answer: (call) => ({ value: undefined, usage: usageOf(call, "") }) },
];

function uniform(name: string, choices: Choices): BranchChoice {
  return {
    name,
    answer(call) {
      const value = isJsonObject(call.schema)
        ? madeUpValue(call.schema, choices)
        : "A text that an agent could answer.";
      return { value, usage: usageOf(call, value) };
    },
  };
}

function usageOf({ request }: AgentCall, value: Json): TokenUsage {
  const written = typeof value === "string" ? value.length : JSON.stringify(value).length;
  return {
    ...noUsage(),
    inputTokens: Math.ceil(request.prompt.length / CHARS_PER_TOKEN),
    outputTokens: Math.ceil(written / CHARS_PER_TOKEN),
  };
}
