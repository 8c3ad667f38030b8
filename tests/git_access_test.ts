import assert from "node:assert/strict";
import { gitAccess, repositoryObjection, safeGitArgs } from "../src/git_access.ts";

const WRITES_OR_RUNS = [
  "",
  "commit -m x",
  "-c core.pager=evil log",
  "-C /etc status",
  "--exec-path=/tmp/evil status",
  "--git-dir=/elsewhere log",
  "-p log",
  "log --ext-diff",
  "log --textconv -p",
  "log --output=/tmp/x",
  "log --outp=/tmp/x",
  "diff -O/tmp/order",
  "diff --no-index /dev/null /etc/passwd",
  "diff /dev/null /etc/passwd",
  "diff a ../../etc/passwd",
  "grep --open-files-in-pager=evil x",
  "grep -Oevil x",
  "grep -iOevil x",
  "grep -e -- -Oevil",
  "grep --no-index root",
  "grep -f/etc/passwd",
  "blame -S /etc/passwd a",
  "blame --contents /etc/passwd a",
  "ls-files -X/etc/passwd",
  "ls-remote origin",
  "fetch --upload-pack=evil",
  "branch new",
  "branch --sort --list new",
  "branch -D main",
  "tag v1",
  "tag --format --list v1",
  "tag -v v1",
  "config core.pager evil",
  "config --file /etc/passwd --list",
  "config --unset core.pager",
  "remote add x y",
  "remote -v update",
  "remote show origin",
  "stash",
  "stash drop",
  "reflog expire --all",
  "reflog --all expire",
  "worktree add /tmp/x",
  "symbolic-ref HEAD refs/heads/x",
  "log --show-signature",
  "log --format=%G?",
  "log --help",
  "help log",
  "rev-list --stdin",
  "cat-file --textconv HEAD:a",
  "cat-file --filters HEAD:a",
  "cat-file --batch",
  "diff --submodule=log",
  "status --ignore-submodules=none",
  "my-alias",
];

Deno.test("gitAccess() lets nothing pass that writes, starts a program or reads elsewhere", () => {
  for (const line of WRITES_OR_RUNS) {
    const access = gitAccess(line === "" ? [] : line.split(" "));
    assert.equal(access.access, "run", `git ${line}`);
    assert.ok(access.access === "run" && access.why.length > 10);
  }
});

const READS = [
  "--version",
  "--no-pager log --oneline -n5",
  "status",
  "status --short --branch",
  "status --porcelain=v1 -uno",
  "log --oneline -10 --stat",
  "log --since=2.weeks --author=me -p -- src/a.ts",
  "log -S needle --format=%H",
  "log main..feature -L1,5:src/a.ts",
  "diff",
  "diff HEAD~2 --stat -U3",
  "diff main...feature -- src",
  "diff --cached --name-only",
  "show HEAD:src/a.ts",
  "blame -L1,20 -w src/a.ts",
  "ls-files -z --others --exclude-standard",
  "ls-tree -r --name-only HEAD",
  "branch -a",
  "branch --show-current",
  "branch --list feature/*",
  "branch --contains HEAD",
  "tag -l v1.*",
  "rev-parse --abbrev-ref HEAD",
  "rev-parse --show-toplevel",
  "describe --tags --always",
  "shortlog -sn HEAD",
  "grep -nI -C3 -e /api/v1 HEAD -- src",
  "cat-file -p HEAD",
  "merge-base main HEAD",
  "for-each-ref --format=%(refname) refs/heads",
  "remote -v",
  "remote get-url origin",
  "stash list",
  "stash show -p stash@{0}",
  "reflog",
  "worktree list --porcelain",
  "config --get user.name",
  "symbolic-ref --short HEAD",
];

Deno.test("gitAccess() lets the calls pass that only read", () => {
  for (const line of READS) assert.deepEqual(gitAccess(line.split(" ")), { access: "read" }, `git ${line}`);
});

Deno.test("safeGitArgs() puts its own options where git reads them as such", () => {
  assert.deepEqual(safeGitArgs(["stash", "show", "-p"]).slice(-5), [
    "stash",
    "show",
    "--no-ext-diff",
    "--no-textconv",
    "-p",
  ]);
  assert.deepEqual(safeGitArgs(["diff", "HEAD"]).slice(-5), [
    "diff",
    "--no-ext-diff",
    "--no-textconv",
    "--ignore-submodules=dirty",
    "HEAD",
  ]);
});

Deno.test("repositoryObjection() names the settings of the repository that start programs, and no others", () => {
  const listing = (...entries: string[]) => entries.map((entry) => entry.replace(" ", "\0") + "\0").join("");
  assert.equal(
    repositoryObjection(listing("local core.bare", "global filter.lfs.clean", "local filter.x.required")),
    null,
  );
  assert.match(repositoryObjection(listing("local Filter.a.b.CLEAN"))!, /Filter\.a\.b\.CLEAN/);
  for (
    const key of [
      "diff.x.textconv",
      "include.path",
      "includeif.gitdir:/x.path",
      "core.worktree",
      "gpg.program",
      "gpg.ssh.program",
    ]
  ) {
    assert.match(repositoryObjection(listing("local core.bare", `worktree ${key}`))!, new RegExp(key.split(".")[0]!));
  }
  assert.match(repositoryObjection(listing("global user.name"))!, /not in a git repository/);
});
