// What odw knows of one coding agent: where it keeps its servers, in which shape, and what its user has to do.
import type { HostName, HostPlaces, HostScope } from "../hosts.ts";
import type { JsonObject } from "../json.ts";

/** A file of commands that a user can type, or of rules that a model reads. */
export interface CommandFile {
  /** null: the host has none in this scope. */
  path(places: HostPlaces, scope: HostScope): string | null;
  text(): string;
}

export interface HostSpec {
  name: HostName;
  title: string;
  /** Where a registration may lie: the first one that is there is used, else the first one. Empty: no such scope. */
  files(places: HostPlaces, scope: HostScope): string[];
  /** `json` has no comments and no trailing commas, since the host reads none. */
  format: "json" | "jsonc" | "toml";
  /** The way to the object that holds servers by name. */
  container(document: unknown): string[];
  /** What stands there for odw. */
  entry(start: ServerStart, document: unknown): JsonObject;
  /** Members that must be as `entry` gives them; others are written once and then left to the user. */
  owned: readonly string[];
  command: CommandFile | null;
  /** Trust or approval that only the user can give. */
  steps(scope: HostScope): string[];
  /** Its own way to list servers, where it has a program for terminals. */
  list: ListCommand | null;
}

export interface ServerStart {
  /** Absolute path of the executable. */
  command: string;
  args: string[];
  /** Set at the time of the registration: the home of odw when it is not the usual one. */
  env: Record<string, string>;
  /** Names of set variables that hold a provider's key. */
  keyVariables: string[];
}

export interface ListCommand {
  program: string;
  args: string[];
  /** The line that shows odw as usable. */
  connected: RegExp;
  /** The line that shows that the user's approval is missing. */
  pending: RegExp | null;
}
