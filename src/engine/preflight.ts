// Before a run starts: does every model that the script names lead to a provider with a key, and does a cost budget know its price?
import type { Settings } from "../config.ts";
import { OdwError } from "../errors.ts";
import { noUsage, type Provider } from "../provider.ts";
import type { RunLimits } from "../run.ts";
import { HOST_PROVIDER, isHostModel } from "../sampling.ts";
import type { ParsedScript } from "../sandbox.ts";

/** Throws OdwError `config` with the setting that mends it. The default model counts only if the script could use it. */
export function checkModels(script: ParsedScript, model: string | null, provider: Provider): void {
  for (const named of modelsOf(script, model)) provider.route(named);
}

/**
 * A cost budget that was asked for cannot hold for a model of unknown price: throws OdwError `config` that names the setting. Dialect B's
 * own budget is warned about when such a call ends. To be called after checkModels.
 */
export function checkPrices(
  script: ParsedScript,
  spec: { model: string | null; limits: RunLimits },
  provider: Provider,
): void {
  if (spec.limits.costUsd === null || spec.limits.isCostDefault === true) return;
  for (const named of modelsOf(script, spec.model)) {
    const route = provider.route(named);
    const model = `${route.provider}/${route.modelId}`;
    if (provider.cost(model, noUsage()) === null) throw unknownPrice(model, spec.limits.costUsd);
  }
}

/** undefined: the configured default. */
function modelsOf(script: ParsedScript, model: string | null): Set<string | undefined> {
  const usesDefault = /\bagent\b|\bsummarize\b|\bworkflow\b/.test(script.text);
  return new Set([...(usesDefault ? [model ?? undefined] : []), ...script.models]);
}

function unknownPrice(model: string, costUsd: number): OdwError {
  if (isHostModel(model)) {
    return new OdwError(
      "config",
      `A budget of $${costUsd} cannot hold for ${model}: the coding agent's own subscription pays, and odw is not told how much; ` +
        `set prices["${HOST_PROVIDER}/*"] to { "input": 0, "output": 0 } in config.json to count it as free, or leave out the cost budget`,
    );
  }
  return new OdwError(
    "config",
    `A budget of $${costUsd} cannot hold for ${model}, whose price is unknown: set prices["${model}"] to ` +
      "{ input, output } in USD per million tokens in config.json, or leave out --budget-usd (limits.costUsd)",
  );
}

/** The limits of a run: as asked, else the configured ones, else dialect B's own defaults. */
export function resolveLimits(
  script: ParsedScript,
  asked: Partial<RunLimits>,
  configured: Settings["limits"],
): RunLimits {
  const dialectB = script.dialect === "execute" ? { tokens: 1_000_000, costUsd: 50 } : { tokens: null, costUsd: null };
  const costUsd = asked.costUsd ?? configured.costUsd;
  return {
    concurrency: asked.concurrency ?? configured.concurrency,
    agents: asked.agents ?? configured.agents,
    tokens: asked.tokens ?? configured.tokens ?? dialectB.tokens,
    costUsd: costUsd ?? dialectB.costUsd,
    timeoutMs: asked.timeoutMs ?? configured.timeoutMs,
    hard: asked.hard ?? configured.hard,
    ...(costUsd === null && dialectB.costUsd !== null ? { isCostDefault: true } : {}),
  };
}

/** The limits of a resumed run: as recorded, but for those that are given anew. */
export function changedLimits(recorded: RunLimits, asked: Partial<RunLimits>): RunLimits {
  const limits = { ...recorded, ...asked };
  if (asked.costUsd !== undefined) delete limits.isCostDefault;
  return limits;
}
