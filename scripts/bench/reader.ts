// Readers of a run's events in a process of their own. A line of stdin names what to read, a line of stdout says what came.
import { createInterface } from "node:readline";
import process from "node:process";

export interface ReadOrder {
  /** The URL of the event stream. */
  url: string;
  token: string;
  readers: number;
}

export interface ReadResult {
  /** Of all readers together. */
  events: number;
  bytes: number;
  /** Events that were missing or came twice. */
  faults: number;
}

const ID = 0x69;
const NEWLINE = 0x0a;
const ZERO = 0x30;

if (import.meta.main) {
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) console.log(JSON.stringify(await readAll(JSON.parse(line))));
}

async function readAll({ url, token, readers }: ReadOrder): Promise<ReadResult> {
  const results = await Promise.all(Array.from({ length: readers }, () => read(url, token)));
  const total = (member: keyof ReadResult) => results.reduce((sum, result) => sum + result[member], 0);
  return { events: total("events"), bytes: total("bytes"), faults: total("faults") };
}

/** Looks at bytes, not at text: the readers share the machine with what is measured. */
async function read(url: string, token: string): Promise<ReadResult> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const result = { events: 0, bytes: 0, faults: 0 };
  const take = lineStarts((seq) => {
    if (seq !== result.events + 1) result.faults++;
    result.events++;
  });
  for await (const chunk of response.body!) {
    result.bytes += chunk.byteLength;
    take(chunk);
  }
  return result;
}

/** Calls `onSeq` with the number of each line `id: <number>`, wherever chunks end. */
function lineStarts(onSeq: (seq: number) => void): (chunk: Uint8Array) => void {
  /** Position in `id: `; 4: in the number; -1: in another line. */
  let place = 0;
  let seq = 0;
  return (chunk) => {
    for (let i = 0; i < chunk.length; i++) {
      if (place === -1) {
        i = chunk.indexOf(NEWLINE, i);
        if (i < 0) return;
      }
      const byte = chunk[i]!;
      if (byte === NEWLINE) {
        if (place === 4) onSeq(seq);
        [place, seq] = [0, 0];
      } else if (place === 4) seq = seq * 10 + byte - ZERO;
      else place = place === 0 && byte !== ID ? -1 : place + 1;
    }
  };
}
