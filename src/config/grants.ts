// What a run may do: the user's own file and the flags in one. Nothing of a project reaches this place.
import { realpath } from "node:fs/promises";
import { dirname, isAbsolute, resolve } from "node:path";
import type { ConfigFile, GrantFlags, GrantKind, Grants } from "../config.ts";
import { OdwError } from "../errors.ts";
import { contains } from "../permissions.ts";
import { didYouMean } from "./did_you_mean.ts";
import type { Places } from "./places.ts";

interface GrantSources {
  user: ConfigFile;
  flags: GrantFlags;
  places: Pick<Places, "cwd" | "home" | "userHome">;
  /** For messages. */
  userFile: string;
}

/** Throws OdwError `usage` for a flag, or `config` for a setting, that cannot be granted. */
export async function resolveGrants(sources: GrantSources): Promise<Grants> {
  const { user: { permissions = {}, mcpServers = {} }, flags, userFile } = sources;
  const ofFile = { code: "config", source: `permissions of ${userFile}` } as const;
  const ofFlag = (name: string) => ({ code: "usage", source: `--allow-${name}` }) as const;
  return {
    write: unique([
      ...await configuredPaths(permissions.write ?? [], sources.places, userFile),
      ...await flagPaths(flags.write ?? [], sources.places),
    ]),
    run: unique([...permissions.run ?? [], ...flags.run ?? []].map(commandName)),
    web: unique([
      ...(permissions.web ?? []).map((host) => webHost(host, ofFile)),
      ...(flags.web ?? []).map((host) => webHost(host, ofFlag("web"))),
    ]),
    mcp: unique([
      ...serverNames(permissions.mcp ?? [], mcpServers, { ...ofFile, userFile }),
      ...serverNames(flags.mcp ?? [], mcpServers, { ...ofFlag("mcp"), userFile }),
    ]),
    approve: unique<GrantKind>([...permissions.approve ?? [], ...flags.approve ?? []]),
  };
}

interface Source {
  code: "config" | "usage";
  /** Subject of a message. */
  source: string;
}

/** A path that is not in this workspace is meant for another one. */
async function configuredPaths(
  given: boolean | string[],
  places: GrantSources["places"],
  userFile: string,
): Promise<string[]> {
  if (typeof given === "boolean") {
    return given ? [await ofWorkspace(".", places, `permissions.write of ${userFile}`)] : [];
  }
  const found = given.map((path) => path.startsWith("~/") ? resolve(places.userHome, path.slice(2)) : path)
    .map((path) => resolve(places.cwd, path));
  const inside = await Promise.all(found.map(async (path) => await isInside(path, places.cwd) ? [path] : []));
  return await Promise.all(inside.flat().map((path) => ofWorkspace(path, places, `permissions.write of ${userFile}`)));
}

async function flagPaths(given: string[], places: GrantSources["places"]): Promise<string[]> {
  return await Promise.all(given.map((path) => ofWorkspace(path === "*" ? "." : path, places, "--allow-write")));
}

/** Absolute. Throws OdwError `usage` for what leads out of the workspace, also behind a link, and for what holds odw's own settings. */
async function ofWorkspace(
  path: string,
  { cwd, home }: GrantSources["places"],
  source: string,
): Promise<string> {
  const place = resolve(cwd, path);
  if (!await isInside(place, cwd)) {
    throw new OdwError(
      "usage",
      `${source} cannot grant ${
        JSON.stringify(path)
      }: it lies outside the workspace ${cwd}; work in another folder with --cwd`,
    );
  }
  const [real, realHome] = await Promise.all([place, home].map(realPlace));
  const holdsHome = contains(place, home) || contains(home, place) || contains(real!, realHome!) ||
    contains(realHome!, real!);
  if (!holdsHome || contains(`${home}/worktrees`, place)) return place;
  throw new OdwError(
    "usage",
    `${source} cannot grant ${place}: odw's own settings in ${home} could be changed with it; name folders beside them`,
  );
}

async function isInside(path: string, cwd: string): Promise<boolean> {
  if (!contains(cwd, path)) return false;
  const [real, root] = await Promise.all([realPlace(path), realPlace(cwd)]);
  return contains(root!, real!);
}

/** Behind all symbolic links; of what does not exist yet, by the nearest folder that does. */
async function realPlace(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    if (parent === path) return path;
    return resolve(await realPlace(parent), path.slice(parent.length).replace(/^[/\\]+/, ""));
  }
}

/** `./build.sh` and `tools/build.sh` are the workspace's own; a name alone stands in PATH. */
function commandName(name: string): string {
  const isPath = /[/\\]/.test(name) && !isAbsolute(name);
  return isPath ? `./${name.replaceAll("\\", "/").replace(/^(?:\.\/)+/, "")}` : name;
}

function webHost(text: string, { code, source }: Source): string {
  const host = text.toLowerCase();
  if (
    host === "*" || /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*(?::\d{1,5})?$|^\[[0-9a-f:.]+\](?::\d{1,5})?$/.test(host)
  ) return host;
  const url = URL.parse(text);
  const meant = url?.host
    ? `; did you mean ${url.host}?`
    : "; give names as docs.example.com, *.example.com or localhost:8080";
  throw new OdwError(code, `${source} cannot grant ${JSON.stringify(text)}, which is no host${meant}`);
}

function serverNames(
  given: string[],
  configured: NonNullable<ConfigFile["mcpServers"]>,
  { code, source, userFile }: Source & { userFile: string },
): string[] {
  const known = Object.keys(configured);
  return given.flatMap((name) => {
    if (name === "*") return known;
    if (known.includes(name)) return [name];
    const guess = didYouMean(name, known);
    const mend = guess
      ? `did you mean ${guess}?`
      : known.length > 0
      ? `there are ${known.join(", ")}`
      : `add it to "mcpServers" in ${userFile}`;
    throw new OdwError(
      code,
      `${source} names the MCP server ${JSON.stringify(name)}, which is not configured; ${mend}`,
    );
  });
}

function unique<Item>(items: Item[]): Item[] {
  return [...new Set(items)];
}
