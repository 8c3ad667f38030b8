// From dry runs to numbers: agents by phase, depth, tokens, cost and time.
import type { CostUsd } from "../agent.ts";
import type { Estimate } from "../planner.ts";
import { noUsage, type Provider } from "../provider.ts";
import type { Meta } from "../sandbox.ts";
import type { DryCall, DryRun } from "./dry_run.ts";

/** Calls that a picture can show. */
const SHOWN_CALLS = 2000;

/** `typical` is one of `runs`; those that did not come to their end do not count for the range. */
export function estimateOf(
  typical: DryRun,
  runs: DryRun[],
  { meta, provider, concurrency }: { meta: Meta | null; provider: Provider; concurrency: number },
): Estimate {
  const ended = runs.filter(({ outcome }) => outcome.status === "completed");
  const models = modelsOf(typical.calls, provider);
  return {
    agents: rangeOf(typical, ended, () => true),
    phases: phasesOf(typical, ended, meta),
    depth: typical.calls.reduce((deepest, { depth }) => Math.max(deepest, depth), 0),
    inputTokens: sum(typical.calls.map((call) => call.inputTokens)),
    outputTokens: sum(typical.calls.map((call) => call.outputTokens)),
    models,
    costUsd: models.reduce<CostUsd>((all, { costUsd }) => all === null || costUsd === null ? null : all + costUsd, 0),
    wallMs: Math.round(typical.wallMs),
    concurrency,
    calls: typical.calls.slice(0, SHOWN_CALLS).map(({ label, phase, after }) => ({ label, phase, after })),
  };
}

function phasesOf(typical: DryRun, ended: DryRun[], meta: Meta | null): Estimate["phases"] {
  const declared = (meta?.phases ?? []).map(({ title }) => title);
  const seen = [typical, ...ended].flatMap(({ calls }) => calls.map(({ phase }) => phase));
  const used = new Set(seen);
  const titles = [...new Set([...declared.filter((title) => used.has(title)), ...seen])];
  return titles.map((title) => ({ title, ...rangeOf(typical, ended, ({ phase }) => phase === title) }));
}

function rangeOf(typical: DryRun, ended: DryRun[], counts: (call: DryCall) => boolean): Estimate["agents"] {
  const numberOf = ({ calls }: DryRun) => calls.filter(counts).length;
  const all = [typical, ...ended].map(numberOf);
  return { min: Math.min(...all), typical: numberOf(typical), max: Math.max(...all) };
}

function modelsOf(calls: DryCall[], provider: Provider): Estimate["models"] {
  return [...Map.groupBy(calls, ({ model }) => model)].map(([model, members]) => {
    const inputTokens = sum(members.map((call) => call.inputTokens));
    const outputTokens = sum(members.map((call) => call.outputTokens));
    const costs = members.map((call) =>
      provider.cost(model, { ...noUsage(), inputTokens: call.inputTokens, outputTokens: call.outputTokens })
    );
    const costUsd = costs.reduce<CostUsd>((all, each) => all === null || each === null ? null : all + each, 0);
    return { model, agents: members.length, inputTokens, outputTokens, costUsd };
  });
}

function sum(numbers: number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}
