// What stands before one provider call: the run's budget first, then the provider's gate.
import type { AgentRunOptions, CallPass, Reservation } from "../agent.ts";
import { type GenerateRequest, noUsage, type Provider } from "../provider.ts";
import { unlessAborted } from "./unless_aborted.ts";
import { usageBound } from "./usage_bound.ts";

export interface AdmissionOptions {
  signal: AbortSignal;
  provider: Provider;
  reserve: AgentRunOptions["reserve"] | undefined;
  gate: AgentRunOptions["gate"] | undefined;
}

/** A call that may go out. */
export interface Admitted {
  pass: CallPass | undefined;
  reservation: Reservation | undefined;
}

const FREE: Admitted = { pass: undefined, reservation: undefined };

/**
 * The gate comes last, so that no call takes a place at the provider while it waits for a budget. Throws what the budget or the gate
 * throws, or the signal's reason; then nothing is held.
 */
export function admit(request: GenerateRequest, options: AdmissionOptions): Admitted | Promise<Admitted> {
  const { reserve, gate, signal } = options;
  if (reserve) return admitReserved(request, { ...options, reserve });
  if (!gate) return FREE;
  const pass = gate.enter(signal);
  return pass instanceof Promise ? pass.then(passed) : passed(pass);
}

function passed(pass: CallPass): Admitted {
  return { pass, reservation: undefined };
}

async function admitReserved(
  request: GenerateRequest,
  { reserve, gate, signal, provider }: AdmissionOptions & { reserve: NonNullable<AgentRunOptions["reserve"]> },
): Promise<Admitted> {
  const reservation = await grantedUnlessAborted(reserve(usageBound(request, provider)), signal);
  try {
    return { pass: await gate?.enter(signal), reservation };
  } catch (error) {
    reservation.settle(noUsage(), 0);
    throw error;
  }
}

/** A grant that comes after the abort is given back at once. */
async function grantedUnlessAborted(granting: Promise<Reservation>, signal: AbortSignal): Promise<Reservation> {
  try {
    return await unlessAborted(granting, signal);
  } catch (error) {
    granting.then((reservation) => reservation.settle(noUsage(), 0), () => {});
    throw error;
  }
}
