// Folders that package managers, compilers' caches and test runners make again by themselves.

/** The default of `worktrees.disposable`; they count only where git ignores them. */
export const DISPOSABLE_FOLDERS: string[] = [
  "node_modules",
  ".venv",
  "venv",
  "__pycache__",
  ".pytest_cache",
  ".mypy_cache",
  ".ruff_cache",
  ".tox",
  ".gradle",
  ".next",
  ".turbo",
  ".parcel-cache",
];
