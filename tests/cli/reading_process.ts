// A process that reads lines as a terminal's prompt does, for deno_world_test.ts: two lines, one wait that is given up, one line more.
import { denoMachine } from "../../src/cli/deno_world.ts";

const { stdin } = denoMachine((name) => Deno.env.get(name));
const never = new AbortController().signal;
const lines = await stdin.openLines();
console.log(`first ${await lines.next(never)}`);
console.log(`second ${await lines.next(never)}`);
const givenUp = new AbortController();
const waiting = lines.next(givenUp.signal);
givenUp.abort();
console.log(`given up ${await waiting}`);
console.log(`third ${await lines.next(never)}`);
lines.close();
console.log("closed");
