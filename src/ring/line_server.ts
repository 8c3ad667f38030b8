// Starts an MCP server of the user's settings, and carries lines between it and who asked for it.
import type { Settings } from "../config.ts";
import { OdwError } from "../errors.ts";
import { isGranted } from "./baked.ts";
import { startChild } from "./child_run.ts";
import type { ProcessGroups } from "./process_groups.ts";
import { findProgram } from "./program_path.ts";
import type { ServerListeners } from "./served_programs.ts";

/** Longer lines are no messages: the server has gone wrong. */
const LONGEST_LINE = 32 * 1024 * 1024;
/** Of its stderr, for the reason why it ended. */
const LAST_WORDS = 2_000;

interface LineServer {
  send(line: string): void;
  kill(): void;
}

/** Throws OdwError `denied` for one that was not granted, `not_found` where its program is missing. */
export async function startLineServer(
  name: string,
  { settings, groups, listeners }: { settings: Settings; groups: ProcessGroups; listeners: ServerListeners },
): Promise<LineServer> {
  const child = startChild(await commandOf(name, settings), "piped");
  groups.add(child);
  const writer = child.stdin.getWriter();
  const stderr = lastWords(child.stderr);
  const reading = readLines(child.stdout, listeners.line).catch(() => groups.end(child));
  const end = async () => {
    const { code, signal } = await child.status;
    await Promise.race([Promise.all([reading, stderr.ended]), pause()]);
    writer.close().catch(() => {});
    const words = stderr.text().trim();
    await listeners.end(`it ended with ${signal ?? `exit code ${code}`}${words === "" ? "" : `: ${words}`}`);
  };
  end().catch(() => {});
  return {
    // Errors show as the end of the process.
    send: (line) => void writer.write(new TextEncoder().encode(`${line}\n`)).catch(() => {}),
    kill: () => groups.end(child),
  };
}

async function commandOf(name: string, { mcpServers, tools, cwd }: Settings) {
  const server = Object.hasOwn(mcpServers, name) ? mcpServers[name] : undefined;
  if (!server || !("command" in server)) {
    throw new OdwError(
      "denied",
      `the MCP server ${name} was not granted; the user can grant it with --allow-mcp=${name}`,
    );
  }
  if (!isGranted("run", "*")) {
    throw new OdwError(
      "denied",
      `cannot start the MCP server ${name}: this odw was built or started without permission to start programs`,
    );
  }
  const environment = { ...tools.environment, ...server.env };
  const program = await findProgram(server.command, environment);
  if (program !== null) return { program, args: server.args ?? [], cwd: server.cwd ?? cwd, environment };
  throw new OdwError(
    "not_found",
    `cannot start the MCP server ${name}: there is no program ${server.command}; correct mcpServers.${name}.command`,
  );
}

async function readLines(stream: ReadableStream<Uint8Array>, tell: ServerListeners["line"]): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) await tell(line.replace(/\r$/, ""));
    if (rest.length > LONGEST_LINE) throw new RangeError(`a line is longer than ${LONGEST_LINE} characters`);
  }
  if (rest !== "") await tell(rest);
}

function lastWords(stream: ReadableStream<Uint8Array>): { ended: Promise<void>; text(): string } {
  const decoder = new TextDecoder();
  let words = "";
  const read = async () => {
    for await (const chunk of stream) words = (words + decoder.decode(chunk, { stream: true })).slice(-LAST_WORDS);
  };
  return { ended: read().catch(() => {}), text: () => words };
}

/** Something outside its group may hold the streams of a process that has ended. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 500));
}
