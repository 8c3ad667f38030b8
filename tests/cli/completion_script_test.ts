// A promise of the completion scripts, kept with a real shell.
import assert from "node:assert/strict";
import { COMPLETION_SCRIPTS } from "../../src/cli/completion_scripts.ts";

const WORDS = "odw run '$(touch pwned)' '`touch pwned`' 'a b; touch pwned' ''";

Deno.test({
  name: "the bash script passes words on as they are, evaluates none of them, and offers candidates and files",
  ignore: !hasBash(),
  async fn() {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/my script.js`, "");
    const test = `${COMPLETION_SCRIPTS.bash}
odw() { printf '%s\\n' "$@" > asked; printf 'summarize\\tSums: it up\\nother one\\t\\n:files\\n'; }
COMP_WORDS=(${WORDS}); COMP_CWORD=5; _odw
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await new Deno.Command("bash", { args: ["-c", test], cwd: folder }).output();
    const offered = new TextDecoder().decode(stdout).trimEnd().split("\n").filter((line) => line !== "asked");
    const asked = await Deno.readTextFile(`${folder}/asked`);
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    await Deno.remove(folder, { recursive: true });
    assert.equal(asked, "complete\n--\nrun\n$(touch pwned)\n`touch pwned`\na b; touch pwned\n\n");
    assert.deepEqual(names, ["asked", "my script.js"]);
    assert.deepEqual(offered, ["summarize", "other one", "my script.js"]);
  },
});

function hasBash(): boolean {
  try {
    return new Deno.Command("bash", { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}
