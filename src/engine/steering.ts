// Steering a run that this process does not own: its owner is told through the store; where nobody owns it, the journal is.
import { OdwError } from "../errors.ts";
import { hasEnded, type RunRecord } from "../run.ts";
import type { Command, Store } from "../store.ts";
import { LEASE_MS } from "./lease.ts";
import { checkAnswer } from "./questions.ts";

/** Sends a command to the living owner. Throws `conflict` when the run does not run. */
export async function tellOwner(store: Store, { id, status }: RunRecord, command: Command): Promise<void> {
  const isOwned = status === "running" || status === "waiting" || status === "queued";
  if (!isOwned) throw new OdwError("conflict", `cannot ${command.type} run ${id}: it is ${status}, not running`);
  await store.sendCommand(id, command);
}

/** Cancels a run of another process, or one that nobody works on. */
export async function cancelElsewhere(store: Store, record: RunRecord, owner: string): Promise<void> {
  const { id, status, usage } = record;
  if (hasEnded(status)) throw new OdwError("conflict", `cannot cancel run ${id}: it is ${status} already`);
  if (!(await store.claim(id, owner, LEASE_MS))) return await store.sendCommand(id, { type: "cancel" });
  try {
    await store.append(id, [{ type: "run_cancelled", usage, durationMs: 0 }], owner);
  } finally {
    await store.release(id, owner);
  }
}

/** Answers the question of a waiting run: its owner goes on at once, else the answer lies ready for the resume. */
export async function respondElsewhere(store: Store, record: RunRecord, answer: string, owner: string): Promise<void> {
  const { id, status, question } = record;
  if (status !== "waiting" || !question) throw new OdwError("conflict", `run ${id} asks nothing: it is ${status}`);
  checkAnswer(question, answer);
  if (!(await store.claim(id, owner, LEASE_MS))) return await store.sendCommand(id, { type: "respond", answer });
  try {
    await store.append(id, [
      { type: "question_answered", key: question.key, answer },
      { type: "run_paused", reason: "the question is answered" },
    ], owner);
  } finally {
    await store.release(id, owner);
  }
}

/** The ids of the steps that `ref` (an id, a prefix of one, or a label) names among those under way. Throws `not_found`. */
export async function findRunningSteps(store: Store, runId: string, ref: string): Promise<string[]> {
  const running = (await store.steps(runId)).filter((step) => step.status === "running");
  const exact = running.filter((step) => step.id === ref || step.label === ref);
  const found = exact.length > 0 ? exact : running.filter((step) => step.id.startsWith(ref));
  if (found.length > 0) return found.map((step) => step.id);
  const names = running.slice(0, 10).map((step) => step.label ?? step.id).join(", ");
  throw new OdwError(
    "not_found",
    `no running step of run ${runId} is ${JSON.stringify(ref)}; running: ${names || "none"}`,
  );
}
