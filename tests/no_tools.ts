// What tests of other things give where tools, programs and grants are asked for: none.
import { OdwError } from "../src/errors.ts";
import { DIRECT } from "../src/lib/outgoing.ts";
import type { Settings } from "../src/config.ts";
import type { Programs } from "../src/programs.ts";
import type { Tools } from "../src/tool.ts";
import type { Worktrees } from "../src/worktree.ts";

export const NO_GRANTS: Pick<Settings, "grants" | "mcpServers" | "tools" | "worktrees" | "network"> = {
  grants: { write: [], run: [], web: [], mcp: [], approve: [] },
  mcpServers: {},
  tools: { searchUrl: null, environment: {} },
  worktrees: { disposable: ["node_modules"] },
  network: DIRECT,
};

export const NO_TOOLS: Tools = {
  offer: ({ tools }) => Promise.resolve({ tools: [], unknown: tools ?? [], warnings: [] }),
  canonicalName: () => undefined,
  names: () => [],
  call: (name) => Promise.resolve({ content: `There is no tool ${name}`, isError: true, code: "usage" }),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

const refuse = () => Promise.reject(new OdwError("denied", "no program may be started here"));

export const NO_PROGRAMS: Programs = { confinement: () => Promise.resolve(null), run: refuse, openServer: refuse };

const noWorktree = () => Promise.reject(new OdwError("denied", "there is no repository here"));

export const NO_WORKTREES: Worktrees = {
  create: noWorktree,
  release: noWorktree,
  list: () => Promise.resolve([]),
  diff: noWorktree,
  merge: noWorktree,
  remove: noWorktree,
  sweep: () => Promise.resolve([]),
};
