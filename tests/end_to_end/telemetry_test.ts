// Nothing leaves the machine but calls to the configured provider: every socket of a run, watched while it works.
import assert from "node:assert/strict";
import { Place } from "./odw_process.ts";

const SCRIPT = `export const meta = { name: "watched", description: "d" };
return await parallel(Array.from({ length: 30 }, (_, i) => () => agent("p" + i)));`;

Deno.test({
  name: "during a run every connection of the process leads to the configured provider",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using place = await Place.make();
    const seen = new Set<string>();
    let child: Deno.ChildProcess | null = null;
    await using server = await place.serve("openai-chat", {
      async answer({ prompt }) {
        for (const remote of await remotesOf(child!.pid)) seen.add(remote);
        return `${prompt}!`;
      },
    });
    await place.write("watched.js", SCRIPT);
    child = place.spawn(["run", "watched.js", "--concurrency", "4", "--output", "json"]);
    const { code, stderr } = await child.output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.deepEqual([...seen], [`127.0.0.1:${new URL(server.url).port}`]);
  },
});

/** The far ends of a process's TCP connections and bound UDP sockets, read from the kernel's tables. */
async function remotesOf(pid: number): Promise<string[]> {
  const own = new Set<string>();
  for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) {
    const target = await Deno.readLink(`/proc/${pid}/fd/${name}`).catch(() => "");
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode) own.add(inode);
  }
  const remotes: string[] = [];
  for (const table of ["tcp", "tcp6", "udp", "udp6"]) {
    const text = await Deno.readTextFile(`/proc/${pid}/net/${table}`).catch(() => "");
    for (const line of text.split("\n").slice(1)) {
      const fields = line.trim().split(/\s+/);
      const [, , remote = "", state = ""] = fields;
      // 0A: listening, 07 for UDP: no far end.
      if (own.has(fields[9] ?? "") && !/^0+:0+$/.test(remote)) {
        remotes.push(state === "0A" ? "listening" : address(remote));
      }
    }
  }
  return remotes;
}

/** `0100007F:1F90` is 127.0.0.1:8080: the kernel writes the address as a number of this machine. */
function address(text: string): string {
  const [host = "", port = ""] = text.split(":");
  const bytes = host.length === 8 ? host.match(/../g)!.reverse().map((byte) => parseInt(byte, 16)).join(".") : host;
  return `${bytes}:${parseInt(port, 16)}`;
}
