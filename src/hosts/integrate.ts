// odw integrate: registration, skill and slash command of each host, one after the other, each file by itself.
import { errorInfo } from "../errors.ts";
import type { HostFileChange, HostName, IntegrateRequest, Integration } from "../hosts.ts";
import { HOSTS } from "./host_table.ts";
import { type OwnFile, ownFiles, removeOwnFile, writeOwnFile } from "./own_files.ts";
import { pathsOf } from "./paths.ts";
import { Receipts } from "./receipts.ts";
import { register, unregister } from "./register.ts";

/** One request under way. */
export interface Work extends IntegrateRequest {
  receipts: Receipts;
  /** Folders that odw made and that may have nothing in them now. */
  emptied: string[];
}

export async function integrate(request: IntegrateRequest): Promise<Integration> {
  const work: Work = { ...request, receipts: await Receipts.open(request.places.odwHome), emptied: [] };
  const changes: HostFileChange[] = [];
  for (const host of request.hosts) changes.push(...await integrateHost(host, work));
  if (!request.dryRun) {
    await removeEmptied(work);
    if (changes.some(({ status }) => status !== "failed")) await work.receipts.save();
  }
  return { changes, steps: request.action === "add" ? stepsOf(request, changes) : [] };
}

async function integrateHost(host: HostName, work: Work): Promise<HostFileChange[]> {
  const isAdd = work.action === "add";
  const path = HOSTS[host].files(work.places, work.scope)[0] ?? "";
  const registered = await attempt(
    { host, kind: "registration", path },
    () => isAdd ? register(host, work) : unregister(host, work),
  );
  // A skill for tools that are not there would mislead.
  if (isAdd && registered.status === "failed") return [registered];
  const changes = [registered];
  for (const own of ownFiles(host, work.places, work.scope)) {
    const what = { host, kind: own.kind, path: own.path };
    changes.push(await attempt(what, () => changeOwnFile(host, own, work)));
  }
  return changes;
}

function changeOwnFile(host: HostName, own: OwnFile, work: Work): Promise<HostFileChange> {
  return work.action === "add" ? writeOwnFile(host, own, work) : removeOwnFile(host, own, work);
}

async function attempt(
  what: Pick<HostFileChange, "host" | "kind" | "path">,
  change: () => Promise<HostFileChange>,
): Promise<HostFileChange> {
  try {
    return await change();
  } catch (error) {
    return { ...what, status: "failed", diff: "", detail: errorInfo(error).message, backup: null };
  }
}

/** Innermost first; one that holds something else stays, and is remembered with the odw file that it still holds. */
async function removeEmptied({ emptied, receipts, places }: Work): Promise<void> {
  const folders = [...new Set(emptied)].sort((a, b) => b.length - a.length);
  for (const folder of folders) {
    const isGone = await Deno.remove(folder).then(() => true, (error) => error instanceof Deno.errors.NotFound);
    if (!isGone) receipts.adopt(folder, pathsOf(places).sep);
  }
}

function stepsOf({ hosts, scope }: IntegrateRequest, changes: HostFileChange[]): Integration["steps"] {
  const failed = new Set(
    changes.filter(({ kind, status }) => kind === "registration" && status === "failed").map(({ host }) => host),
  );
  return hosts.filter((host) => !failed.has(host))
    .flatMap((host) => HOSTS[host].steps(scope).map((step) => ({ host, step })));
}
