// What a newcomer sees: the shipped `summarize` workflow over this project's own files, with an Ollama that answers on this machine,
// else with the simulated provider. Keeps its home in a temporary folder and leaves nothing behind.
const root = new URL("../", import.meta.url).pathname;
const files = ["README.md", ...contracts()];
const home = await Deno.makeTempDir({ prefix: "odw-demo-" });

try {
  const question = "What is this program, and how is it built?";
  console.log(`$ odw run summarize --files ${files.join(" ")} --arg question='${question}'\n`);
  const ended = await odw(["run", "summarize", "--files", ...files, "--arg", `question=${question}`]);
  if (ended !== 0) Deno.exit(ended);
  console.log("\n$ odw ls\n");
  await odw(["ls"]);
  console.log("\n$ odw show last --step answer\n");
  await odw(["show", "last", "--step", "answer"]);
} finally {
  await Deno.remove(home, { recursive: true });
}

/** The contracts say what the program is. */
function contracts(): string[] {
  const names = [...Deno.readDirSync(`${root}src`)].filter((entry) => entry.isFile).map((entry) => `src/${entry.name}`);
  return names.sort();
}

async function odw(args: string[]): Promise<number> {
  const permissions = ["--no-prompt", "--allow-read", "--allow-write", "--allow-env", "--allow-net"];
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...permissions, `${root}main.ts`, ...args],
    cwd: root,
    env: { ODW_HOME: home },
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  return code;
}
