// The files that are odw's alone: skills and slash commands. What a user has edited is the user's.
import type { HostFileChange, HostName, HostPlaces, HostScope } from "../hosts.ts";
import { diffOf } from "./diff.ts";
import { readHostFile, writeHostFile } from "./host_file.ts";
import { HOSTS } from "./host_table.ts";
import type { Work } from "./integrate.ts";
import { inHome, inProject } from "./paths.ts";
import { sha256 } from "./receipts.ts";
import { skillText } from "./texts.ts";

export interface OwnFile {
  kind: "skill" | "command";
  path: string;
  text: string;
}

/** Both skills for every host: most read the first, Claude Code the second alone. */
export function ownFiles(host: HostName, places: HostPlaces, scope: HostScope): OwnFile[] {
  const inScope = scope === "user" ? inHome : inProject;
  const { command } = HOSTS[host];
  const path = command?.path(places, scope) ?? null;
  return [
    ...[".agents", ".claude"].map((folder): OwnFile => ({
      kind: "skill",
      path: inScope(places, folder, "skills", "odw", "SKILL.md"),
      text: skillText(),
    })),
    ...(command && path !== null ? [{ kind: "command" as const, path, text: command.text() }] : []),
  ];
}

/** Throws OdwError `config`. */
export async function writeOwnFile(host: HostName, own: OwnFile, work: Work): Promise<HostFileChange> {
  const file = await readHostFile(own.path);
  const receipt = work.receipts.get(own.path);
  const change: HostFileChange = {
    host,
    kind: own.kind,
    path: own.path,
    status: "unchanged",
    diff: "",
    detail: null,
    backup: null,
  };
  if (file.text !== null && file.text !== own.text && await sha256(file.text) !== receipt?.written) {
    return { ...change, detail: "it is not as odw wrote it, and stays; delete it and try again for odw's text" };
  }
  const isNew = file.text !== own.text;
  if (isNew) Object.assign(change, { status: file.text === null ? "created" : "changed" });
  change.diff = diffOf(own.path, file.text, own.text);
  if (work.dryRun) return change;
  const folders = isNew ? await writeHostFile(file, own.text) : [];
  work.receipts.set(own.path, {
    hosts: [...new Set([...receipt?.hosts ?? [], host])],
    written: await sha256(own.text),
    isWholeEdit: true,
    created: true,
    madeDepth: 0,
    folders: [...receipt?.folders ?? [], ...folders],
  });
  return change;
}

/** Only when no other host needs it. Throws OdwError `config`. */
export async function removeOwnFile(host: HostName, own: OwnFile, work: Work): Promise<HostFileChange> {
  const file = await readHostFile(own.path);
  const receipt = work.receipts.get(own.path);
  const others = (receipt?.hosts ?? []).filter((name) => name !== host);
  const change: HostFileChange = {
    host,
    kind: own.kind,
    path: own.path,
    status: "unchanged",
    diff: "",
    detail: null,
    backup: null,
  };
  if (receipt && others.length > 0) {
    // In a dry run too, so that what several hosts share is shown to go with the last of them.
    work.receipts.set(own.path, { ...receipt, hosts: others });
    return { ...change, detail: `it stays for ${others.join(", ")}` };
  }
  if (file.text === null) {
    work.receipts.set(own.path, null);
    return change;
  }
  const isOurs = file.text === own.text || await sha256(file.text) === receipt?.written;
  if (!isOurs) return { ...change, detail: "it is not as odw wrote it, and stays; delete it by hand" };
  change.status = "removed";
  change.diff = diffOf(own.path, file.text, null);
  if (work.dryRun) return change;
  await Deno.remove(own.path);
  work.emptied.push(...receipt?.folders ?? []);
  work.receipts.set(own.path, null);
  return change;
}
