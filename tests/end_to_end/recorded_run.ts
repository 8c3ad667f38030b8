// What a run's journal and record say, asked of the program itself.
import assert from "node:assert/strict";
import type { Event, RunRecord, RunStatus, Step } from "../../src/run.ts";
import type { RunDocument } from "../../src/cli/result_output.ts";
import type { Ended, Place } from "./odw_process.ts";

/** All events of the run, by `odw logs`. */
export async function journalOf(place: Place, runId: string): Promise<Event[]> {
  const { code, stdout, stderr } = await place.odw(["logs", runId, "--json"]);
  assert.equal(code, 0, stderr);
  return stdout.trim().split("\n").map((line) => JSON.parse(line));
}

/** The prompts whose answers stand in the journal: none of them may ever be asked again. */
export function completedPrompts(events: Event[]): Set<string> {
  const prompts = new Map<string, string>();
  const completed = new Set<string>();
  for (const event of events) {
    if (event.type === "step_started") prompts.set(event.step, event.request.prompt);
    if (event.type === "step_completed") {
      completed.add(prompts.get(event.step) ?? assert.fail(`${event.step} never started`));
    }
  }
  return completed;
}

export async function recordOf(place: Place, runId: string): Promise<RunRecord & { steps: Step[] }> {
  const { code, stdout, stderr } = await place.odw(["show", runId, "--json"]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

/** As `odw ls` shows it. */
export async function listedStatus(place: Place, runId: string): Promise<RunStatus> {
  const { code, stdout, stderr } = await place.odw(["ls", "--json"]);
  assert.equal(code, 0, stderr);
  const runs: { id: string; status: RunStatus }[] = JSON.parse(stdout);
  return runs.find((run) => run.id === runId)?.status ?? assert.fail(`odw ls does not list ${runId}`);
}

/** Settles when the killed owner's lease has run out. */
export async function untilInterrupted(place: Place, runId: string): Promise<void> {
  const waited = await place.odw(["wait", runId]);
  assert.equal(await listedStatus(place, runId), "interrupted", waited.stderr);
}

/** The document of `--output json`. */
export function documentOf(ended: Ended): RunDocument {
  assert.notEqual(ended.stdout, "", ended.stderr);
  return JSON.parse(ended.stdout);
}

/** Its result; fails when the run did not complete. */
export function resultOf(ended: Ended): unknown {
  assert.equal(ended.code, 0, ended.stderr);
  return documentOf(ended).result;
}
