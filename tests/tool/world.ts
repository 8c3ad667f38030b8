// What tests of tools that reach out of odw stand on: real programs, real folders, settings as the user would give them.
import type { McpServer, Settings } from "../../src/config.ts";
import { OdwError } from "../../src/errors.ts";
import { DIRECT } from "../../src/lib/outgoing.ts";
import { gitAccess, SAFE_GIT_ENVIRONMENT, safeGitArgs } from "../../src/git_access.ts";
import type { LineProcess, ProgramRequest, ProgramResult, Programs } from "../../src/programs.ts";
import type { ApprovalRequest, ToolContext } from "../../src/tool.ts";

export interface SettingsParts {
  grants?: Partial<Settings["grants"]>;
  mcpServers?: Record<string, McpServer>;
  searchUrl?: string | null;
  cwd?: string;
}

/** The members that tools read. */
export function settingsOf(parts: SettingsParts = {}): Settings {
  return {
    home: "/nonexistent/odw",
    cwd: parts.cwd ?? "/nonexistent",
    grants: { write: [], run: [], web: [], mcp: [], approve: [], ...parts.grants },
    network: DIRECT,
    mcpServers: parts.mcpServers ?? {},
    tools: { searchUrl: parts.searchUrl ?? null, environment: { PATH: Deno.env.get("PATH")! } },
  } as Partial<Settings> as Settings;
}

export interface World extends AsyncDisposable {
  root: string;
  context: ToolContext;
  asked: ApprovalRequest[];
  permitted: () => number;
}

/** A fresh folder, and a user who answers `isAllowing` to everything. */
export async function openWorld(isAllowing: boolean = false): Promise<World> {
  const root = await Deno.realPath(await Deno.makeTempDir());
  const asked: ApprovalRequest[] = [];
  let permitted = 0;
  const context: ToolContext = {
    root,
    signal: new AbortController().signal,
    approve: (request) => {
      asked.push(request);
      return Promise.resolve(isAllowing);
    },
    onPermitted: () => {
      permitted++;
      return Promise.resolve();
    },
  };
  const dispose = () => Deno.remove(root, { recursive: true });
  return { root, context, asked, permitted: () => permitted, [Symbol.asyncDispose]: dispose };
}

export interface HostPrograms extends Programs {
  requests: ProgramRequest[];
  /** Of each server that was opened: settles when it has ended and is read to its end. */
  endings: Promise<unknown>[];
}

/** Starts real programs; git as the terminal ring starts it where it is not granted. */
export function hostPrograms(settings: Settings): HostPrograms {
  const requests: ProgramRequest[] = [];
  const endings: Promise<unknown>[] = [];
  return {
    requests,
    endings,
    confinement: () => Promise.resolve(null),
    run: (request, signal) => {
      requests.push(request);
      return runProgram(request, { settings, signal });
    },
    openServer: (name) => {
      try {
        const { ending, ...process } = openProcess(settings.mcpServers[name]!);
        endings.push(ending);
        return Promise.resolve(process);
      } catch (thrown) {
        return Promise.reject(thrown);
      }
    },
  };
}

async function runProgram(
  request: ProgramRequest,
  { settings, signal }: { settings: Settings; signal: AbortSignal },
): Promise<ProgramResult> {
  const isSafeGit = request.program === "git" && !settings.grants.run.includes("git") &&
    gitAccess(request.args).access === "read";
  const limit = AbortSignal.timeout(request.timeoutMs);
  const command = new Deno.Command(request.program, {
    args: isSafeGit ? safeGitArgs(request.args) : request.args,
    cwd: request.cwd,
    clearEnv: true,
    env: { ...settings.tools.environment, ...(isSafeGit ? SAFE_GIT_ENVIRONMENT : {}) },
    stdin: "null",
    signal: AbortSignal.any([signal, limit]),
  });
  try {
    const { code, signal: ending, stdout, stderr } = await command.output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)) as [string, string];
    signal.throwIfAborted();
    return { exitCode: ending ? null : code, stdout: out, stderr: err, isTimedOut: limit.aborted, isTruncated: false };
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) {
      throw new OdwError("not_found", `there is no program ${request.program} in PATH`);
    }
    throw thrown;
  }
}

function openProcess(server: McpServer): LineProcess & { ending: Promise<unknown> } {
  if (!("command" in server)) throw new Error("not a program");
  const process = new Deno.Command(server.command, {
    args: server.args ?? [],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = process.stdin.getWriter();
  let onLine: (line: string) => void = () => {};
  let onEnd: (reason: string) => void = () => {};
  const reading = readLines(process.stdout, (line) => onLine(line));
  const ending = Promise.all([process.status, reading]).then(async ([{ code }]) => {
    await writer.close().catch(() => {});
    onEnd(`exit code ${code}`);
  });
  return {
    ending,
    send: (line) => void writer.write(new TextEncoder().encode(line + "\n")).catch(() => {}),
    onLine: (listener) => onLine = listener,
    onEnd: (listener) => onEnd = listener,
    kill: () => {
      writer.close().catch(() => {});
      try {
        process.kill("SIGKILL");
      } catch {
        // It has ended already.
      }
    },
  };
}

async function readLines(stream: ReadableStream<Uint8Array>, listener: (line: string) => void): Promise<void> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    lines.forEach(listener);
  }
}
