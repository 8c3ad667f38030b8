// How a host starts odw: this very executable, told by its absolute path, since hosts rarely share the user's PATH.
import type { HostPlaces } from "../hosts.ts";
import { VENDORS } from "../vendors.ts";
import type { ServerStart } from "./host_spec.ts";
import { inHome } from "./paths.ts";

export function serverStart(places: HostPlaces): ServerStart {
  const [command = "odw", ...words] = places.program;
  const isUsualHome = places.odwHome === inHome(places, ".odw");
  const names = VENDORS.flatMap(({ apiKeyEnv }) => apiKeyEnv ?? []);
  return {
    command,
    args: [...words, "mcp"],
    env: isUsualHome ? {} : { ODW_HOME: places.odwHome },
    keyVariables: [...new Set(names)].filter((name) => places.env(name)),
  };
}
