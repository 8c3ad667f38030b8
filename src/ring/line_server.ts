// Starts an MCP server of the user's settings, and carries lines between it and who asked for it.
import type { Settings } from "../config.ts";
import { OdwError } from "../errors.ts";
import { isGranted } from "./baked.ts";
import { startChild } from "./child_run.ts";
import type { ProcessGroups } from "./process_groups.ts";
import { findProgram } from "./program_path.ts";
import type { ServerNews, ServerWish } from "./served_programs.ts";

/** Longer lines are no messages: the server has gone wrong. */
const LONGEST_LINE = 32 * 1024 * 1024;
/** Of its stderr, for the reason why it ended. */
const LAST_WORDS = 2_000;
const AFTERMATH_MS = 500;

interface ServerParts {
  settings: Settings;
  groups: ProcessGroups;
  port: MessagePort;
}

/** Throws OdwError `denied` for one that was not granted, `not_found` where its program is missing; then the port is closed. */
export async function startLineServer(name: string, { settings, groups, port }: ServerParts): Promise<void> {
  try {
    const child = startChild(await commandOf(name, settings), "piped");
    groups.add(child);
    void carry(child, { groups, port });
  } catch (error) {
    port.close();
    throw error;
  }
}

/** Until the process has ended. */
async function carry(child: Deno.ChildProcess, { groups, port }: Omit<ServerParts, "settings">): Promise<void> {
  const tell = (news: ServerNews) => port.postMessage(news);
  const writer = child.stdin.getWriter();
  port.onmessage = ({ data }: MessageEvent<ServerWish>) => {
    if (data.type === "kill") return groups.end(child);
    // Errors show as the end of the process.
    writer.write(new TextEncoder().encode(`${data.line}\n`)).catch(() => {});
  };
  const stderr = lastWords(child.stderr);
  const lines = readLines(child.stdout, (line) => tell({ type: "line", line })).catch(() => groups.end(child));
  const { code, signal } = await child.status;
  await inTime([lines, stderr.ended]);
  writer.close().catch(() => {});
  const words = stderr.text().trim();
  tell({ type: "end", reason: `it ended with ${signal ?? `exit code ${code}`}${words === "" ? "" : `: ${words}`}` });
  port.close();
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

async function readLines(stream: ReadableStream<Uint8Array>, tell: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) tell(line.replace(/\r$/, ""));
    if (rest.length > LONGEST_LINE) throw new RangeError(`a line is longer than ${LONGEST_LINE} characters`);
  }
  if (rest !== "") tell(rest);
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
async function inTime(reading: Promise<void>[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, AFTERMATH_MS);
  await Promise.race([Promise.all(reading), promise]);
  clearTimeout(timer);
}
