// What every Store promises, whatever stands behind it: call it with a way to open one.
import { CENSUS } from "./conformance_census.ts";
import { CHECK, DELETION } from "./conformance_deletion.ts";
import { EVENTS, STEPS } from "./conformance_events.ts";
import { LEASES } from "./conformance_leases.ts";
import { RUNS } from "./conformance_runs.ts";
import { RECORDED, TRANSFER } from "./conformance_transfer.ts";
import type { OpenJournal } from "./fixtures.ts";

export interface Harness {
  /** Makes an empty journal; `dispose` removes it. */
  create(): Promise<{ open: OpenJournal; dispose: () => Promise<void> }>;
}

export function testStoreConformance(name: string, harness: Harness): void {
  for (
    const [promise, test] of [
      ...RUNS,
      ...CENSUS,
      ...EVENTS,
      ...STEPS,
      ...LEASES,
      ...RECORDED,
      ...TRANSFER,
      ...DELETION,
      ...CHECK,
    ]
  ) {
    Deno.test(`${name}: ${promise}`, async () => {
      const [journal, elsewhere] = [await harness.create(), await harness.create()];
      const clock = { nowMs: Date.UTC(2026, 10, 22) };
      try {
        await using store = await journal.open(() => clock.nowMs);
        await test(store, { clock, open: journal.open, openElsewhere: elsewhere.open });
      } finally {
        await Promise.all([journal.dispose(), elsewhere.dispose()]);
      }
    });
  }
}
