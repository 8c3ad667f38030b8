// odw doctor, the hosts: whether each one starts this very odw, and what its own list command says.
import { errorInfo } from "../errors.ts";
import type { Finding, HostName, HostPlaces, HostScope, HostsExamination } from "../hosts.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import { failed, findingsOf, ok, warning } from "./finding.ts";
import type { HostSpec, ListCommand } from "./host_spec.ts";
import { findHosts, findProgram } from "./host_signs.ts";
import { HOSTS } from "./host_table.ts";
import { programOutput } from "./program_output.ts";
import { findRegistration, type Registration } from "./registration.ts";
import { serverStart } from "./server_start.ts";
import { missingTrust } from "./trust.ts";

/** Hosts start their servers to list them. */
const LIST_TIMEOUT_MS = 30_000;
const SCOPES: readonly HostScope[] = ["user", "project"];

export async function examineHosts({ hosts, places, named }: HostsExamination): Promise<Finding[]> {
  const present = named ? hosts : await findHosts(places);
  const findings = await Promise.all(
    hosts.map((host) =>
      findingsOf(`host ${host}`, {
        timeoutMs: LIST_TIMEOUT_MS,
        examine: (signal) => examineHost(host, { places, signal, isPresent: present.includes(host), named }),
      })
    ),
  );
  return findings.flat();
}

interface Examination {
  places: HostPlaces;
  signal: AbortSignal;
  isPresent: boolean;
  named: boolean;
}

async function examineHost(host: HostName, examination: Examination): Promise<Finding[]> {
  const { places, isPresent, named } = examination;
  const spec = HOSTS[host];
  const perScope = await Promise.all(SCOPES.map((scope) => examineScope(spec, places, scope)));
  const findings = perScope.flatMap((found) => found ?? []);
  if (findings.length > 0) return [...findings, ...await listFindings(spec, examination, findings)];
  if (!isPresent) return [];
  const [detail, repair] = [`${spec.title} does not know odw`, `odw integrate ${host}`];
  return [named ? failed(`host ${host}`, detail, repair) : warning(`host ${host}`, detail, repair)];
}

/** null: not registered in this scope. */
async function examineScope(spec: HostSpec, places: HostPlaces, scope: HostScope): Promise<Finding[] | null> {
  const check = `host ${spec.name}`;
  try {
    const registration = await findRegistration(spec, places, scope);
    if (!registration.entry) return null;
    const finding = await startFinding(registration, registration.entry, { places, scope });
    if (finding.status !== "ok") return [finding];
    const missing = await missingTrust(spec, places, scope);
    return missing === null
      ? [finding]
      : [finding, warning(check, missing, spec.steps(scope)[0] ?? "approve the server odw")];
  } catch (error) {
    return [
      failed(check, errorInfo(error).message, `correct the file, then run: odw integrate ${spec.name} --${scope}`),
    ];
  }
}

async function startFinding(
  { spec, file }: Registration,
  entry: JsonObject,
  { places, scope }: { places: HostPlaces; scope: HostScope },
): Promise<Finding> {
  const check = `host ${spec.name}`;
  const { command, args } = serverStart(places);
  const found = wordsOf(entry);
  const repair = `odw integrate ${spec.name} --${scope}`;
  const program = found[0] ?? "";
  if (entry.enabled === false || entry.disabled === true) {
    return warning(check, `odw is switched off in ${file.path}`, "switch it on in that file, or in the host");
  }
  if (found.join("\n") === [command, ...args].join("\n")) return ok(check, `${file.path} starts ${found.join(" ")}`);
  if (program === "") return failed(check, `${file.path} names no program for odw`, repair);
  const isThere = /[/\\]/.test(program)
    ? (await Deno.stat(program).catch(() => null)) !== null
    : await findProgram(program, places) !== null;
  const detail = `${file.path} starts ${found.join(" ")}`;
  if (!isThere) return failed(check, `${detail}, and there is no such program`, repair);
  return warning(check, `${detail}; this odw is ${[command, ...args].join(" ")}`, repair);
}

/** The program and its words, in whichever shape. */
function wordsOf({ command, args }: JsonObject): string[] {
  const words = [...(Array.isArray(command) ? command : [command ?? ""]), ...(Array.isArray(args) ? args : [])];
  return words.filter((word): word is string => typeof word === "string" && word !== "");
}

/** What the host itself says, where it is installed. */
async function listFindings(
  { name, title, list, steps }: HostSpec,
  { places, signal }: Examination,
  findings: Finding[],
): Promise<Finding[]> {
  const program = list ? await findProgram(list.program, places) : null;
  if (!list || !program || findings.some(({ status }) => status === "error")) return [];
  const check = `host ${name}`;
  const line = `${list.program} ${list.args.join(" ")}`;
  try {
    const { code, text } = await programOutput(program, list.args, { places, signal });
    const found = listFinding(check, { list, line, code, text, step: steps("project")[0] });
    // That trust is missing was said already, and is why the host does not start odw.
    const isExplained = findings.some(({ status }) => status === "warning") && found.status !== "ok";
    return isExplained ? [] : [found];
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable || isJsonObject(error)) {
      return [warning(check, `this odw may not start ${line}`, `run it yourself: ${line}`)];
    }
    return [warning(check, `${line} gave no answer: ${errorInfo(error).message}`, `see what ${title} says: ${line}`)];
  }
}

function listFinding(
  check: string,
  { list, line, code, text, step }: {
    list: ListCommand;
    line: string;
    code: number;
    text: string;
    step: string | undefined;
  },
): Finding {
  const about = text.split("\n").find((one) => /(?:^|\s)odw(?=[:\s]|$)/.test(one))?.trim();
  if (list.pending?.test(text)) return warning(check, `${line}: ${about}`, step ?? "approve odw in the host, once");
  if (list.connected.test(text)) return ok(check, `${line}: ${about}`);
  if (about) return failed(check, `${line}: ${about}`, "start odw mcp in a terminal and see what it says");
  const said = code === 0 ? "does not list odw" : `ended with ${code}: ${text.trim().split("\n").at(-1) ?? ""}`;
  return failed(check, `${line} ${said}`, `run it yourself: ${line}`);
}
