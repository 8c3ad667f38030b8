// Which programs may be started: decided from the grants alone.
import assert from "node:assert/strict";
import type { Grants } from "../src/config.ts";
import { isPermittedProgram, programPermit } from "../src/program_grants.ts";
import { WORKTREE_GIT_ARGS } from "../src/worktree_git.ts";

const COMMIT = "a".repeat(40);

function settings(grants: Partial<Grants> = {}) {
  return {
    ...{ cwd: "/r/a", home: "/u/.odw", repositoryRoot: "/r" },
    grants: { write: [], run: [], web: [], mcp: [], approve: [], ...grants },
  };
}

function permit(program: string, args: string[], grants: Partial<Grants> = {}, mayMerge = false) {
  return programPermit({ program, args, cwd: "/r/a" }, { settings: settings(grants), mayMerge });
}

Deno.test("without a grant no program may be started but a git that only reads", () => {
  for (const program of ["npm", "sh", "/usr/bin/git", "./git", "git.exe", ""]) assert.equal(permit(program, []), null);
  assert.equal(permit("git", ["status", "--short"]), "reading");
  for (const args of [[], ["push"], ["-c", "alias.x=!sh", "x"], ["diff", "--output=x"], ["commit", "-m", "x"]]) {
    assert.equal(permit("git", args), null, args.join(" "));
  }
});

Deno.test("a program is granted by the very name or path that the user gave, or by *", () => {
  assert.equal(permit("npm", [], { run: ["npm"] }), "granted");
  assert.equal(permit("/usr/bin/npm", [], { run: ["npm"] }), null);
  assert.equal(permit("npm", [], { run: ["/usr/bin/npm"] }), null);
  assert.equal(permit("/usr/bin/npm", [], { run: ["/usr/bin/npm"] }), "granted");
  assert.equal(permit("sh", ["-c", "npm"], { run: ["npm"] }), null);
  assert.equal(permit("anything", [], { run: ["*"] }), "granted");
  assert.equal(permit("git", ["push"], { run: ["git"] }), "granted");
  assert.ok(isPermittedProgram({ program: "npm", args: [], cwd: "/r/a" }, settings({ run: ["npm"] })));
});

Deno.test("a script of the workspace is granted by its path there, and at the same place of a worktree", () => {
  const run = ["./tools/build.sh"];
  assert.equal(permit("/r/a/tools/build.sh", [], { run }), "granted");
  assert.equal(permit("/u/.odw/worktrees/0123/run-1/a/tools/build.sh", [], { run }), "granted");
  for (
    const path of [
      "/r/tools/build.sh",
      "/u/.odw/tools/build.sh",
      "/u/.odw/worktrees/0123/run-1/tools/build.sh",
      "/r/a/x/tools/build.sh",
    ]
  ) {
    assert.equal(permit(path, [], { run }), null, path);
  }
});

Deno.test("what the tools ask the user for may be started, whatever it is; a git that reads stays a git that reads", () => {
  assert.equal(permit("npm", [], { approve: ["run"] }), "asked");
  assert.equal(permit("git", ["push"], { approve: ["run"] }), "asked");
  assert.equal(permit("git", ["log"], { approve: ["run"] }), "reading");
  assert.equal(permit("npm", [], { approve: ["write", "web", "mcp"] }), null);
});

Deno.test("odw's own worktrees need no grant, and merging one only the user's own command", () => {
  const removal = [...WORKTREE_GIT_ARGS, "update-ref", "-d", "refs/heads/odw/run/1", COMMIT];
  assert.equal(permit("git", removal), "worktree");
  assert.equal(permit("git", removal, { run: ["git"] }), "worktree");
  assert.equal(permit("git", removal.slice(1)), null);
  const merge = [...WORKTREE_GIT_ARGS, "merge", "--quiet", "--no-autostash", "--ff-only", COMMIT];
  assert.equal(permit("git", merge), null);
  assert.equal(permit("git", merge, {}, true), "worktree");
});
