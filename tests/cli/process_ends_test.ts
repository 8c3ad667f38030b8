// Promises of how the process ends where no command listens: what was started for runs ends too.
import assert from "node:assert/strict";

const CASES = [
  { kind: "error", code: 1, says: /fault of odw: Error: an error that nobody caught/ },
  { kind: "rejection", code: 1, says: /fault of odw: Error: a rejection that nobody caught/ },
  { kind: "signal", code: 130, says: /^$/ },
];

for (const { kind, code, says } of CASES) {
  Deno.test({
    name: `a process that ends by ${kind} ends the programs that it started`,
    ignore: Deno.build.os === "windows",
    async fn() {
      const folder = await Deno.makeTempDir();
      const pipe = `${folder}/pipe`;
      assert.ok((await new Deno.Command("mkfifo", { args: [pipe] }).output()).success);
      const script = new URL("./ending_process.ts", import.meta.url).pathname;
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-check", "-A", script, kind, pipe],
        env: { NO_COLOR: "1" },
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const file = await Deno.open(pipe, { read: true });
      const held = file.readable.pipeThrough(new TextDecoderStream()).getReader();
      assert.equal((await held.read()).value, "up\n");
      await child.stdin.close();
      const ended = await child.output();
      const stderr = new TextDecoder().decode(ended.stderr);
      assert.equal(ended.code, code, stderr);
      assert.match(stderr, says);
      assert.equal((await held.read()).done, true, "nothing holds the pipe any more");
      await Deno.remove(folder, { recursive: true });
    },
  });
}
