// Puts odw into a host's own file, and takes out what it put in.
import type { HostFileChange, HostName } from "../hosts.ts";
import { diffOf } from "./diff.ts";
import { backUp, backupOf, type HostFile, readHostFile, writeHostFile } from "./host_file.ts";
import { HOSTS } from "./host_table.ts";
import type { Work } from "./integrate.ts";
import { type Receipt, sha256 } from "./receipts.ts";
import { findRegistration, type Registration, withoutRegistration, withRegistration } from "./registration.ts";
import { serverStart } from "./server_start.ts";

/** Throws OdwError `config`, and leaves the file as it was. */
export async function register(host: HostName, work: Work): Promise<HostFileChange> {
  const registration = await findRegistration(HOSTS[host], work.places, work.scope);
  const { file } = registration;
  const { text, madeDepth } = await withRegistration(registration, serverStart(work.places));
  const change = changeOf(host, file, text);
  if (change.status === "unchanged" || work.dryRun) return change;
  const before = work.receipts.get(file.target);
  // Of a file that odw made there is nothing to keep.
  change.backup = before?.created ? null : await backUp(file);
  const folders = await writeHostFile(file, text);
  work.receipts.set(file.target, {
    hosts: [...new Set([...before?.hosts ?? [], host])],
    written: await sha256(text),
    isWholeEdit: before ? await isUntouched(file, before) : await isBackedUp(file),
    created: before?.created ?? file.text === null,
    madeDepth: Math.max(before?.madeDepth ?? 0, madeDepth),
    folders: [...before?.folders ?? [], ...folders],
  });
  return change;
}

/** Throws OdwError `config`, and leaves the file as it was. */
export async function unregister(host: HostName, work: Work): Promise<HostFileChange> {
  const registration = await findRegistration(HOSTS[host], work.places, work.scope);
  const { file } = registration;
  if (!registration.entry) return changeOf(host, file, file.text);
  const receipt = work.receipts.get(file.target);
  const text = await textWithout(registration, receipt);
  const change = changeOf(host, file, text);
  if (work.dryRun) return change;
  if (text === null) await Deno.remove(file.target);
  else await writeHostFile(file, text);
  if (receipt) {
    await Deno.remove(backupOf(file)).catch(() => {});
    work.emptied.push(...receipt.folders);
    work.receipts.set(file.target, null);
  }
  return change;
}

/** As it was before, to the letter, where nobody else has written since; null: no file. */
async function textWithout(registration: Registration, receipt: Receipt | null): Promise<string | null> {
  const { file } = registration;
  if (receipt && await isUntouched(file, receipt)) {
    if (receipt.created) return null;
    const backup = await readHostFile(backupOf(file)).catch(() => null);
    if (backup && backup.text !== null) return backup.text;
  }
  const text = await withoutRegistration(registration, receipt?.madeDepth ?? 0);
  const isEmpty = ["", "{}"].includes(text.replace(/\s/g, ""));
  return receipt?.created && isEmpty ? null : text;
}

/** Nobody but odw has written to the file since it was first registered. */
async function isUntouched(file: HostFile, receipt: Receipt): Promise<boolean> {
  return receipt.isWholeEdit && await sha256(file.text ?? "") === receipt.written;
}

/** A backup of an earlier time would bring back an old file. */
async function isBackedUp(file: HostFile): Promise<boolean> {
  return file.text === null || (await readHostFile(backupOf(file))).text === file.text;
}

function changeOf(host: HostName, { path, text: before }: HostFile, after: string | null): HostFileChange {
  const isSame = before === after;
  const status = isSame ? "unchanged" : before === null ? "created" : after === null ? "removed" : "changed";
  return {
    host,
    kind: "registration",
    path,
    status,
    diff: diffOf(path, before, after),
    detail: null,
    backup: null,
  };
}
