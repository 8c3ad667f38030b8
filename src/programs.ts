// The contract for starting programs: the engine ring can start none itself and asks the terminal ring, which checks again.

export interface ProgramRequest {
  /** A bare name that is looked up in PATH, or an absolute path. */
  program: string;
  args: string[];
  /** Absolute; inside the workspace or a worktree of odw. */
  cwd: string;
  stdin?: string;
  timeoutMs: number;
  /** Of stdout and of stderr each; what is over is cut in the middle. */
  maxOutputBytes: number;
  /** Absolute folders that the program may write to where a sandbox is there. Default: cwd. */
  writable?: string[];
}

export interface ProgramResult {
  /** null: ended by a signal or the time limit. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
  isTimedOut: boolean;
  isTruncated: boolean;
}

/** A running MCP server: lines of JSON both ways. */
export interface LineProcess {
  send(line: string): void;
  onLine(listener: (line: string) => void): void;
  /** Called once when the process has ended; `reason` holds the exit code and the end of its stderr. */
  onEnd(listener: (reason: string) => void): void;
  kill(): void;
}

export interface Programs {
  /** How allowed commands are confined on this machine, in words for approvals; null: they are not. */
  confinement(): Promise<string | null>;
  /**
   * Runs a program to its end. Throws OdwError `denied` when it was not granted (see `isPermittedProgram`), `not_found` when there is no such program;
   * a program that fails is a result. The whole process group ends with the signal or the time limit.
   */
  run(request: ProgramRequest, signal: AbortSignal): Promise<ProgramResult>;
  /** Starts a configured stdio MCP server by its name; what is started is taken from the settings, never from the caller. */
  openServer(name: string): Promise<LineProcess>;
}
