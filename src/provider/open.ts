// Opens the providers: one door to all that are configured, and to the simulated one.
import type { ProviderApi, ProviderSettings, Settings } from "../config.ts";
import {
  type GenerateRequest,
  type ModelInfo,
  type Provider,
  ProviderError,
  type ProviderModels,
} from "../provider.ts";
import { Connection } from "./connection.ts";
import { costOf, openPrices, type PriceOf } from "./cost.ts";
import { listModels } from "./list_models.ts";
import { Router, SIMULATED } from "./route.ts";
import { Simulated, SIMULATED_VARIANTS } from "./simulated.ts";

/** Opens nothing by itself: connections are made by calls. Never throws; wrong settings show in route() and generate(). */
export function openProvider(settings: Settings): Provider {
  const router = new Router(settings);
  const simulated = new Simulated();
  const remote = settings.providers.filter(isRemote);
  const connections = new Map(remote.map((provider) => [provider.name, new Connection(provider, settings.network)]));
  const priceOf = openPrices({ prices: settings.prices, free: freeProviders(settings) });
  return {
    route: (model) => router.route(model),
    generate(request, options) {
      const [provider, modelId] = split(request.model);
      const target = connections.get(provider) ?? (isSimulated(provider, settings) ? simulated : undefined);
      if (!target) return Promise.reject(notConfigured(provider, request));
      return target.generate(modelId, request, options);
    },
    contextTokens(model) {
      const [provider, modelId] = split(model);
      return connections.get(provider)?.contextTokens(modelId);
    },
    cost(model, usage) {
      const price = priceOf(model);
      return price && costOf(price, usage);
    },
    async models(signal) {
      const listed = await Promise.all(
        remote.map((provider) =>
          listModels(provider, { signal, network: settings.network, priceOf: priceOnly(priceOf) })
        ),
      );
      return [...listed, simulatedModels()];
    },
  };
}

function isRemote(
  provider: ProviderSettings,
): provider is ProviderSettings & { api: Exclude<ProviderApi, "simulated"> } {
  return provider.api !== "simulated";
}

function isSimulated(name: string, settings: Settings): boolean {
  return name === SIMULATED || settings.providers.some((provider) => provider.name === name && !isRemote(provider));
}

function freeProviders(settings: Settings): Set<string> {
  const free = settings.providers.filter((provider) => provider.local || !isRemote(provider));
  return new Set([SIMULATED, ...free.map((provider) => provider.name)]);
}

/** At the first slash only: model ids have slashes of their own. */
function split(model: string): [string, string] {
  const slash = model.indexOf("/");
  return slash < 0 ? [model, "default"] : [model.slice(0, slash), model.slice(slash + 1)];
}

function notConfigured(provider: string, request: GenerateRequest): ProviderError {
  const text =
    `Model "${request.model}" belongs to provider "${provider}", which is not configured: add providers.${provider} in config.json`;
  return new ProviderError(text, { code: "config", provider, status: 0, retryable: false });
}

/** The price without its tiers, as a list shows it. */
function priceOnly(priceOf: PriceOf): (model: string) => ModelInfo["price"] {
  return (model) => {
    const price = priceOf(model);
    if (!price) return null;
    const { long: _long, ...plain } = price;
    return plain;
  };
}

function simulatedModels(): ProviderModels {
  const models = SIMULATED_VARIANTS.map((variant) => ({
    id: `${SIMULATED}/${variant}`,
    price: { input: 0, output: 0 },
  }));
  return { provider: SIMULATED, models };
}
