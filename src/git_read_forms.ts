// The git commands that only read, with the options that each may have: data for `git_access.ts`. An option that is missing here needs a grant.

/** How one subcommand is written when it only reads. */
export interface GitReadForm {
  /** Letters of options without a value. */
  flags?: string;
  /** Letters of options that take the rest of their argument, or the next one, as their value. */
  valued?: string;
  /** Names of long options. */
  long?: string[];
  /** One of these must be given before words may stand: without it they would name something to create. */
  wordsNeed?: string[];
  /** One of these must be given. */
  needs?: string[];
  /** The first word must be one of these; "" stands for none. */
  firstWord?: string[];
  mostWords?: number;
  /** Words that look like paths outside the repository would be read as such. */
  wordsStayInside?: boolean;
  /** Given right after the subcommand, or after the first word where `firstWord` stands. */
  safe?: string[];
}

const DIFF = words(`
  patch no-patch unified raw patch-with-raw patch-with-stat stat numstat shortstat dirstat cumulative summary compact-summary
  name-only name-status color no-color word-diff word-diff-regex color-words color-moved no-color-moved check full-index binary
  abbrev no-abbrev break-rewrites find-renames find-copies find-copies-harder irreversible-delete no-renames rename-empty
  no-rename-empty diff-filter pickaxe-regex pickaxe-all find-object relative no-relative text ignore-space-at-eol
  ignore-cr-at-eol ignore-space-change ignore-all-space ignore-blank-lines ignore-matching-lines inter-hunk-context
  function-context exit-code quiet minimal patience histogram diff-algorithm anchored indent-heuristic no-indent-heuristic
  src-prefix dst-prefix no-prefix line-prefix cc combined-all-paths no-ext-diff no-textconv stat-width stat-count
  stat-name-width stat-graph-width default-prefix`);
const DIFF_FLAGS = "puszRabwWcmtrqD";
const DIFF_VALUED = "USGIlMCB";
const DIFF_SAFE = ["--no-ext-diff", "--no-textconv"];
const WORK_TREE_DIFF_SAFE = [...DIFF_SAFE, "--ignore-submodules=dirty"];

const LOG = words(`
  oneline graph no-graph all branches tags remotes glob exclude decorate no-decorate decorate-refs decorate-refs-exclude
  clear-decorations source follow max-count skip since after until before author committer grep grep-reflog all-match invert-grep
  regexp-ignore-case basic-regexp extended-regexp fixed-strings perl-regexp merges no-merges min-parents max-parents
  first-parent not reverse walk-reflogs reflog simplify-by-decoration simplify-merges full-history dense sparse ancestry-path
  topo-order date-order author-date-order pretty format abbrev-commit no-abbrev-commit date relative-date parents children
  left-right cherry cherry-mark cherry-pick left-only right-only boundary no-walk show-pulls mailmap use-mailmap no-use-mailmap
  no-mailmap diff-merges no-diff-merges since-as-filter remove-empty full-diff root log-size no-notes end-of-options`);
const LOG_FORM: GitReadForm = {
  flags: `${DIFF_FLAGS}iEFPg`,
  valued: `${DIFF_VALUED}nL`,
  long: [...LOG, ...DIFF],
  safe: DIFF_SAFE,
};
const REF_FILTERS = ["--contains", "--no-contains", "--merged", "--no-merged", "--points-at"];
const REF_LISTING = words(
  "list contains no-contains merged no-merged points-at sort format color no-color column no-column ignore-case",
);

