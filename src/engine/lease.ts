// Ownership of a run: a lease that is renewed while its process lives, so that others see when it died.
import { OdwError } from "../errors.ts";
import type { Store } from "../store.ts";

/** A dead owner's run can be claimed after this long. */
export const LEASE_MS = 3_000;
const RENEW_MS = 800;
const LOOK_EVERY_MS = 100;

/**
 * Takes the lease. Where somebody holds it, waits for as long as the lease of an owner that died just now would last: true when it
 * ran out, false when the owner lives or brought the run to an end meanwhile.
 */
export async function claim(store: Store, runId: string, owner: string): Promise<boolean> {
  if (await store.claim(runId, owner, LEASE_MS)) return true;
  for (let waitedMs = 0; waitedMs <= LEASE_MS; waitedMs += LOOK_EVERY_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const { status } = await store.getRun(runId);
    if (status === "running") continue;
    if (status !== "interrupted" && status !== "waiting") return false;
    if (await store.claim(runId, owner, LEASE_MS)) return true;
  }
  return false;
}

/** Renews until disposed, then releases. `onLost`: another process owns the run now, so this one must stop. */
export function holdLease(
  store: Store,
  runId: string,
  owner: string,
  onLost: (error: OdwError) => void,
): AsyncDisposable {
  const timer = setInterval(renew, RENEW_MS);

  async function renew(): Promise<void> {
    try {
      if (await store.renew(runId, owner, LEASE_MS)) return;
      onLost(new OdwError("conflict", `run ${runId} was taken over by another process`));
    } catch (error) {
      onLost(
        new OdwError("store", `cannot renew the lease of run ${runId}: ${(error as Error).message}`, { cause: error }),
      );
    }
  }

  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await store.release(runId, owner).catch(() => {});
    },
  };
}
