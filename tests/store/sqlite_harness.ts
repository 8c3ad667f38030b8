// Temporary journals for the tests of the store.
import { openStore } from "../../src/store/open.ts";
import type { Harness } from "./conformance.ts";
import { completed, SPEC, started } from "./fixtures.ts";

export interface TemporaryFolder extends AsyncDisposable {
  path: string;
}

export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await Deno.makeTempDir({ prefix: "odw-store-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

export const sqliteHarness: Harness = {
  async create() {
    const folder = await temporaryFolder();
    return {
      open: (now) => openStore(`${folder.path}/odw.db`, { now }),
      dispose: async () => await folder[Symbol.asyncDispose](),
    };
  },
};

/** Makes a journal with one run of `steps` answered steps, each of about 1 KiB; returns the run's id. */
export async function writeRun(path: string, steps: number): Promise<string> {
  await using store = await openStore(path);
  const id = await store.createRun(SPEC);
  for (let i = 0; i < steps; i++) await store.append(id, [started(`${i}#0`), completed(`${i}#0`, "y".repeat(900))]);
  return id;
}
