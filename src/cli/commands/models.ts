// odw models: what the configured providers offer, asked live.
import type { Settings } from "../../config.ts";
import type { ModelInfo, ProviderModels } from "../../provider.ts";
import { HOST_PROVIDER } from "../../sampling.ts";
import { count } from "../amounts.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { printNotices } from "../notices.ts";
import type { Printer } from "../printer.ts";
import { tableLines, tableWidth } from "../table.ts";
import { connectFor } from "../target.ts";
import { safeJson, safeLine } from "../terminal_text.ts";

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  const connection = await connectFor(invocation, world);
  await using engine = connection.engine;
  await printNotices(connection, printer);
  const providers = await engine.models();
  if (invocation.options.json) {
    await printer.out(`${safeJson(providers, 2)}\n`);
    return exitCode(providers);
  }
  const models = providers.flatMap((provider) => provider.models);
  if (models.length > 0) {
    const lines = tableLines(
      [
        { title: "MODEL", cells: models.map(({ id }) => safeLine(id)), isFlexible: true },
        { title: "CONTEXT", cells: models.map(context), align: "right" },
        { title: "USD PER MILLION TOKENS", cells: models.map(price) },
      ],
      tableWidth(world.stdout),
      printer.outStyle,
    );
    await printer.out(`${lines.join("\n")}\n`);
  }
  await printTroubles(providers, connection.settings, printer);
  if (models.length === 0) await printer.note("no model is offered");
  return exitCode(providers);
}

/** Providers without a key share one line, for there are many; the others say what is wrong with them. */
async function printTroubles(providers: ProviderModels[], settings: Settings, printer: Printer): Promise<void> {
  const keyless = new Set(settings.providers.flatMap(({ name, missingKey }) => missingKey === null ? [] : name));
  const isKeyless = ({ provider }: ProviderModels) => keyless.has(provider);
  for (const { provider, error } of providers.filter((one) => !isKeyless(one))) {
    if (error) await printer.warn(`${provider}: ${error}`);
  }
  const isHost = ({ provider }: ProviderModels) => provider === HOST_PROVIDER;
  const names = providers.filter((one) => isKeyless(one) && !isHost(one) && one.error).map(({ provider }) => provider);
  if (names.length > 0) {
    await printer.note(`without a key: ${names.join(", ")} (odw models --json says which setting each one needs)`);
  }
  if (!providers.some((one) => isHost(one) && isKeyless(one))) return;
  await printer.note(
    `${HOST_PROVIDER}:default, the model of a coding agent, answers runs that VS Code or Copilot CLI starts (MCP sampling)`,
  );
}

/** One provider that answers is enough. */
function exitCode(providers: ProviderModels[]): number {
  return providers.length > 0 && providers.every(({ error }) => error) ? EXIT.failed : EXIT.ok;
}

function context({ contextTokens }: ModelInfo): string {
  return contextTokens === undefined ? "unknown" : count(contextTokens);
}

function price({ price }: ModelInfo): string {
  if (!price) return "unknown";
  return price.input === 0 && price.output === 0 ? "free" : `${price.input} in, ${price.output} out`;
}
