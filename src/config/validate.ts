// Checks the value of a configuration file; every complaint names the place, what was found, what is wanted.
import type { ConfigFile } from "../config.ts";
import { OdwError } from "../errors.ts";
import type { ParsedText } from "./config_text.ts";
import { didYouMean } from "./did_you_mean.ts";

/** Whose file it is: a project's may set less, because it comes with a cloned repository. */
export type Owner = "user" | "project";

/** The part of a zod issue that is read here. */
interface Issue {
  code?: string;
  path: readonly PropertyKey[];
  message: string;
  keys?: readonly string[];
  issues?: readonly { message: string }[];
}

const MOST_COMPLAINTS = 5;
/** Why a project's file may not set them: it comes with a cloned repository. */
const USER_ONLY: Readonly<Record<string, string>> = {
  providers: "decide where requests and keys go",
  routes: "decide where requests and keys go",
  prices: "decide where requests and keys go",
  permissions: "permit anything",
  mcpServers: "start programs",
  tools: "decide what programs receive and where searches go",
  worktrees: "decide what may be lost with a worktree",
};

/** Throws OdwError `config`, one line a complaint. `userFile`: where the settings belong that a project may not make. */
export async function validateConfig(parsed: ParsedText, owner: Owner, userFile: string): Promise<ConfigFile> {
  const { knownKeys, projectSchema, userSchema } = await import("./schema.ts");
  const schema = owner === "user" ? userSchema : projectSchema;
  const checked = schema.safeParse(parsed.value);
  if (checked.success) return checked.data as ConfigFile;
  const complaints = checked.error.issues.flatMap((issue: Issue) =>
    issue.code === "unrecognized_keys"
      ? (issue.keys ?? []).map((key) => unknownKey(parsed, issue.path, key, knownKeys(schema, issue.path), userFile))
      : [wrongValue(parsed, issue)]
  );
  const more = complaints.length - MOST_COMPLAINTS;
  const lines = complaints.slice(0, MOST_COMPLAINTS);
  throw new OdwError("config", [...lines, ...(more > 0 ? [`… and ${more} more`] : [])].join("\n"));
}

function unknownKey(
  { locate }: ParsedText,
  path: readonly PropertyKey[],
  key: string,
  known: string[],
  userFile: string,
): string {
  const place = locate(path, key);
  const why = path.length === 0 && Object.hasOwn(USER_ONLY, key) ? USER_ONLY[key] : undefined;
  if (why) return `${place}: "${key}" stands in a project's file, which may not ${why}; move it to ${userFile}`;
  const guess = didYouMean(key, known);
  const mend = guess ? `did you mean "${guess}"?` : `known here: ${known.join(", ")}`;
  return `${place}: unknown setting "${[...path, key].join(".")}"; ${mend}`;
}

function wrongValue({ value, locate }: ParsedText, issue: Issue): string {
  const name = issue.path.length === 0 ? "the file" : `"${issue.path.join(".")}"`;
  if (issue.code === "invalid_key") {
    const key = String(issue.path.at(-1));
    const wanted = issue.issues?.[0]?.message ?? issue.message;
    return `${locate(issue.path.slice(0, -1), key)}: ${name} has an unusable name, wanted ${wanted}`;
  }
  return `${locate(issue.path)}: ${name} is ${found(value, issue.path)}, wanted ${issue.message}`;
}

/** The value as found; never that of a key or a header. */
function found(root: unknown, path: readonly PropertyKey[]): string {
  let value = root;
  for (const segment of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[segment];
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  const isSecret = ["apiKey", "headers", "apiKeyEnv", "env", "args"].some((name) => path.includes(name));
  return isSecret ? `a ${typeof value}` : JSON.stringify(value).replace(/\/\/[^/@]*@/, "//…@").slice(0, 80);
}
