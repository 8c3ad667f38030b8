// `odw run --dry-run` never runs anything, whatever it is given.
import assert from "node:assert/strict";
import { Place } from "./odw_process.ts";

const SCRIPT = `export const meta = { name: "writes", description: "d" };
await tools.write_file({ path: "written.txt", content: "x" });
return await agent("paid");`;

Deno.test("a dry run of a script, by file and by name, is its check: no agent is called and no file is written", async (t) => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", { answer: () => "paid" });
  await place.write("writes.js", SCRIPT);
  await place.write(".odw/workflows/saved.js", SCRIPT.replace("writes", "saved"));
  for (const target of [["writes.js"], ["saved"], ["saved", "with", "words"]]) {
    await t.step(target.join(" "), async () => {
      const flags = ["--dry-run", "--allow-write"];
      const { code, stdout, stderr } = await place.odw(["run", ...target, ...flags]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /Agents\s+1/);
      const json = await place.odw(["run", ...target, ...flags, "--output", "json"]);
      assert.equal(JSON.parse(json.stdout).estimate.agents.typical, 1);
    });
  }
  await t.step("errors give the code of odw check", async () => {
    await place.write("wrong.js", `${SCRIPT.split("\n")[0]}\nthrow new Error("no");`);
    assert.equal(
      (await place.odw(["run", "wrong.js", "--dry-run"])).code,
      (await place.odw(["check", "wrong.js"])).code,
    );
  });
  assert.equal(server.calls.length, 0);
  await assert.rejects(Deno.stat(`${place.work}/written.txt`));
  assert.equal((await place.odw(["ls"])).stdout, "");
});

Deno.test("a run in the background writes its report files", async () => {
  await using place = await Place.make();
  await using _server = await place.serve("openai-chat", { answer: () => "x" });
  await place.write("one.js", `export const meta = { name: "one", description: "d" };\nreturn await agent("p");`);
  const { stdout } = await place.odw(["run", "one.js", "--detach", "--junit", "out.xml"]);
  assert.equal((await place.odw(["wait", stdout.trim()])).code, 0);
  const file = `${place.work}/out.xml`;
  for (let tries = 0; tries < 100 && !await Deno.stat(file).catch(() => null); tries++) {
    await new Promise((done) => setTimeout(done, 50));
  }
  assert.match(await Deno.readTextFile(file), /<testsuite/);
});
