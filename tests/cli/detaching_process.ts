// A process that starts itself again in the background, for deno_world_test.ts. Both tell the listener which session they are in.
import { denoMachine } from "../../src/cli/deno_world.ts";

const [role = "parent", port = "0"] = Deno.args;
if (role === "parent") denoMachine((name) => Deno.env.get(name)).spawnDetached(["child", port]);
using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
const terminals = [Deno.stdin, Deno.stdout, Deno.stderr].filter((stream) => stream.isTerminal()).length;
await connection.write(new TextEncoder().encode(JSON.stringify({ role, session: await sessionId(), terminals })));

/** Of this process, as Linux tells it; null elsewhere. */
async function sessionId(): Promise<string | null> {
  const stat = await Deno.readTextFile("/proc/self/stat").catch(() => "");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3] ?? null;
}
