// What odw has written into other programs' files, so that exactly that can be taken out again. Lies in odw's home.
import { dirname, join } from "node:path";
import { isJsonObject, type JsonObject } from "../json.ts";
import { readHostFile, writeHostFile } from "./host_file.ts";

export interface Receipt {
  /** Hosts for which the file is there: the last one to leave takes it away. */
  hosts: string[];
  /** SHA-256 of the text as odw left it. */
  written: string;
  /** Whether the file as it was before, or its absence, differs from that text by odw's edits alone. */
  isWholeEdit: boolean;
  /** There was no such file. */
  created: boolean;
  /** How many of the objects around odw's entry odw made. */
  madeDepth: number;
  /** Folders that odw made for it, outermost first. */
  folders: string[];
}

export class Receipts {
  readonly #path: string;
  readonly #all: Map<string, Receipt>;

  private constructor(path: string, all: Map<string, Receipt>) {
    this.#path = path;
    this.#all = all;
  }

  /** A file that cannot be read counts as empty: then edits are found by looking. */
  static async open(odwHome: string): Promise<Receipts> {
    const path = join(odwHome, "integrations.json");
    const { text } = await readHostFile(path);
    return new Receipts(path, new Map(entriesOf(text ?? "")));
  }

  get(path: string): Receipt | null {
    return this.#all.get(path) ?? null;
  }

  /** null: the file is the user's alone again. */
  set(path: string, receipt: Receipt | null): void {
    if (receipt) this.#all.set(path, receipt);
    else this.#all.delete(path);
  }

  /** Leaves a folder that odw made to a file that still lies in it. */
  adopt(folder: string, separator: string): void {
    for (const [path, receipt] of this.#all) {
      if (!path.startsWith(folder + separator)) continue;
      this.#all.set(path, { ...receipt, folders: [...new Set([folder, ...receipt.folders])] });
      return;
    }
  }

  /** Throws OdwError `config`. */
  async save(): Promise<void> {
    const file = await readHostFile(this.#path);
    await Deno.mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    await writeHostFile({ ...file, mode: 0o600 }, `${JSON.stringify(Object.fromEntries(this.#all), null, 2)}\n`);
  }
}

export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function entriesOf(text: string): [string, Receipt][] {
  if (text.trim() === "") return [];
  try {
    const all: unknown = JSON.parse(text);
    const entries = isJsonObject(all) ? Object.entries(all) : [];
    return entries.flatMap(([path, one]) => isJsonObject(one) ? [[path, receiptOf(one)]] : []);
  } catch {
    return []; // a record that was cut off: edits are found by looking
  }
}

function receiptOf(one: JsonObject): Receipt {
  const texts = (value: unknown) => Array.isArray(value) ? value.filter((text) => typeof text === "string") : [];
  return {
    hosts: texts(one.hosts),
    written: typeof one.written === "string" ? one.written : "",
    isWholeEdit: one.isWholeEdit === true,
    created: one.created === true,
    madeDepth: typeof one.madeDepth === "number" ? one.madeDepth : 0,
    folders: texts(one.folders),
  };
}
