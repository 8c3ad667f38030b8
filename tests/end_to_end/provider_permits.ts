// Changes how many requests at once the provider of a test takes.
import type { Place } from "./odw_process.ts";

/** Of the provider that `Place.serve` wrote. */
export async function setPermits(place: Place, concurrency: number): Promise<void> {
  const { providers, ...config } = JSON.parse(await Deno.readTextFile(`${place.home}/config.json`));
  await place.configure({ ...config, providers: { wire: { ...providers.wire, concurrency } } });
}
