// The engine as it is called over the worker border: signals become ids, disposal becomes a call.
import type { Engine, FollowOptions } from "../engine.ts";
import type { Event, EventText } from "../run.ts";
import type { Endpoint } from "../server.ts";

export interface ServedEngine extends Omit<Engine, "follow" | "followTexts" | typeof Symbol.asyncDispose>, Endpoint {
  follow(id: number, ref: string, options: FollowOptions, onEvents: (events: Event[]) => void): Promise<void>;
  followTexts(id: number, ref: string, options: FollowOptions, onTexts: (events: EventText[]) => void): Promise<void>;
  unfollow(id: number): void;
  close(): PromiseLike<void>;
}

/** The methods that are passed on as they are: arguments and results are JSON. */
export const FORWARDED = [
  "start",
  "create",
  "resume",
  "checkResume",
  "replay",
  "pause",
  "skip",
  "respond",
  "cancel",
  "outcome",
  "get",
  "list",
  "steps",
  "step",
  "importRun",
  "deleteRun",
  "deleteStartedBefore",
  "checkStore",
  "models",
  "workflows",
  "workflow",
  "agents",
  "worktrees",
  "worktreeDiff",
  "mergeWorktree",
  "removeWorktree",
  "check",
  "plan",
] as const satisfies (keyof Engine)[];

export type ForwardedMethod = typeof FORWARDED[number];
