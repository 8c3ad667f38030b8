// Where a model id leads: explicit provider, the user's rules, known prefixes, the default model's own provider, else an error.
import type { ProviderSettings, Settings } from "../config.ts";
import { OdwError } from "../errors.ts";
import type { Route } from "../provider.ts";
import { HOST_PROVIDER, isHostModel } from "../sampling.ts";
import { BUILT_IN_ROUTES } from "../vendors.ts";
import { globPattern } from "./glob.ts";

/** The name of the simulated provider. */
export const SIMULATED = "sim";
const SIMULATED_CONCURRENCY = 64;

/** Names that scripts use for sizes of models; without a setting they are the default model. */
const TIERS: ReadonlySet<string> = new Set(["haiku", "sonnet", "opus", "fable", "planning", "fast"]);

/** Built once from the settings; a route that was found is kept, for thousands of calls ask for the same. */
export class Router {
  readonly #settings: Settings;
  readonly #found = new Map<string | undefined, Route>();
  readonly #providers: ReadonlyMap<string, ProviderSettings>;
  readonly #rules: { pattern: RegExp; match: string; provider: string }[];
  readonly #builtIn = BUILT_IN_ROUTES.map(({ match, provider }) => ({ pattern: globPattern(match), provider }));

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#providers = new Map(settings.providers.map((provider) => [provider.name, provider]));
    this.#rules = settings.routes.map((rule) => ({ ...rule, pattern: globPattern(rule.match) }));
  }

  /** Throws OdwError `config` naming the setting that mends it. */
  route(model?: string): Route {
    const route = this.#found.get(model) ?? this.#find(model);
    this.#found.set(model, route);
    return route;
  }

  #find(model: string | undefined): Route {
    const id = this.#resolveAlias(model);
    if (id === undefined) {
      if (this.#settings.simulated) return this.#simulated("default");
      throw new OdwError(
        "config",
        `No model was named and there is no default: set models.default in config.json, ODW_MODEL or --model${this.#candidates()}`,
      );
    }
    if (id === SIMULATED) return this.#simulated("default");
    if (isHostModel(id)) return this.#host(id);
    const explicit = this.#explicit(id);
    if (explicit?.provider === SIMULATED) return this.#simulated(explicit.modelId);
    const target = explicit ?? this.#byRule(id) ?? this.#byPrefix(id) ?? this.#byDefault(id);
    const provider = target && this.#providers.get(target.provider);
    if (this.#settings.simulated && (!provider || provider.missingKey !== null)) {
      return this.#simulated(id);
    }
    if (!target) throw this.#unknown(id);
    if (provider?.api === "simulated") return this.#simulated(target.modelId);
    return this.#checked(target, id);
  }

  /** Follows the configured names; undefined stands for no model at all. */
  #resolveAlias(model: string | undefined): string | undefined {
    const { models } = this.#settings;
    const seen: string[] = [];
    let name = model === undefined || model === "" || model === "inherit" ? "default" : model;
    while (Object.hasOwn(models, name)) {
      if (seen.includes(name)) {
        const circle = [...seen, name].map((each) => `"${each}"`).join(" → ");
        throw new OdwError(
          "config",
          `The model names of config.json go in a circle: ${circle}; give one of them a real model id`,
        );
      }
      seen.push(name);
      name = models[name] ?? name;
    }
    if (name === "default") return undefined;
    if (TIERS.has(name)) return this.#tier(name, seen.includes("default"));
    return name;
  }

  #tier(name: string, isDefault: boolean): string | undefined {
    if (!isDefault && Object.hasOwn(this.#settings.models, "default")) return this.#resolveAlias("default");
    if (this.#settings.simulated) return undefined;
    const text =
      `Model "${name}" has no meaning yet: set models.${name} or models.default in config.json to a real model id`;
    throw new OdwError("config", text + this.#candidates());
  }

  /** `alias/rest` or `alias:rest`, split once where the alias is a provider. */
  #explicit(id: string): { provider: string; modelId: string } | undefined {
    for (const mark of ["/", ":"]) {
      const at = id.indexOf(mark);
      if (at <= 0) continue;
      const provider = id.slice(0, at);
      const isKnown = provider === SIMULATED || this.#providers.has(provider);
      if (isKnown && at < id.length - 1) return { provider, modelId: id.slice(at + 1) };
    }
    return undefined;
  }

  #byRule(id: string): { provider: string; modelId: string } | undefined {
    const rule = this.#rules.find(({ pattern }) => pattern.test(id));
    if (!rule) return undefined;
    if (rule.provider !== SIMULATED && !this.#providers.has(rule.provider)) {
      const text = `routes in config.json send "${rule.match}" to provider "${rule.provider}", which is not configured`;
      throw new OdwError("config", `${text}: add providers.${rule.provider} or name another${this.#candidates()}`);
    }
    return { provider: rule.provider, modelId: id };
  }

  #byPrefix(id: string): { provider: string; modelId: string } | undefined {
    const provider = this.#builtIn.find(({ pattern }) => pattern.test(id))?.provider;
    return provider ? { provider, modelId: id } : undefined;
  }

  /** An unknown id is never sent to a provider that costs money because another model's default lies there. */
  #byDefault(id: string): { provider: string; modelId: string } | undefined {
    const main = this.#settings.models.default === undefined ? undefined : this.#resolveAlias("default");
    if (main === undefined || main === id) return undefined;
    const target = this.#explicit(main) ?? this.#byRule(main) ?? this.#byPrefix(main);
    if (!target) return undefined;
    const isFree = target.provider === SIMULATED || this.#providers.get(target.provider)?.local;
    return isFree ? { provider: target.provider, modelId: id } : undefined;
  }

  #checked(target: { provider: string; modelId: string }, asked: string): Route {
    if (target.provider === SIMULATED) return this.#simulated(target.modelId);
    const provider = this.#providers.get(target.provider);
    if (!provider) {
      const text =
        `Model "${asked}" belongs to provider "${target.provider}", which is not configured: add providers.${target.provider} in config.json`;
      throw new OdwError("config", text + this.#candidates());
    }
    if (provider.missingKey !== null) {
      throw new OdwError(
        "config",
        `Model "${asked}" needs provider ${provider.name}, which is not set up: ${provider.missingKey}`,
      );
    }
    return { provider: provider.name, modelId: target.modelId, lane: provider.name, concurrency: provider.concurrency };
  }

  /** Never simulated: who asks for the host's model would take the answer for its own. */
  #host(id: string): Route {
    const modelId = id.slice(HOST_PROVIDER.length + 1) || "default";
    const provider = this.#providers.get(HOST_PROVIDER);
    if (!provider || provider.missingKey !== null) {
      const why = provider?.missingKey ?? "this command has no way to it";
      throw new OdwError("config", `Model "${id}" is the coding agent's own (MCP sampling): ${why}`);
    }
    const { name, concurrency, quirks } = provider;
    return { provider: name, modelId, lane: name, concurrency, ...(quirks.tools === false ? { tools: false } : {}) };
  }

  #simulated(modelId: string): Route {
    const concurrency = this.#providers.get(SIMULATED)?.concurrency ?? SIMULATED_CONCURRENCY;
    return { provider: SIMULATED, modelId, lane: SIMULATED, concurrency };
  }

  #unknown(id: string): OdwError {
    const text =
      `No provider is known for model "${id}": write it as provider/${id}, or add a rule to routes in config.json`;
    return new OdwError("config", text + this.#candidates());
  }

  #candidates(): string {
    const usable = this.#settings.providers.filter((provider) =>
      provider.missingKey === null && provider.name !== SIMULATED
    );
    const names = [...usable.map((provider) => provider.name), SIMULATED];
    return ` (providers: ${names.join(", ")}; \`odw models\` lists what they offer)`;
  }
}
