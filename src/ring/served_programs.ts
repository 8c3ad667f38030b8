// Programs as they are asked for over the worker border: signals become ids, a server's streams become calls.
import type { ProgramRequest, ProgramResult } from "../programs.ts";

export interface ServedPrograms {
  confinement(): Promise<string | null>;
  run(id: number, request: ProgramRequest): Promise<ProgramResult>;
  /** Of a `run` that is under way. */
  abort(id: number): void;
  openServer(id: number, name: string, listeners: ServerListeners): Promise<void>;
  send(id: number, line: string): void;
  kill(id: number): void;
}

export interface ServerListeners {
  /** Waited for: a server cannot run ahead of who reads it. */
  line(line: string): Promise<void> | void;
  /** The last call. */
  end(reason: string): Promise<void> | void;
}
