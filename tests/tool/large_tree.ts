// Makes a tree of 100,000 files, and searches it in a process of its own. As a program: `large_tree.ts <root> <tool> <input>`.
import type { JsonObject } from "../../src/json.ts";
import { globTool } from "../../src/tool/glob.ts";
import { grepTool } from "../../src/tool/grep.ts";

/** 40,000 files of code, and 60,000 that .gitignore names. */
export function treeOf(root: string): void {
  Deno.writeTextFileSync(`${root}/.gitignore`, "node_modules/\n*.log\n");
  const body = "export function thing(a: number) {\n  return a + 1; // some words here\n}\n".repeat(8);
  const fill = (folder: string, options: { extension: string; needle: boolean }) => {
    Deno.mkdirSync(folder, { recursive: true });
    for (let file = 0; file < 100; file++) {
      const end = options.needle && file === 7 ? "needle_42\n" : "";
      Deno.writeTextFileSync(`${folder}/f${file}.${options.extension}`, body + end);
    }
  };
  for (let folder = 0; folder < 400; folder++) {
    fill(`${root}/src/p${folder % 20}/d${folder}`, { extension: "ts", needle: folder % 40 === 0 });
  }
  for (let folder = 0; folder < 600; folder++) {
    fill(`${root}/node_modules/m${folder}`, { extension: "js", needle: true });
  }
}

export interface Measured {
  found: number;
  peakMiB: number;
  durationMs: number;
}

export async function measure(call: { root: string; tool: string; input: JsonObject }): Promise<Measured> {
  const project = new URL("../../", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-check", `--allow-read=${call.root},${project}`],
      ...[new URL(import.meta.url).pathname, call.root, call.tool, JSON.stringify(call.input)],
    ],
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout)) as Measured;
}

async function search(root: string, tool: string, input: JsonObject): Promise<Measured> {
  let peak = 0;
  const look = () => peak = Math.max(peak, Deno.memoryUsage().rss);
  const timer = setInterval(look, 5);
  const start = performance.now();
  const home = { home: "/nonexistent/odw" };
  const context = { root, signal: new AbortController().signal, approve: () => Promise.resolve(false) };
  const { value } = await (tool === "grep" ? grepTool(home) : globTool(home)).call(input, context);
  const durationMs = Math.round(performance.now() - start);
  clearInterval(timer);
  look();
  return { found: Array.isArray(value) ? value.length : 0, peakMiB: Math.round(peak / 2 ** 20), durationMs };
}

if (import.meta.main) {
  const [root = "", tool = "", input = "{}"] = Deno.args;
  console.log(JSON.stringify(await search(root, tool, JSON.parse(input) as JsonObject)));
}
