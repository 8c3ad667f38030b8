// A bounded look at the workspace: names and sizes, never what files hold unless that was allowed.
import { extname, join } from "node:path";
import type { Settings } from "../config.ts";
import type { Programs } from "../programs.ts";

export interface Survey {
  /** Paths of files, folders first named by their files; at most MOST_FILES. */
  files: string[];
  /** True: there are more. */
  isCut: boolean;
  /** Files by extension, most first. */
  languages: [extension: string, files: number][];
  bytes: number;
  git: { branch: string; changedFiles: number } | null;
  /** How the tests are probably run; null: nothing tells. */
  testCommand: string | null;
  /** Beginnings of the files that tell what a project is; only where contents are allowed. */
  contents: { path: string; text: string }[];
}

const MOST_FILES = 2000;
const DEEPEST = 6;
const SKIPPED: ReadonlySet<string> = new Set(["node_modules", "dist", "build", "target", "vendor", "__pycache__"]);
const TELLING = ["README.md", "package.json", "deno.json", "pyproject.toml", "Cargo.toml", "go.mod", "Makefile"];
const CONTENT_CHARS = 1500;
const GIT_MS = 5000;

export async function surveyWorkspace(
  { settings, programs }: { settings: Settings; programs: Programs },
  options: { allowContents: boolean; signal: AbortSignal },
): Promise<Survey> {
  const { cwd } = settings;
  const survey: Survey = {
    ...{ files: [], isCut: false, languages: [], bytes: 0, contents: [] },
    git: settings.repositoryRoot === null ? null : await gitState(cwd, programs, options.signal),
    testCommand: null,
  };
  await walk("", 0, cwd, survey);
  survey.files.sort();
  survey.languages = languagesOf(survey.files);
  survey.testCommand = await testCommandOf(cwd, new Set(survey.files), options.allowContents);
  if (options.allowContents) survey.contents = await tellingContents(cwd, survey.files);
  return survey;
}

/** The survey as a model reads it: short, whatever the size of the workspace. */
export function surveyText({ files, isCut, languages, bytes, git, testCommand, contents }: Survey): string {
  const folders = [...Map.groupBy(files, (file) => file.includes("/") ? file.replace(/\/[^/]*$/, "/") : "./")];
  const shown = folders.sort((a, b) => b[1].length - a[1].length).slice(0, 25)
    .map(([folder, members]) =>
      `${folder} ${members.length} files, as ${members.slice(0, 3).map(lastPart).join(", ")}`
    );
  return [
    `${files.length}${isCut ? "+" : ""} files, ${Math.ceil(bytes / 1024)} KiB`,
    `by extension: ${languages.slice(0, 8).map(([name, count]) => `${name} ${count}`).join(", ") || "none"}`,
    git ? `git: branch ${git.branch}, ${git.changedFiles} changed files` : "git: no repository",
    testCommand ? `tests: ${testCommand}` : "tests: no command known",
    ...shown,
    ...contents.map(({ path, text }) => `\n<file path="${path}">\n${text}\n</file>`),
  ].join("\n");
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

async function walk(folder: string, depth: number, cwd: string, survey: Survey): Promise<void> {
  const entries = await Array.fromAsync(Deno.readDir(join(cwd, folder))).catch(() => []);
  for (const { name, isFile, isDirectory } of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (survey.files.length >= MOST_FILES) return void (survey.isCut = true);
    const path = folder === "" ? name : `${folder}/${name}`;
    if (name.startsWith(".") || SKIPPED.has(name)) continue;
    if (isDirectory && depth < DEEPEST) await walk(path, depth + 1, cwd, survey);
    if (isDirectory && depth >= DEEPEST) survey.isCut = true;
    if (!isFile) continue;
    survey.files.push(path);
    survey.bytes += (await Deno.stat(join(cwd, path)).catch(() => null))?.size ?? 0;
  }
}

function languagesOf(files: string[]): [string, number][] {
  const groups = Map.groupBy(files, (file) => extname(file).toLowerCase() || "(none)");
  return [...groups].map(([name, members]): [string, number] => [name, members.length]).sort((a, b) => b[1] - a[1]);
}

/** Needs git to be allowed; without it, that there is a repository is all that is known. */
async function gitState(cwd: string, programs: Programs, signal: AbortSignal): Promise<Survey["git"]> {
  try {
    const args = ["status", "--porcelain=v1", "--branch", "--no-renames"];
    const request = { program: "git", args, cwd, timeoutMs: GIT_MS, maxOutputBytes: 100_000 };
    const { exitCode, stdout } = await programs.run(request, signal);
    if (exitCode !== 0) return null;
    const [head = "", ...changed] = stdout.trimEnd().split("\n");
    return {
      branch: head.replace(/^## (No commits yet on )?/, "").split("...")[0] ?? "",
      changedFiles: changed.length,
    };
  } catch {
    // The survey is help, not a condition: a plan is made without it too.
    return null;
  }
}

async function testCommandOf(cwd: string, files: ReadonlySet<string>, mayRead: boolean): Promise<string | null> {
  const has = async (file: string, wanted: RegExp) =>
    files.has(file) && (!mayRead || wanted.test(await Deno.readTextFile(join(cwd, file)).catch(() => "")));
  if (await has("deno.json", /"test"\s*:/)) return "deno task test";
  if (files.has("deno.json")) return "deno test";
  if (await has("package.json", /"test"\s*:/)) return "npm test";
  if (files.has("Cargo.toml")) return "cargo test";
  if (files.has("go.mod")) return "go test ./...";
  if (files.has("pyproject.toml") || files.has("pytest.ini") || files.has("setup.py")) return "pytest";
  return await has("Makefile", /^test:/m) ? "make test" : null;
}

async function tellingContents(cwd: string, files: string[]): Promise<Survey["contents"]> {
  const telling = TELLING.filter((name) => files.includes(name));
  return await Promise.all(telling.map(async (path) => {
    const text = await Deno.readTextFile(join(cwd, path)).catch(() => "");
    return { path, text: text.slice(0, CONTENT_CHARS).toWellFormed() };
  }));
}
