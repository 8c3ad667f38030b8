// The flags that grant something: what they take, what they leave, and how they travel.
import assert from "node:assert/strict";
import { readCommandLine } from "../../src/cli/command_line.ts";
import { grantFlags, grantWords } from "../../src/cli/grant_flags.ts";

function read(...words: string[]) {
  const line = readCommandLine(words, 80);
  assert.equal(line.type, "invocation");
  return line.type === "invocation" ? line.invocation : assert.fail();
}

Deno.test("a bare flag takes no word: the script's name stays", () => {
  for (const flag of ["write", "run", "web", "mcp"]) {
    const { args, options } = read("run", `--allow-${flag}`, "x.js", "word");
    assert.deepEqual([args, grantFlags(options)], [["x.js", "word"], { [flag]: ["*"] }]);
  }
  const { args, options } = read("run", "--approve", "review", "--allow-write", "--quiet");
  assert.deepEqual([args, grantFlags(options)], [["review"], {
    write: ["*"],
    approve: ["write", "run", "web", "mcp"],
  }]);
});

Deno.test("values follow the equals sign, commas and repetition make lists", () => {
  const { args, options } = read(
    "run",
    "--allow-run=npm,node",
    "x.js",
    "--allow-run=deno",
    "--approve=web, mcp",
    "--",
    "--allow-write",
  );
  assert.deepEqual(args, ["x.js", "--allow-write"]);
  assert.deepEqual(grantFlags(options), { run: ["npm", "node", "deno"], approve: ["web", "mcp"] });
  assert.equal(grantFlags(read("run", "x.js").options), undefined);
});

Deno.test("a value without the equals sign is not passed over where it would grant more than it says", () => {
  for (const flag of ["run", "web", "mcp"]) {
    assert.throws(() => read("run", "x.js", `--allow-${flag}`, "npm"), {
      code: "usage",
      message: new RegExp(`write --allow-${flag}=npm`),
    });
  }
});

Deno.test("empty lists and unknown kinds are refused", () => {
  for (const word of ["--allow-write=", "--allow-run=npm,", "--allow-web=,", "--approve="]) {
    assert.throws(() => read("run", word, "x.js"), { code: "usage", message: /names nothing/ }, word);
  }
  assert.throws(() => read("resume", "--approve=read"), { code: "usage", message: /write, run, web, mcp; got "read"/ });
});

Deno.test("grantWords() gives flags that say the same", () => {
  const { options } = read("run", "--allow-write", "--allow-run=a,b", "--approve=web", "x.js");
  const words = grantWords(options);
  assert.deepEqual(words, ["--allow-write=*", "--allow-run=a,b", "--approve=web"]);
  assert.deepEqual(grantFlags(read("resume", ...words).options), grantFlags(options));
  assert.deepEqual(grantWords({}), []);
});
