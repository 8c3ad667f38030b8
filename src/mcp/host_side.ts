// What the host at the other end can do, and how it is asked: by requests up to 2025, by answers that want input since 2026.
import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  inputRequired,
  type InputRequiredResult,
  inputResponse,
  type McpServer,
  PROTOCOL_VERSION_META_KEY,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { fileURLToPath } from "node:url";
import type { Question } from "../run.ts";
import type { Lending } from "./host_model.ts";

const ROOTS_TIMEOUT_MS = 2_000;
const ROOTS = "roots";

/** The call comes again with what the host was asked for: the protocol since 2026 has no requests of the server. */
export class InputNeeded extends Error {
  constructor(readonly request: InputRequiredResult) {
    super("the call needs input of the host");
  }
}

/** `unanswered`: the user closed the question, or did not answer in time. */
export type Asked = { status: "answered"; answer: string } | { status: "declined" } | { status: "unanswered" };

export interface HostSide {
  /** The host can put a question to its user, past the model. */
  canAsk(context: ServerContext): boolean;
  /** Puts a question to the user. Throws InputNeeded where the call has to come again with the answer. */
  ask(context: ServerContext, question: Question, options: { timeoutMs: number }): Promise<Asked>;
  /** What the user answered to this very question in an earlier round of the call; null: it was not asked. */
  given(context: ServerContext, question: Question): Asked | null;
  /** The folder that the host works in; undefined: it tells none. Throws InputNeeded, as `ask`. */
  workspace(context: ServerContext): Promise<string | undefined>;
  extensions(context: ServerContext): Record<string, unknown>;
  /** null: the host does not let servers use its model. */
  lending(context: ServerContext): Lending | null;
}

export function hostSideOf(server: McpServer): HostSide {
  /** Of this connection, until the host says that it has changed. */
  let folder: Promise<string | undefined> | null = null;
  server.server.setNotificationHandler("notifications/roots/list_changed", () => void (folder = null));
  const capabilities = (context: ServerContext) => capabilitiesOf(server, context);
  return {
    canAsk: (context) => {
      const { elicitation } = capabilities(context);
      // An empty object is the old way to say: forms.
      return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
    },
    async ask(context, question, { timeoutMs }) {
      const params = elicitation(question);
      if (isStateless(context)) {
        throw new InputNeeded(inputRequired({ inputRequests: { [question.key]: inputRequired.elicit(params) } }));
      }
      try {
        const { signal } = context.mcpReq;
        return askedOf(await context.mcpReq.elicitInput(params, { timeout: timeoutMs, signal }));
      } catch {
        return { status: "unanswered" };
      }
    },
    given(context, { key }) {
      const response = inputResponse(context.mcpReq.inputResponses, key);
      return response.kind === "elicit" ? askedOf(response) : null;
    },
    workspace(context) {
      if (capabilities(context).roots === undefined) return Promise.resolve(undefined);
      if (isStateless(context)) folder ??= rootsOfRound(context);
      folder ??= rootsByRequest(server);
      return folder;
    },
    extensions: (context) => capabilities(context).extensions ?? {},
    lending: (context) => lendingOf(server, context),
  };

  function rootsOfRound(context: ServerContext): Promise<string | undefined> {
    const response = inputResponse(context.mcpReq.inputResponses, ROOTS);
    if (response.kind === "roots") return Promise.resolve(firstFolder(response.roots));
    throw new InputNeeded(inputRequired({ inputRequests: { [ROOTS]: inputRequired.listRoots() } }));
  }
}

function capabilitiesOf(server: McpServer, context: ServerContext): ClientCapabilities {
  return envelopeOf(context)[CLIENT_CAPABILITIES_META_KEY] ?? server.server.getClientCapabilities() ?? {};
}

function lendingOf(server: McpServer, context: ServerContext): Lending | null {
  const { sampling } = capabilitiesOf(server, context);
  if (sampling === undefined) return null;
  return { hasTools: sampling.tools !== undefined, server: isStateless(context) ? null : server };
}

/** What a request since 2026 carries of its client; the SDK has checked it. */
interface Envelope {
  [PROTOCOL_VERSION_META_KEY]?: string;
  [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities;
}

function envelopeOf({ mcpReq }: ServerContext): Envelope {
  return mcpReq.envelope as Envelope | undefined ?? {};
}

function isStateless(context: ServerContext): boolean {
  return envelopeOf(context)[PROTOCOL_VERSION_META_KEY] !== undefined;
}

/** A host that promises roots and does not tell them works where it started odw. */
async function rootsByRequest(server: McpServer): Promise<string | undefined> {
  try {
    return firstFolder((await server.server.listRoots(undefined, { timeout: ROOTS_TIMEOUT_MS })).roots);
  } catch {
    return undefined;
  }
}

function firstFolder(roots: { uri: string }[]): string | undefined {
  const found = roots.find(({ uri }) => uri.startsWith("file:"));
  return found ? fileURLToPath(found.uri) : undefined;
}

/** A question as a form of one field. */
export function elicitation(question: Question) {
  return { message: messageOf(question), requestedSchema: formOf(question) };
}

/** An approval shows the exact command or diff, whole: nobody agrees to what was cut off. */
function messageOf({ text, approval }: Question): string {
  return approval ? `odw: ${text}\n\n${approval.detail}` : `odw: ${text}`;
}

function formOf({ choices, default: usual }: Question) {
  const answer = {
    type: "string" as const,
    title: "Answer",
    ...(choices ? { enum: choices } : {}),
    ...(usual === undefined ? {} : { default: usual }),
  };
  return { type: "object" as const, properties: { answer }, required: ["answer"] };
}

function askedOf({ action, content }: { action: string; content?: Record<string, unknown> | undefined }): Asked {
  if (action === "decline") return { status: "declined" };
  const answer = content?.["answer"];
  return action === "accept" && typeof answer === "string" ? { status: "answered", answer } : { status: "unanswered" };
}
