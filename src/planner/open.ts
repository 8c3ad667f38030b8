// Opens the planner.
import type { Settings } from "../config.ts";
import type { Planner } from "../planner.ts";
import type { Provider } from "../provider.ts";
import type { Sandbox } from "../sandbox.ts";

export function openPlanner(_parts: { settings: Settings; provider: Provider; sandbox: Sandbox }): Planner {
  const unbuilt = () => Promise.reject(new Error("not built yet"));
  return { plan: unbuilt, check: unbuilt, subScript: unbuilt };
}
