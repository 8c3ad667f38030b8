// Programs as they are asked for over the worker border: signals become ids, a server's streams become messages on a port of its own.
import type { ProgramRequest, ProgramResult } from "../programs.ts";

export interface ServedPrograms {
  confinement(): Promise<string | null>;
  run(id: number, request: ProgramRequest): Promise<ProgramResult>;
  /** Of a `run` that is under way. */
  abort(id: number): void;
  /** `port` carries ServerWish to the server, ServerNews from it; both sides close it at the end. */
  openServer(name: string, port: MessagePort): Promise<void>;
}

export type ServerWish = { type: "send"; line: string } | { type: "kill" };

/** "end" is the last one. */
export type ServerNews = { type: "line"; line: string } | { type: "end"; reason: string };
