// A process with the machine's own streams and signals and a made-up engine, for deno_world_test.ts. Its first argument is the case.
import { runCli } from "../../src/cli/cli.ts";
import { denoMachine } from "../../src/cli/deno_world.ts";
import { createFakeEngine } from "./fake_engine.ts";
import { fakeWorld } from "./fake_world.ts";

const [kind, ...argv] = Deno.args;
const engine = createFakeEngine({
  record: { result: "x".repeat(5_000_000) },
  runsUntilCancelled: kind === "cancel",
  neverEnds: kind === "hang",
});
const { connect, inspect, version, reports, mcp, hosts } = fakeWorld({ engine });
Deno.exitCode = await runCli(argv, {
  ...denoMachine((name) => Deno.env.get(name)),
  connect,
  inspect,
  version,
  reports,
  mcp,
  hosts,
});
