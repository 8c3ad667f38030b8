// odw init: provider, model and coding agents for a newcomer, in a few questions.
import { errorInfo, OdwError } from "../../errors.ts";
import { type ConfigChoice, HOST_NAMES, type HostName, type HostPlaces, type Hosts } from "../../hosts.ts";
import { VENDORS } from "../../vendors.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { hostPlaces } from "../host_places.ts";
import type { Printer } from "../printer.ts";
import { commandNeed } from "../target.ts";
import { TerminalQuestions } from "../terminal_questions.ts";
import type { World } from "../world.ts";
import { printIntegration } from "./integrate.ts";

const OTHER = "other";
/** A list of hundreds helps nobody; any other one can be typed. */
const MOST_MODELS = 12;

interface Walk {
  invocation: Invocation;
  world: World;
  printer: Printer;
  hosts: Hosts;
  places: HostPlaces;
  questions: TerminalQuestions;
}

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  const places = hostPlaces(world);
  if (!world.stdin.isTerminal || !world.stderr.isTerminal) throw withoutTerminal(places);
  const { hosts } = await world.hosts();
  using questions = await TerminalQuestions.open(world, printer);
  const walk: Walk = { invocation, world, printer, hosts, places, questions };
  if (!await mayWrite(walk)) return EXIT.ok;
  const choice = await chooseProvider(walk);
  if (!choice) return await stopped(printer);
  const { path } = await hosts.writeConfig(places, choice);
  const model = await chooseModel(walk, choice.provider);
  if (model === null) return await stopped(printer);
  await hosts.writeConfig(places, { ...choice, model });
  await printer.note(`wrote ${path}; the default model is ${model}`);
  await chooseHosts(walk);
  await printer.note("try it: odw run summarize --files README.md    check it: odw doctor");
  return EXIT.ok;
}

function withoutTerminal({ odwHome }: HostPlaces): OdwError {
  return new OdwError(
    "usage",
    `odw init asks questions, and there is no terminal here. Without it: set a key, as ANTHROPIC_API_KEY or OPENAI_API_KEY, or start Ollama; ` +
      `or write ${odwHome}/config.json, as {"providers": {"anthropic": {"apiKeyEnv": "ANTHROPIC_API_KEY"}}, ` +
      `"models": {"default": "claude-sonnet-5-5"}}; then run: odw doctor; and for a coding agent: odw integrate <host>`,
  );
}

/** A configuration that is there is replaced only by one who says so. */
async function mayWrite({ world, places, questions, printer }: Walk): Promise<boolean> {
  const path = `${places.odwHome}/config.json`;
  if (!await world.stat(path)) return true;
  const answer = await questions.ask(`${path} is there already. Replace it, and keep a copy? (y/n)`, "n");
  if (/^y(es)?$/i.test(answer ?? "")) return true;
  await printer.note(`${path} stays as it is`);
  return false;
}

/** What is found on this machine comes first. */
async function chooseProvider({ hosts, places, questions }: Walk): Promise<ConfigChoice | null> {
  const found = await hosts.findProviders(places);
  const isFound = (name: string) => found.some((one) => one.name === name);
  const choices = [
    ...found.map(({ name, where }) => ({ name, note: `found: ${where}` })),
    ...VENDORS.filter(({ name }) => !isFound(name)).map(({ name, apiKeyEnv, baseUrl }) => ({
      name,
      note: apiKeyEnv === null ? `at ${baseUrl}` : `needs a key (${apiKeyEnv})`,
    })),
    { name: OTHER, note: "any server with an OpenAI-compatible API" },
  ];
  const provider = await questions.choose("Provider", choices);
  if (provider === null) return null;
  if (provider === OTHER) return await askForServer(questions);
  const vendor = VENDORS.find(({ name }) => name === provider);
  if (!vendor?.apiKeyEnv) return { provider };
  return isFound(provider)
    ? { provider, apiKeyEnv: vendor.apiKeyEnv }
    : await withKey({ provider }, { questions, usual: vendor.apiKeyEnv });
}

async function askForServer(questions: TerminalQuestions): Promise<ConfigChoice | null> {
  while (true) {
    const baseUrl = await questions.ask("Base URL, with /v1", "http://127.0.0.1:8000/v1");
    if (baseUrl === null) return null;
    if (!URL.canParse(baseUrl)) continue;
    return await withKey({ provider: "server", api: "openai-chat", baseUrl }, { questions, usual: "none" });
  }
}

/** The name of a variable by default: then the key lies in no file. */
async function withKey(
  choice: ConfigChoice,
  { questions, usual }: { questions: TerminalQuestions; usual: string },
): Promise<ConfigChoice | null> {
  const answer = await questions.ask("Environment variable that holds the key, or the key itself", usual);
  if (answer === null) return null;
  if (answer === "none") return choice;
  return /^[A-Z][A-Z0-9_]*$/.test(answer) ? { ...choice, apiKeyEnv: answer } : { ...choice, apiKey: answer };
}

/** Asks the provider what it has, with the configuration that was just written. null: there is no more input. */
async function chooseModel(walk: Walk, provider: string): Promise<string | null> {
  const { questions, printer } = walk;
  const { usual, models, error } = await offered(walk, provider);
  if (error) await printer.warn(error);
  const shown = models.slice(0, MOST_MODELS);
  for (const [i, id] of shown.entries()) await printer.note(`  ${String(i + 1).padStart(2)}  ${id}`);
  if (models.length > shown.length) await printer.note(`      and ${models.length - shown.length} more`);
  while (true) {
    const answer = await questions.ask("Model", usual ?? shown[0] ?? "");
    if (answer === null) return null;
    const model = shown[Number(answer) - 1] ?? answer;
    if (model !== "") return model.startsWith(`${provider}/`) || model === usual ? model : `${provider}/${model}`;
  }
}

async function offered(
  { invocation, world }: Walk,
  provider: string,
): Promise<{ usual: string | null; models: string[]; error: string | null }> {
  try {
    const { engine, settings } = await world.connect(commandNeed(invocation), {});
    await using _engine = engine;
    const list = (await engine.models()).find((one) => one.provider === provider);
    const models = list?.models.map(({ id }) => id) ?? [];
    const usual = settings.simulated ? null : settings.models["default"] ?? null;
    const isOffered = usual !== null &&
      (models.length === 0 || models.some((id) => id.endsWith(`/${usual}`) || id === usual));
    return { usual: isOffered ? usual : null, models, error: list?.error ?? null };
  } catch (error) {
    return { usual: null, models: [], error: errorInfo(error).message };
  }
}

async function chooseHosts({ hosts, places, questions, printer }: Walk): Promise<void> {
  const found = await hosts.findHosts(places);
  if (found.length === 0) {
    return await printer.note(`no coding agent was found; odw integrate knows: ${HOST_NAMES.join(", ")}`);
  }
  const answer = await questions.ask(`Register odw with ${found.join(", ")}? (y/n, or names)`, "y");
  if (answer === null || /^no?$/i.test(answer)) return;
  const chosen: readonly HostName[] = /^y(es)?$/i.test(answer)
    ? found
    : HOST_NAMES.filter((name) => answer.split(/[\s,]+/).includes(name));
  if (chosen.length === 0) return await printer.note("none of these names is known: run odw integrate <host> later");
  const integration = await hosts.integrate({ hosts: chosen, scope: "user", action: "add", dryRun: false, places });
  await printIntegration(integration, { printer, dryRun: false });
}

async function stopped(printer: Printer): Promise<number> {
  await printer.note("\nstopped; run odw init again, or edit the configuration by hand");
  return EXIT.cancelled;
}
