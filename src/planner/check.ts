// odw's check of a script: what can be read in it, then what dry runs at several branch choices show.
import { errorInfo, OdwError } from "../errors.ts";
import type { Check, CheckOptions, CheckProblem } from "../planner.ts";
import type { RunLimits } from "../run.ts";
import type { ParsedScript, ScriptSource } from "../sandbox.ts";
import { type BranchChoice, OTHER_CHOICES, typicalAnswers } from "./answers.ts";
import { type DryRun, dryRun, type DryRunParts, type DryRunRequest } from "./dry_run.ts";
import { estimateOf } from "./estimate.ts";
import { readScript } from "./read_script.ts";
import { cappedProblem, failedProblem, stoppedProblem, untriedProblem } from "./run_problems.ts";

export interface CheckParts extends DryRunParts {
  /** Finds what workflow() names where the caller of a check gives no way. */
  builtIn: readonly { name: string; text: string }[];
}

/** The typical way may take this long, and the other ways together. */
const MOST_MS = 10_000;
/** The other ways: so long, or as many times what the typical way took, since a busy machine is slow at all of them. */
const OTHERS_MS = 1500;
const OTHERS_TIMES = 5;

/** See Planner.check. */
export async function checkScript(source: ScriptSource, options: CheckOptions, parts: CheckParts): Promise<Check> {
  let script: ParsedScript;
  try {
    script = parts.sandbox.parse(source);
  } catch (error) {
    return { dialect: null, problems: [launchProblem(error)], estimate: null, tools: [] };
  }
  const { dialect, meta } = script;
  const isClockForbidden = dialect === "meta" && parts.settings.script.clock === "forbidden";
  const { problems, tools } = await readScript(script, isClockForbidden);
  // An endless loop that the text shows need not be run.
  if (problems.some(({ message }) => message.includes("without end"))) {
    return { dialect, problems, estimate: null, tools };
  }
  const rehearsed = await rehearse(script, options, parts);
  const { typical, runs } = rehearsed;
  const { concurrency } = limitsOf(options, parts);
  const isRunnable = typical?.outcome.status === "completed";
  const estimate = isRunnable ? estimateOf(typical, runs, { meta, provider: parts.provider, concurrency }) : null;
  return { dialect, problems: [...problems, ...rehearsed.problems], estimate, tools };
}

interface Rehearsed {
  typical: DryRun | null;
  runs: DryRun[];
  problems: CheckProblem[];
}

async function rehearse(script: ParsedScript, options: CheckOptions, parts: CheckParts): Promise<Rehearsed> {
  const startedAt = performance.now();
  const signal = AbortSignal.timeout(MOST_MS);
  const choice = typicalAnswers(parts.runner, { root: parts.settings.cwd, signal });
  const typical = await run(script, { choice, signal, options, parts });
  if (!typical) return { typical: null, runs: [], problems: [stoppedProblem(MOST_MS)] };
  const first = problemsOf(typical, script, true);
  if (typical.outcome.status !== "completed") return { typical, runs: [typical], problems: first };
  const typicalMs = performance.now() - startedAt;
  const othersMs = Math.ceil(Math.min(MOST_MS, Math.max(OTHERS_MS, OTHERS_TIMES * typicalMs)));
  const until = AbortSignal.timeout(othersMs);
  // Side by side: the start of a realm takes longer than most dry runs.
  const results = await Promise.all(
    OTHER_CHOICES.map((other) => run(script, { choice: other, signal: until, options, parts })),
  );
  const others = results.filter((result) => result !== null);
  const untried = OTHER_CHOICES.filter((_, index) => results[index] === null).map(({ name }) => name);
  const problems = [...first, ...others.flatMap((other) => problemsOf(other, script, false))];
  if (untried.length > 0) problems.push(untriedProblem(untried, othersMs));
  return { typical, runs: [typical, ...others], problems: uniqueProblems(problems) };
}

/** null: the time was up. */
async function run(
  script: ParsedScript,
  given: { choice: BranchChoice; signal: AbortSignal; options: CheckOptions; parts: CheckParts },
): Promise<DryRun | null> {
  const { choice, signal, options, parts } = given;
  const request: DryRunRequest = {
    script,
    args: options.args,
    model: options.model ?? null,
    limits: limitsOf(options, parts),
    choice,
    findWorkflow: options.findWorkflow ?? ((ref) => findBuiltIn(ref, parts)),
    signal,
  };
  try {
    return await dryRun(request, parts);
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}

function problemsOf(run: DryRun, script: ParsedScript, isTypical: boolean): CheckProblem[] {
  if (run.outcome.status === "capped") return [cappedProblem(run)];
  if (run.outcome.status === "failed") {
    const problem = failedProblem(run.outcome.error, { script, choice: run.choice, isTypical });
    return problem ? [problem] : [];
  }
  return isTypical ? notesOf(run) : [];
}

function notesOf({ plans, unreachable }: DryRun): CheckProblem[] {
  const planned = plans === 0
    ? []
    : [`the script calls the planner ${plans} times: what its scripts do is not in the estimate`];
  return [...unreachable, ...planned].map((message) => ({ severity: "warning", place: null, message, fix: null }));
}

function uniqueProblems(problems: CheckProblem[]): CheckProblem[] {
  const seen = new Set<string>();
  return problems.filter(({ place, message }) => {
    const key = `${place} ${message.split("\n").at(-1)}`;
    if (place !== null && seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function limitsOf({ limits }: CheckOptions, { settings }: CheckParts): RunLimits {
  return { ...settings.limits, ...limits };
}

function findBuiltIn(ref: { name: string } | { scriptPath: string }, parts: CheckParts): Promise<ParsedScript> {
  const found = "name" in ref ? parts.builtIn.find(({ name }) => name === ref.name) : undefined;
  if (found) return Promise.resolve(parts.sandbox.parse({ text: found.text, file: `built-in:${found.name}` }));
  const name = "name" in ref ? ref.name : ref.scriptPath;
  return Promise.reject(new OdwError("not_found", `unknown workflow '${name}'`));
}

/** The parser's own text has the place, the source line and what to do. */
function launchProblem(error: unknown): CheckProblem {
  const { message, stack } = errorInfo(error);
  const place = stack?.match(/at (.+:\d+:\d+)/)?.[1] ?? null;
  return { severity: "error", place, message: place ? message.replace(`${place}: `, "") : message, fix: null };
}
