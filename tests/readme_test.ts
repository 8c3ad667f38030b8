// The README is true: its scripts are written to a workspace, its commands run there, and what they print is what it shows.
//   ```js review.js       a file of the workspace
//   ```console            commands after `$ `, each followed by lines that its output holds; `…` stands for lines left out
//   ```console no-run     shown, not run: it needs a network, a key or a build
import assert from "node:assert/strict";
import { odwCommand, Place } from "./end_to_end/odw_process.ts";

const ROOT = new URL("../", import.meta.url);
const BLOCK = /^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm;

interface Block {
  language: string;
  info: string;
  text: string;
}

const readme = await Deno.readTextFile(new URL("README.md", ROOT));
const blocks: Block[] = [...readme.matchAll(BLOCK)].map(([, language = "", info = "", text = ""]) => ({
  language,
  info: info.trim(),
  text,
}));

Deno.test("every command of the README runs and prints what the README shows", async () => {
  await using place = await Place.make();
  await furnish(place);
  const commands = blocks.filter((block) => block.language === "console" && block.info !== "no-run").flatMap(
    commandsOf,
  );
  assert.ok(commands.length >= 10, "the README has its commands");
  for (const { line, expected } of commands) {
    const output = await shell(line, place);
    const printed = new Set(output.split("\n").map(normal));
    const missing = expected.filter((wanted) => !printed.has(normal(wanted)));
    assert.deepEqual(missing, [], `$ ${line}\n${output}`);
  }
});

Deno.test("every script of the README is named, and run by one of its commands", () => {
  const scripts = blocks.filter((block) => block.language === "js");
  assert.ok(scripts.length > 0);
  for (const { info } of scripts) {
    assert.match(info, /^[\w./-]+\.js$/);
    assert.ok(readme.includes(`odw run ${info}`) || readme.includes(`workflow("${info}`), `${info} is never run`);
  }
});

/** The README's scripts, this repository's own files, and `odw` on the path. */
async function furnish(place: Place): Promise<void> {
  for (const { language, info, text } of blocks) if (language === "js") await place.write(info, text);
  await place.write("README.md", readme);
  for await (const entry of Deno.readDir(new URL("src/", ROOT))) {
    if (entry.isFile) {
      await place.write(`src/${entry.name}`, await Deno.readTextFile(new URL(`src/${entry.name}`, ROOT)));
    }
  }
  const words = odwCommand().map((word) => `'${word}'`).join(" ");
  await Deno.mkdir(`${place.folder}/bin`);
  await Deno.writeTextFile(`${place.folder}/bin/odw`, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
}

function commandsOf({ text }: Block): { line: string; expected: string[] }[] {
  const commands: { line: string; expected: string[] }[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("$ ")) commands.push({ line: line.slice(2), expected: [] });
    else if (line.trim() !== "" && line.trim() !== "…") commands.at(-1)?.expected.push(line);
  }
  return commands;
}

/** stdout and stderr together, as a terminal shows them. */
async function shell(line: string, place: Place): Promise<string> {
  const { stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", line],
    cwd: place.work,
    clearEnv: true,
    env: {
      ...place.env({ OLLAMA_HOST: "" }),
      PATH: `${place.folder}/bin:${Deno.env.get("PATH")}`,
    },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return decoder.decode(stdout) + decoder.decode(stderr);
}

/** What differs from run to run: ids, times, figures and folders. */
function normal(line: string): string {
  return line
    .replace(/\b[0-9a-z]{15}\b/g, "<run>")
    .replace(/(\/[\w.-]+)*\/(work|home)\b/g, "<folder>")
    .replace(/\d+(\.\d+)?/g, "0")
    .replace(/\s+/g, " ")
    .trim();
}
