// What git would not look at: the rules of .gitignore files, folder by folder (gitignore(5)).
import { globPattern, namePattern } from "./glob_pattern.ts";

/** The rules that hold in one folder and below. */
export interface IgnoreRules {
  /** The rules of the folder above, which count where these say nothing. */
  parent: IgnoreRules | null;
  /** Path of the folder from the walk's root; "" for the root. */
  folder: string;
  /** In the order of the file. */
  rules: Rule[];
}

interface Rule {
  isNegated: boolean;
  isFolderOnly: boolean;
  /** Of the name alone, or of the path from the rule's folder. */
  matches: { name: (name: string) => boolean } | { path: (path: string) => boolean };
}

/** Lines over this length are no patterns that a person wrote. */
const LONGEST_LINE = 1000;

export function ignoreRules(text: string, at: { folder: string; parent: IgnoreRules | null }): IgnoreRules {
  const rules = text.replace(/^\uFEFF/, "").split(/\r?\n/).map(rule).filter((found) => found !== null);
  return { ...at, rules };
}

/** `path` from the walk's root. Its folder is not ignored, or the walk would not be there. */
export function isIgnored(path: string, options: { isFolder: boolean; rules: IgnoreRules | null }): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  for (let level = options.rules; level; level = level.parent) {
    const inside = level.folder === "" ? path : path.slice(level.folder.length + 1);
    const last = level.rules.findLast((rule) => applies(rule, { name, path: inside, isFolder: options.isFolder }));
    if (last) return !last.isNegated;
  }
  return false;
}

function applies(rule: Rule, entry: { name: string; path: string; isFolder: boolean }): boolean {
  if (rule.isFolderOnly && !entry.isFolder) return false;
  return "name" in rule.matches ? rule.matches.name(entry.name) : rule.matches.path(entry.path);
}

function rule(line: string): Rule | null {
  if (line.startsWith("#") || line.length > LONGEST_LINE) return null;
  let pattern = trimEnd(line);
  const isNegated = pattern.startsWith("!");
  if (isNegated) pattern = pattern.slice(1);
  const isFolderOnly = pattern.endsWith("/");
  if (isFolderOnly) pattern = pattern.slice(0, -1);
  if (pattern === "") return null;
  if (!pattern.includes("/")) return { isNegated, isFolderOnly, matches: { name: namePattern(pattern) } };
  const { matches } = globPattern(pattern, { braces: false });
  return { isNegated, isFolderOnly, matches: { path: matches } };
}

/** Spaces at the end count only behind a backslash. */
function trimEnd(line: string): string {
  const text = line.trimEnd();
  return text.endsWith("\\") && text.length < line.length ? `${text} ` : text;
}
