// odw doctor, everything but the hosts: all checks at once, each with its own limit of time.
import type { Finding, MachineExamination } from "../hosts.ts";
import { examineBwrap, examineDisk, examineExecutable, examineGit, examineHome } from "./examine_home.ts";
import { examineNetwork } from "./examine_network.ts";
import { examineConfig, examineOllama, examineProviders, examineServer } from "./examine_providers.ts";
import { findingsOf } from "./finding.ts";

const NEAR_MS = 5_000;
/** Longer than a provider may take for its list. */
const FAR_MS = 15_000;

/** In the order in which one thing needs the other. */
export async function examineMachine(request: MachineExamination): Promise<Finding[]> {
  const { places, version, settings, models } = request;
  const near = (check: string, examine: (signal: AbortSignal) => Promise<Finding[]>) =>
    findingsOf(check, { timeoutMs: NEAR_MS, examine });
  const findings = await Promise.all([
    near("executable", () => examineExecutable(places, version)),
    near("home", () => examineHome(places)),
    examineConfig(request),
    settings instanceof Error ? [] : examineNetwork(settings),
    settings instanceof Error || !models ? [] : findingsOf("providers", {
      timeoutMs: FAR_MS,
      examine: (signal) => examineProviders(settings, models, signal),
    }),
    settings instanceof Error ? [] : near("ollama", (signal) => examineOllama(settings, signal)),
    near("server", (signal) => examineServer(request, signal)),
    near("disk", (signal) => examineDisk(places, signal)),
    near("git", (signal) => examineGit(places, signal)),
    near("bwrap", (signal) => examineBwrap(places, signal)),
  ]);
  return findings.flat();
}
