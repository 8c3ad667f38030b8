// Where this user's things lie, told by the environment alone: no file has to be right for it.
import { resolve } from "node:path";
import { OdwError } from "../errors.ts";
import { HOST_NAMES, type HostName, type HostPlaces } from "../hosts.ts";
import { didYouMean } from "./closest.ts";
import type { World } from "./world.ts";

/** Throws OdwError `config` when the environment names no home. */
export function hostPlaces(world: World): HostPlaces {
  const userHome = world.env("HOME") || world.env("USERPROFILE") || "";
  if (userHome === "") {
    throw new OdwError("config", "cannot find your home folder: neither HOME nor USERPROFILE is set; set one of them");
  }
  const { os, cwd, program } = world;
  return { os, env: (name) => world.env(name), userHome, odwHome: odwHome(world, userHome), project: cwd, program };
}

/** `all`: every one. Throws OdwError `usage`. */
export function hostsOf(name: string): readonly HostName[] {
  if (name === "all") return HOST_NAMES;
  const host = HOST_NAMES.find((one) => one === name);
  if (host) return [host];
  const names = [...HOST_NAMES, "all"];
  throw new OdwError(
    "usage",
    `there is no host ${JSON.stringify(name)}${didYouMean(name, names)}; use one of: ${names.join(", ")}`,
  );
}

function odwHome(world: World, userHome: string): string {
  const given = world.env("ODW_HOME") || "";
  if (given.startsWith("~/")) return resolve(userHome, given.slice(2));
  return given ? resolve(world.cwd, given) : resolve(userHome, ".odw");
}