export const GIT_READ_FORMS: ReadonlyMap<string, GitReadForm> = new Map(Object.entries<GitReadForm>({
  annotate: blameForm(),
  blame: blameForm(),
  branch: {
    flags: "arvi",
    long: [...REF_LISTING, ...words("all remotes verbose show-current abbrev no-abbrev")],
    wordsNeed: ["--list", ...REF_FILTERS],
  },
  "cat-file": { flags: "tspe", long: ["allow-unknown-type"] },
  "check-attr": { flags: "a", long: ["all", "cached"] },
  "check-ignore": { flags: "vqn", long: words("verbose quiet non-matching no-index") },
  cherry: { flags: "v", long: ["verbose", "abbrev"] },
  config: {
    flags: "lz",
    long: words("list get get-all get-regexp name-only null show-scope show-origin local worktree includes"),
    needs: ["--list", "-l", "--get", "--get-all", "--get-regexp"],
  },
  "count-objects": { flags: "vH", long: ["verbose", "human-readable"] },
  describe: {
    long: words("all tags contains abbrev candidates exact-match long match exclude always first-parent dirty broken"),
  },
  diff: {
    flags: DIFF_FLAGS,
    valued: DIFF_VALUED,
    long: [...DIFF, ...words("cached staged merge-base base ours theirs")],
    wordsStayInside: true,
    safe: WORK_TREE_DIFF_SAFE,
  },
  "diff-files": { flags: DIFF_FLAGS, valued: DIFF_VALUED, long: DIFF, safe: WORK_TREE_DIFF_SAFE },
  "diff-index": {
    flags: DIFF_FLAGS,
    valued: DIFF_VALUED,
    long: [...DIFF, "cached", "merge-base"],
    safe: WORK_TREE_DIFF_SAFE,
  },
  "diff-tree": { ...LOG_FORM, long: [...LOG, ...DIFF, "no-commit-id", "merge-base"] },
  "for-each-ref": { long: [...REF_LISTING, "count", "exclude", "omit-empty"] },
  grep: {
    flags: "iIwvhHlLzcnopWqEGPFar",
    valued: "eABCm",
    long: words(`
      ignore-case word-regexp invert-match full-name extended-regexp basic-regexp perl-regexp fixed-strings line-number column
      files-with-matches name-only files-without-match null only-matching count color no-color break heading show-function
      context after-context before-context function-context max-count and or not all-match quiet cached untracked
      exclude-standard no-exclude-standard text max-depth recursive no-recursive threads`),
    safe: ["--no-textconv"],
  },
  log: LOG_FORM,
  "ls-files": {
    flags: "cdmoisukztvf",
    valued: "x",
    long: words(`
      cached deleted modified others ignored stage directory no-empty-directory unmerged killed resolve-undo exclude
      exclude-standard error-unmatch full-name abbrev deduplicate eol format sparse`),
  },
  "ls-tree": {
    flags: "drtlz",
    long: words("name-only name-status long object-only full-name full-tree abbrev format"),
  },
  "merge-base": { flags: "a", long: words("all octopus independent is-ancestor fork-point") },
  "name-rev": { long: words("tags refs exclude all name-only no-undefined always") },
  reflog: { ...LOG_FORM, firstWord: ["", "show"] },
  remote: { flags: "v", long: words("verbose all push"), firstWord: ["", "get-url"] },
  "rev-list": {
    ...LOG_FORM,
    long: [...LOG, ...words("count objects timestamp header quiet no-commit-header")],
    safe: [],
  },
  "rev-parse": {
    flags: "q",
    long: words(`
      verify quiet abbrev-ref symbolic symbolic-full-name short all branches tags remotes glob exclude show-toplevel show-prefix
      show-cdup show-superproject-working-tree show-object-format is-inside-work-tree is-inside-git-dir is-bare-repository
      is-shallow-repository git-dir absolute-git-dir git-common-dir git-path path-format revs-only no-revs flags no-flags default
      since after until before disambiguate end-of-options`),
  },
  shortlog: {
    ...LOG_FORM,
    flags: `${LOG_FORM.flags}nse`,
    long: [...LOG, ...words("numbered summary email group")],
    safe: [],
  },
  show: LOG_FORM,
  "show-ref": { flags: "sdq", long: words("head heads branches tags verify hash abbrev dereference quiet") },
  stash: { ...LOG_FORM, firstWord: ["list", "show"], long: [...LOG, ...DIFF, "include-untracked", "only-untracked"] },
  status: {
    flags: "sbvz",
    valued: "u",
    long: words(`
      short branch show-stash porcelain long verbose untracked-files ignored null column no-column ahead-behind no-ahead-behind
      renames no-renames find-renames`),
    safe: ["--ignore-submodules=dirty"],
  },
  "symbolic-ref": { flags: "q", long: words("short quiet no-recurse"), mostWords: 1 },
  tag: { flags: "li", valued: "n", long: REF_LISTING, wordsNeed: ["--list", "-l", ...REF_FILTERS] },
  version: { long: ["build-options"] },
  whatchanged: LOG_FORM,
  worktree: { flags: "vz", long: ["porcelain", "verbose"], firstWord: ["list"] },
}));

function blameForm(): GitReadForm {
  return {
    flags: "ltfnsewbcpk",
    valued: "LMC",
    long: words(`
      root show-stats porcelain line-porcelain incremental show-name show-number show-email date since abbrev encoding reverse
      ignore-rev first-parent no-progress color-lines color-by-age minimal`),
    safe: ["--no-textconv"],
  };
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
