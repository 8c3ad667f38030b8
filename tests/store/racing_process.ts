// One of several processes on one journal: opens it at once, then acts when its standard input ends.
import { openStore } from "../../src/store/open.ts";
import { SPEC } from "./fixtures.ts";

const [path, name] = Deno.args;
await using store = await openStore(path!);
const own = await store.createRun({ ...SPEC, name: name! });
console.log(own);
const order = JSON.parse(await new Response(Deno.stdin.readable).text()) as { run: string; busy: string };

const won = await store.claim(order.run, name!, 60_000);
for (let i = 0; i < 25; i++) {
  await store.append(order.busy, [{ type: "log_written", level: "info", message: `${name} ${i}` }]);
}
const commands = await store.takeCommands(order.run);
console.log(JSON.stringify({ won, commands: commands.length }));
