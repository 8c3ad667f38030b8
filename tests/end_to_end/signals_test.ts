// However odw ends, the programs that it started for a run end with it; a SIGHUP that was ignored stays ignored.
import assert from "node:assert/strict";
import { odwCommand, Place } from "./odw_process.ts";

const isPosix = Deno.build.os !== "windows";

const SCRIPT = `export const meta = { name: "holds", description: "Starts a program that goes on" };
return await tools.run_command({ command: "sh hold.sh" });
`;
/** Its child keeps the pipe open too, so that the pipe ends when both have ended; "over" is never written by one that was ended. */
const HOLD = "exec 3> pipe; echo up >&3; sh -c 'sleep 120; echo over >&3' & wait\n";

for (
  const { signal, code } of [
    { signal: "SIGINT", code: 130 },
    { signal: "SIGTERM", code: 130 },
    { signal: "SIGHUP", code: 129 },
  ] as const
) {
  Deno.test({
    name: `${signal} ends odw with exit code ${code}, and the programs that it started`,
    ignore: !isPosix,
    async fn() {
      await using place = await holdingPlace();
      const child = place.spawn(["run", "holds.js", "--allow-run=sh", "--quiet"]);
      const pipe = await openPipe(place);
      assert.equal(await pipe.next(), "up\n");
      child.kill(signal);
      const ended = await child.output();
      assert.equal(ended.code, code, new TextDecoder().decode(ended.stderr));
      assert.equal(await pipe.next(), null, "nothing holds the pipe any more");
    },
  });
}

Deno.test({
  name: "a run whose terminal was closed is interrupted, and resume goes on with it",
  ignore: !isPosix,
  async fn() {
    await using place = await holdingPlace();
    const child = place.spawn(["run", "holds.js", "--allow-run=sh", "--quiet"]);
    const pipe = await openPipe(place);
    assert.equal(await pipe.next(), "up\n");
    child.kill("SIGHUP");
    await child.output();
    await place.write("hold.sh", "echo done\n");
    const resumed = await place.odw(["resume", "last", "--allow-run=sh", "--output", "json"]);
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.equal(JSON.parse(resumed.stdout).result.stdout, "done\n");
  },
});

Deno.test({
  name: "a SIGHUP that was ignored when odw was started stays ignored: nohup works",
  ignore: !isPosix,
  async fn() {
    await using place = await holdingPlace();
    await place.write("hold.sh", "exec 3> pipe; echo up >&3; cat < go\n");
    await makePipe(place, "go");
    const words = [...odwCommand(), "run", "holds.js", "--allow-run=sh", "--output", "json"];
    const child = new Deno.Command("sh", {
      args: ["-c", 'trap "" HUP; exec "$@"', "sh", ...words],
      cwd: place.work,
      clearEnv: true,
      env: place.env({}),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const pipe = await openPipe(place);
    assert.equal(await pipe.next(), "up\n");
    child.kill("SIGHUP");
    await Deno.writeTextFile(`${place.work}/go`, "went on\n");
    const { code, stdout, stderr } = await child.output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.equal(JSON.parse(new TextDecoder().decode(stdout)).result.stdout, "went on\n");
  },
});

async function holdingPlace(): Promise<Place> {
  const place = await Place.make();
  await place.write("holds.js", SCRIPT);
  await place.write("hold.sh", HOLD);
  await makePipe(place, "pipe");
  return place;
}

async function makePipe(place: Place, name: string): Promise<void> {
  const { success } = await new Deno.Command("mkfifo", { args: [`${place.work}/${name}`] }).output();
  assert.ok(success);
}

/** Settles when a program has opened the other end. `next()`: what was written since, null when all who held it have ended. */
async function openPipe(place: Place): Promise<{ next: () => Promise<string | null> }> {
  const file = await Deno.open(`${place.work}/pipe`, { read: true });
  const reader = file.readable.pipeThrough(new TextDecoderStream()).getReader();
  return { next: async () => (await reader.read()).value ?? null };
}
