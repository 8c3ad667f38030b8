// Migrate: one agent and one worktree per file; what is right is what the test command says.
export const meta = {
  name: "migrate",
  description: "Changes many files in the same way, each by an agent in a worktree of its own, tested until it passes",
  whenToUse: "A mechanical but not trivial change. Needs --allow-write, with testCommand --allow-run",
  phases: [{ title: "Migrate" }],
  args: {
    task: { type: "string", description: "What to change, from what to what", required: true },
    glob: { type: "string", description: "Files to work on, such as src/**/*.js" },
    items: { type: "array", description: "Paths instead of a glob" },
    testCommand: { type: "string", description: "Command that tells right from wrong; needs --allow-run" },
    contextTokens: { type: "integer", description: "Context window that every prompt must fit into", default: 16000 },
    models: { type: "object", description: "Models by job: { work }" },
  },
};

const EXAMPLE =
  `odw run migrate --arg task="Callbacks to async/await" --arg glob="src/**/*.js" --arg testCommand="npm test" --allow-write --allow-run=npm`;
const given = typeof args === "string" ? { task: args } : args ?? {};
const { models } = given;
const contextTokens = Number(given.contextTokens ?? 16000);
function fail(problem) {
  throw new Error(`migrate: ${problem}. Example: ${EXAMPLE}`);
}
if (!(contextTokens >= 1000)) fail(`contextTokens must be a number of 1000 or more, found ${given.contextTokens}`);
/** Characters of a prompt: the rest of the window is for the answer; code takes a token for three of them. */
const room = Math.floor(contextTokens * 0.5) * 3;
const { task } = given;
if (typeof task !== "string" || task.trim() === "") fail("task must be a text");

/** Nobody pays for agents that may not write. */
async function mustAllow(tool, input, flag) {
  try {
    await tools.call(tool, input);
  } catch (error) {
    if (error.code === "denied") fail(`its agents need ${tool}, which is not permitted: add ${flag}`);
  }
}
await mustAllow("write_file", {}, "--allow-write");
const { testCommand } = given;
if (testCommand && typeof testCommand !== "string") fail(`testCommand must be a text, found ${testCommand}`);
if (testCommand) await mustAllow("run_command", {}, `--allow-run=${testCommand.trim().split(" ")[0]}`);
const files = given.items ?? (given.glob ? await tools.glob(given.glob) : []);
if (!Array.isArray(files) || files.length === 0) {
  fail(given.glob ? `no file matches ${given.glob}` : "give glob or items");
}
const RESULT = {
  type: "object",
  properties: {
    isDone: { type: "boolean" },
    summary: { type: "string" },
    testOutput: { type: "string", description: "The last lines of the test command, or: not run" },
  },
  required: ["isDone", "summary", "testOutput"],
};
const TOOLS = [
  "read_file",
  "list_files",
  "glob",
  "grep",
  "write_file",
  "edit_file",
  "git",
  ...(testCommand ? ["run_command"] : []),
];
const testRule = testCommand
  ? `Run \`${testCommand}\` and go on until it passes; never weaken a test for that.`
  : "There is no test command: read your change again.";

phase("Migrate");
const results = await pipeline(
  files,
  (file) =>
    agent(
      `You change one file of a migration; other agents have the other files. Change what the task asks for and nothing else. ${testRule} Commit nothing.\n\nTask: ${
        compact(task, { maxChars: Math.floor(room * 0.3) })
      }\n\nFile: ${file}`,
      { label: file, schema: RESULT, isolation: "worktree", model: models?.work, tools: TOOLS },
    ),
  (result, file) => ({ path: file, ...result }),
);
const all = files.map((file, i) =>
  results[i] ??
    { path: file, isDone: false, summary: "the agent failed: see the failures of this run", testOutput: "not run" }
);
if (results.every((result) => result === null)) {
  throw new Error("migrate: no file was finished: see the failures of this run");
}
const done = all.filter(({ isDone }) => isDone).length;
log(`${done} of ${all.length} files done; see the worktrees: odw worktrees`);
return { done, results: all };
