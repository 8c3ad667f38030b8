// What of the environment the programs of a run receive: enough to work, and no key of a provider.
import type { ConfigFile } from "../config.ts";
import { OdwError } from "../errors.ts";
import { SAMPLING_VARIABLE } from "../sampling.ts";
import { VENDORS } from "../vendors.ts";

/** Where things are, in which language, for whom. */
const NAMES = [
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TMPDIR", "TZ", "LANG", "LANGUAGE"],
  ...["LC_ALL", "LC_COLLATE", "LC_CTYPE", "LC_MESSAGES", "LC_MONETARY", "LC_NUMERIC", "LC_TIME"],
];
const WINDOWS_NAMES = [
  ...["SystemRoot", "SystemDrive", "ComSpec", "PATHEXT", "TEMP", "TMP", "USERNAME", "USERPROFILE", "APPDATA"],
  ...[
    "LOCALAPPDATA",
    "ProgramData",
    "ProgramFiles",
    "ProgramFiles(x86)",
    "NUMBER_OF_PROCESSORS",
    "PROCESSOR_ARCHITECTURE",
  ],
];

/** Throws OdwError `config` when the user's file names the variable of a provider's key. */
export function commandEnvironment(
  { user, env, userFile }: { user: ConfigFile; env: (name: string) => string | undefined; userFile: string },
): Record<string, string> {
  const configured = user.tools?.environment ?? [];
  const keys = keyNames(user);
  const key = configured.find((name) => keys.has(name.toUpperCase()));
  if (key !== undefined) {
    throw new OdwError(
      "config",
      `${userFile}: tools.environment names ${key}, which holds the key of a provider, and no command may see that; leave it out`,
    );
  }
  const names = [...NAMES, ...Deno.build.os === "windows" ? WINDOWS_NAMES : [], ...configured];
  return Object.fromEntries(names.flatMap((name) => {
    const value = env(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

/** In capitals: Windows makes no difference. */
function keyNames(user: ConfigFile): Set<string> {
  const vendors = VENDORS.flatMap(({ apiKeyEnv }) => apiKeyEnv ?? []);
  const own = Object.values(user.providers ?? {}).flatMap(({ apiKeyEnv }) => apiKeyEnv ?? []);
  return new Set([...vendors, ...own, SAMPLING_VARIABLE].map((name) => name.toUpperCase()));
}
