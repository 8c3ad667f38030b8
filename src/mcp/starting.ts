// How a run begins or goes on: recorded here, and carried by a process that outlives this one.
import type * as z from "zod";
import type { Engine, StartRequest } from "../engine.ts";
import { errorInfo, OdwError } from "../errors.ts";
import type { RunLimits, RunRecord } from "../run.ts";
import type { startInput } from "./shapes.ts";
import type { Place, ToolParts } from "./tools.ts";
import { beginningsOf, waitForBeginning } from "./wait.ts";

type StartInput = z.output<typeof startInput>;

/** Begins a run, or goes on with the one that `resume` names. Throws OdwError. */
export async function startRun(parts: ToolParts, input: StartInput, place: Place): Promise<RunRecord> {
  if (input.resume !== undefined) return await resumeRun(parts, { ...input, resume: input.resume }, place);
  const { engine, cwd } = place;
  const request = startRequest(input);
  await refuseFaults(engine, request);
  const { id } = await engine.create(request);
  try {
    await parts.launch(id, { cwd, sampling: place.lend(id) });
  } catch (error) {
    const { code, message } = errorInfo(error);
    throw new OdwError(code ?? "denied", `${message}; the run is kept, the user can start it with: odw resume ${id}`, {
      cause: error,
    });
  }
  return await engine.get(id);
}

/** What is wrong is found here: the other process could tell nobody. */
async function resumeRun(
  parts: ToolParts,
  { resume: ref, model, ...others }: StartInput & { resume: string },
  { engine, lend }: Place,
): Promise<RunRecord> {
  const other = Object.entries(others).find(([, value]) => value !== undefined)?.[0];
  if (other) {
    throw new OdwError("usage", `resume goes on with a run as it was started: leave out ${other}, or start anew`);
  }
  const changes = model === undefined ? {} : { model };
  await engine.checkResume({ ref, ...changes });
  const { id } = await engine.get(ref);
  const before = await beginningsOf(engine, id);
  // In the folder where it was begun, whatever folder this host works in.
  await parts.launch(id, { cwd: undefined, sampling: lend(id), ...changes });
  if (await waitForBeginning(engine, id, { after: before })) return await engine.get(id);
  throw new OdwError(
    "conflict",
    `run ${id} did not go on: ask the user to run odw resume ${id} in a terminal, which says why`,
  );
}

function startRequest({ name, script, args, model, ...given }: StartInput): StartRequest {
  if ((name === undefined) === (script === undefined)) {
    throw new OdwError(
      "usage",
      "give either name (a saved workflow, see workflow_list) or script (a workflow script of your own)",
    );
  }
  const limits: Partial<RunLimits> = {
    ...(given.concurrency === undefined ? {} : { concurrency: given.concurrency }),
    ...(given.max_agents === undefined ? {} : { agents: given.max_agents }),
    ...(given.max_output_tokens === undefined ? {} : { tokens: given.max_output_tokens }),
    ...(given.max_cost_usd === undefined ? {} : { costUsd: given.max_cost_usd }),
  };
  return {
    script: script === undefined ? { name: name! } : { text: script, file: "script.js" },
    limits,
    onAsk: "wait",
    ...(args === undefined ? {} : { args }),
    ...(model === undefined ? {} : { model }),
  };
}

/** A script of the model's own is checked first: it hears the line and the corrected pattern, and nothing has been paid. */
async function refuseFaults(engine: Engine, { script, args, model, limits }: StartRequest): Promise<void> {
  if ("name" in script) return;
  const check = await engine.check({
    script,
    ...(args === undefined ? {} : { args }),
    ...(model === undefined ? {} : { model }),
    ...(limits === undefined ? {} : { limits }),
  });
  const faults = check.problems.filter(({ severity }) => severity === "error");
  if (faults.length === 0) return;
  const lines = faults.slice(0, 5).map(({ place, message, fix }) =>
    `${place ? `${place}: ` : ""}${message}${fix ? `\n  write: ${fix}` : ""}`
  );
  throw new OdwError("script_invalid", `the script was not started:\n${lines.join("\n")}`);
}
