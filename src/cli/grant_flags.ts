// The flags that grant something: text in, what is granted out, and back to words for another process.
import type { GrantFlags, GrantKind } from "../config.ts";
import { OdwError } from "../errors.ts";
import type { Invocation, OptionSpec } from "./command.ts";

const KINDS: readonly GrantKind[] = ["write", "run", "web", "mcp"];

/** Names of the options in an Invocation. */
const OPTIONS = { write: "allowWrite", run: "allowRun", web: "allowWeb", mcp: "allowMcp", approve: "approve" } as const;

/** Values stand after "=" only, so that no flag takes the script's name for one. */
export const GRANTS: readonly OptionSpec[] = [
  {
    flags: "--allow-write [paths]",
    description: "let agents change files in the workspace, or =src,docs alone",
    parse: listed("--allow-write"),
    needsEquals: true,
    candidates: "files",
  },
  {
    flags: "--allow-run [commands]",
    description: "let agents start programs, as =npm,node; without names: any",
    parse: listed("--allow-run"),
    needsEquals: true,
  },
  {
    flags: "--allow-web [hosts]",
    description: "let agents fetch pages, as =docs.example.com,*.example.org; without names: any public host",
    parse: listed("--allow-web"),
    needsEquals: true,
  },
  {
    flags: "--allow-mcp [names]",
    description: "let agents use MCP servers of the user's config; without names: all",
    parse: listed("--allow-mcp"),
    needsEquals: true,
  },
  {
    flags: "--approve [kinds]",
    description: `ask before each call of these kinds that is not granted: =${KINDS.join(",")} (default: all)`,
    parse: kinds,
    needsEquals: true,
    candidates: KINDS,
  },
];

/** undefined: no flag was given. */
export function grantFlags(options: Invocation["options"]): GrantFlags | undefined {
  const given = Object.entries(OPTIONS).filter(([, option]) => Array.isArray(options[option]))
    .map(([kind, option]) => [kind, options[option]]);
  return given.length === 0 ? undefined : Object.fromEntries(given) as GrantFlags;
}

/** The same flags as words of a command line. */
export function grantWords(options: Invocation["options"]): string[] {
  return Object.entries(grantFlags(options) ?? {}).map(([kind, values]) =>
    `--${kind === "approve" ? kind : `allow-${kind}`}=${values.join(",")}`
  );
}

function listed(option: string): (text: string, before: unknown) => string[] {
  return (text, before) => {
    const items = text.split(",").map((item) => item.trim());
    if (items.some((item) => item === "")) {
      throw new OdwError(
        "usage",
        `${option}=${text} names nothing; leave out "=" to mean all, or give names with commas between them`,
      );
    }
    return [...new Set([...(Array.isArray(before) ? before as string[] : []), ...items])];
  };
}

function kinds(text: string, before: unknown): string[] {
  const items = text === "*" ? [...KINDS] : listed("--approve")(text, before);
  const wrong = items.find((item) => !(KINDS as readonly string[]).includes(item));
  if (wrong === undefined) return items;
  throw new OdwError("usage", `--approve must name some of ${KINDS.join(", ")}; got ${JSON.stringify(wrong)}`);
}
