// Which tools a call gets: what the script asked for, narrowed by the agent's definition.
import type { AgentDefinition, AgentRequest } from "../agent.ts";
import { OdwError } from "../errors.ts";
import type { Dialect } from "../run.ts";
import type { ToolOffer, ToolOffers } from "./tool_offers.ts";

export interface SelectedTools {
  /** Canonical names in their fixed order. */
  tools: string[];
  warnings: string[];
}

interface Selecting {
  definition: AgentDefinition | undefined;
  dialect: Dialect;
  offers: ToolOffers;
}

/**
 * Without `tools`, a call of dialect A gets what is granted or asked for, one of dialect B nothing; a definition that lists tools gives
 * those of them that are granted. Throws OdwError `not_found` for unknown names in dialect B; dialect A warns of them.
 */
export async function selectTools(request: AgentRequest, selecting: Selecting): Promise<SelectedTools> {
  const { definition, dialect, offers } = selecting;
  const disallowedTools = [...request.disallowedTools ?? [], ...definition?.disallowedTools ?? []];
  const select = (tools: string[] | undefined) =>
    offers.offer({ ...(tools ? { tools } : {}), ...(disallowedTools.length > 0 ? { disallowedTools } : {}) });
  const defined = listed(definition?.tools);
  if (request.tools === undefined) {
    if (dialect === "execute" && definition?.tools === undefined) return { tools: [], warnings: [] };
    const offer = await select(defined);
    const names = defined ? grantedNames(offer) : offer.names;
    return selected(names, { warnings: offer.warnings, unknown: ownUnknown(offer, request), offers });
  }
  const offer = await select(listed(request.tools));
  const unknown = ownUnknown(offer, request);
  if (dialect === "execute") refuseUnknown(unknown.filter((name) => request.tools?.includes(name)), offers);
  const names = defined ? commonNames(offer, await select(defined)) : offer.names;
  return selected(names, { warnings: offer.warnings, unknown, offers });
}

/** undefined: all. */
function listed(names: string[] | undefined): string[] | undefined {
  return names?.includes("*") ? undefined : names;
}

/** A definition names tools for every user: what this one did not grant is no part of it. */
function grantedNames({ tools }: ToolOffer): string[] {
  return tools.filter(({ denial }) => denial === null).map(({ name }) => name);
}

function commonNames(offer: ToolOffer, defined: ToolOffer): string[] {
  return offer.names.filter((name) => defined.names.includes(name));
}

/** Definitions are written for many programs: what only others know is no mistake there. */
function ownUnknown({ unknown }: ToolOffer, { tools, disallowedTools }: AgentRequest): string[] {
  return unknown.filter((name) => tools?.includes(name) || disallowedTools?.includes(name));
}

function selected(
  tools: string[],
  { warnings, unknown, offers }: { warnings: string[]; unknown: string[]; offers: ToolOffers },
): SelectedTools {
  if (unknown.length === 0) return { tools, warnings };
  const ignored = `Unknown tools are ignored: ${unknown.join(", ")}; known tools: ${offers.tools.names().join(", ")}`;
  return { tools, warnings: [...warnings, ignored] };
}

function refuseUnknown(names: string[], { tools }: ToolOffers): void {
  if (names.length === 0) return;
  const known = tools.names().join(", ") || "none";
  throw new OdwError("not_found", `Unknown tools: ${names.join(", ")}; known tools: ${known}`);
}
