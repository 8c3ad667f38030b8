// Test writer: one agent and one worktree per file; tests of behaviour, failure paths first.
export const meta = {
  name: "test-writer",
  description: "Writes tests for each file in a worktree of its own and runs them",
  whenToUse: "Code without tests. Needs --allow-write, with testCommand --allow-run",
  phases: [{ title: "Write" }],
  args: {
    glob: { type: "string", description: "Files to work on, such as src/**/*.js" },
    items: { type: "array", description: "Paths instead of a glob" },
    testCommand: { type: "string", description: "Command that tells right from wrong; needs --allow-run" },
    style: { type: "string", description: "Conventions of the tests: framework, folder, names" },
    contextTokens: { type: "integer", description: "Context window that every prompt must fit into", default: 16000 },
    models: { type: "object", description: "Models by job: { work }" },
  },
};

const EXAMPLE =
  `odw run test-writer --arg glob="src/**/*.ts" --arg testCommand="npm test" --allow-write --allow-run=npm`;
const given = typeof args === "string" ? { glob: args } : args ?? {};
const { models } = given;
const contextTokens = Number(given.contextTokens ?? 16000);
function fail(problem) {
  throw new Error(`test-writer: ${problem}. Example: ${EXAMPLE}`);
}
if (!(contextTokens >= 1000)) fail(`contextTokens must be a number of 1000 or more, found ${given.contextTokens}`);
/** Characters of a prompt: the rest of the window is for the answer; code takes a token for three of them. */
const room = Math.floor(contextTokens * 0.5) * 3;

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

phase("Write");
const results = await pipeline(
  files,
  (file) =>
    agent(
      `You write tests for one file. Test promises, not lines: failure paths first, then boundaries, then the usual case; each test must fail when the behaviour breaks. Do not change the file itself: a bug that you find goes into the summary. ${testRule} Commit nothing.\n\nConventions: ${
        compact(given.style ?? "as the tests that are there", { maxChars: Math.floor(room * 0.3) })
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
  throw new Error("test-writer: no file was finished: see the failures of this run");
}
const done = all.filter(({ isDone }) => isDone).length;
log(`${done} of ${all.length} files done; see the worktrees: odw worktrees`);
return { done, results: all };
