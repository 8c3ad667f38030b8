// Every built-in workflow in the real process, on the simulated provider, over real files and a real git repository.
import assert from "node:assert/strict";
import { builtInWorkflows } from "../../src/workflows.ts";
import { commitAll, git } from "./git_repository.ts";
import { type Ended, Place } from "./odw_process.ts";

const TASK = "--arg=task=Which of these modules can lose data?";

/** What each one is called with, and a member that its result has. */
const CALLS: Record<string, { words: string[]; member: string }[]> = {
  "map-reduce": [
    { words: [TASK, "--arg=glob=src/*.ts"], member: "answer" },
    { words: [TASK, "--files", "src", "--arg=split=lines", "--arg=size=2"], member: "answer" },
  ],
  pipeline: [{ words: [TASK, "--arg=glob=src/*.ts", `--arg=stages=["Read","Judge"]`], member: "results" }],
  adversarial: [{ words: [TASK, "--arg=rounds=1"], member: "isVerified" }],
  consensus: [{ words: [TASK, `--arg=choices=["store","queue"]`], member: "agreement" }],
  "tree-search": [{ words: [TASK, "--arg=depth=1"], member: "steps" }],
  hybrid: [{ words: [TASK, "--arg=glob=src/*.ts", "--arg=rounds=1"], member: "gathered" }],
  "deep-research": [{ words: ["--arg=question=Which databases keep a log?", "--arg=breadth=2"], member: "report" }],
  "code-audit": [{ words: ["--arg=glob=src/*.ts"], member: "findings" }],
  "code-review": [
    { words: [], member: "verdict" },
    { words: ["--arg=base=HEAD~1...HEAD"], member: "verdict" },
  ],
  "bug-hunt": [{ words: ["--arg=glob=src/*.ts", "--arg=rounds=2"], member: "findings" }],
  summarize: [
    { words: ["--files", "src"], member: "" },
    { words: ["--arg=glob=src/*.ts", "--arg=contextTokens=4096"], member: "" },
  ],
  compare: [{ words: [`--arg=options=["SQLite","PostgreSQL"]`, `--arg=criteria=["cost"]`], member: "best" }],
  migrate: [{
    words: ["--arg=task=Callbacks to promises", "--arg=glob=src/*.ts", "--allow-write"],
    member: "results",
  }],
  "test-writer": [{
    words: ["--arg=glob=src/*.ts", "--arg=testCommand=ls src", "--allow-write", "--allow-run=ls"],
    member: "results",
  }],
};

async function repository(): Promise<Place> {
  const place = await Place.make();
  await place.write(
    "src/store.ts",
    "export const rows: string[] = [];\n\nexport function add(row: string) {\n  rows.push(row);\n}\n",
  );
  await place.write("src/queue.ts", "export function next(jobs: string[]) {\n  return jobs.shift();\n}\n");
  await commitAll(place.work);
  await place.write("src/queue.ts", "export function next(jobs: string[]) {\n  return jobs.pop();\n}\n");
  await git(place.work, "commit", "-q", "-a", "-m", "second");
  await place.write("src/store.ts", "export const rows: string[] = [];\n");
  return place;
}

/** Nothing is configured and no Ollama is looked for: the simulated provider answers. */
function run(place: Place, words: string[]): Promise<Ended> {
  return place.odw(["run", ...words, "--output", "json"], { env: { OLLAMA_HOST: "" } });
}

Deno.test("this test calls every built-in workflow", () => {
  assert.deepEqual(Object.keys(CALLS).sort(), builtInWorkflows.map(({ name }) => name).sort());
});

for (const [name, calls] of Object.entries(CALLS)) {
  for (const { words, member } of calls) {
    Deno.test(`odw run ${[name, ...words].join(" ")} comes to an end in the real process`, async () => {
      await using place = await repository();
      const { code, stdout, stderr } = await run(place, [name, ...words]);
      assert.equal(code, 0, stderr + stdout);
      const { status, result, usage } = JSON.parse(stdout);
      assert.equal(status, "completed");
      assert.ok(usage.agents > 0);
      if (member === "") assert.ok(typeof result === "string" && result !== "");
      else assert.ok(member in result, JSON.stringify(result));
      assert.doesNotMatch(stderr, / failed: /);
    });
  }
}

for (const name of ["migrate", "test-writer"]) {
  Deno.test(`${name} works in worktrees and leaves none behind when nothing was changed`, async () => {
    await using place = await repository();
    const words = ["--arg=task=Callbacks to promises", "--arg=glob=src/*.ts", "--allow-write"];
    const { code, stdout, stderr } = await run(place, [name, ...words]);
    assert.equal(code, 0, stderr);
    const paths = JSON.parse(stdout).result.results.map(({ path }: { path: string }) => path);
    assert.deepEqual(paths.sort(), ["src/queue.ts", "src/store.ts"]);
    assert.equal((await git(place.work, "worktree", "list")).split("\n").length, 1);
    assert.equal(await git(place.work, "branch", "--list", "odw/*"), "");
    assert.equal(await git(place.work, "status", "--porcelain"), "M src/store.ts");
  });

  for (
    const [given, flag] of [
      [[], "--allow-write"],
      [["--allow-write", "--arg=testCommand=npm test"], "--allow-run=npm"],
    ] as [string[], string][]
  ) {
    Deno.test(`${name} ${given.join(" ")} without ${flag} refuses before any agent and names the flag`, async () => {
      await using place = await repository();
      const words = ["--arg=task=Callbacks to promises", "--arg=glob=src/*.ts", ...given];
      const { code, stdout } = await run(place, [name, ...words]);
      assert.equal(code, 1);
      const { error, usage } = JSON.parse(stdout);
      assert.ok(error.message.includes(`not permitted: add ${flag}`), error.message);
      assert.equal(usage.agents, 0);
    });
  }
}

Deno.test("code-review reads what git says has changed, with the lines of the new file", async () => {
  await using place = await repository();
  const { stdout } = await run(place, ["code-review"]);
  const { result } = JSON.parse(stdout);
  const files = [...result.findings, ...result.unverified].map(({ file }: { file: string }) => file);
  assert.ok(files.every((file) => file === "src/store.ts"), JSON.stringify(result));
  await git(place.work, "commit", "-q", "-a", "-m", "third");
  const clean = JSON.parse((await run(place, ["code-review"])).stdout);
  assert.deepEqual([clean.result.verdict, clean.usage.agents], ["approve", 0]);
});

Deno.test("hybrid called by a script says how it can be called", async () => {
  await using place = await repository();
  await place.write(
    "flow.js",
    `export const meta = { name: "flow", description: "d" };
return await workflow("hybrid", { task: "t", items: ["a", "b"] });\n`,
  );
  const { code, stdout } = await run(place, ["flow.js"]);
  assert.equal(code, 1);
  assert.match(JSON.parse(stdout).error.message, /odw run hybrid/);
});
