// The flags of a run as the engine takes them: limits, args, and what a question does.
import type { OnAsk } from "../engine.ts";
import type { RunLimits } from "../run.ts";
import type { Invocation } from "./command.ts";
import type { ArgsInput } from "./script_args.ts";
import type { World } from "./world.ts";

type Options = Invocation["options"];

/** Only what was given. */
export function limitsOf(options: Options): Partial<RunLimits> {
  const given = {
    concurrency: options.concurrency,
    agents: options.maxAgents,
    tokens: options.budgetTokens,
    costUsd: options.budgetUsd,
    timeoutMs: options.timeout,
  };
  const numbers = Object.entries(given).filter(([, value]) => typeof value === "number");
  return { ...Object.fromEntries(numbers), ...(options.budgetHard ? { hard: true } : {}) };
}

/** `words`: those after the script's name. */
export function argsInputOf(options: Options, words: string[]): ArgsInput {
  return {
    words,
    ...(typeof options.args === "string" ? { args: options.args } : {}),
    ...(Array.isArray(options.arg) ? { arg: options.arg as string[] } : {}),
    ...(typeof options.argsFile === "string" ? { argsFile: options.argsFile } : {}),
    ...(Array.isArray(options.files) ? { files: options.files as string[] } : {}),
  };
}

/** Where a person sits, a question waits for the answer; elsewhere it takes its default. */
export function onAskOf(options: Options, world: World): OnAsk {
  if (options.detachOnAsk) return "detach";
  if (typeof options.onAsk === "string") return options.onAsk as OnAsk;
  return isInteractive(world) ? "wait" : "default";
}

/** Whether a person can be asked here. */
export function isInteractive({ stdin, stderr }: World): boolean {
  return stdin.isTerminal && stderr.isTerminal;
}
