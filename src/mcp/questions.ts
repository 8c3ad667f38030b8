// The questions of a run that waits: put to the host's user where the host can, else passed on by the model, which may approve nothing.
import type { ServerContext } from "@modelcontextprotocol/server";
import type { Engine } from "../engine.ts";
import { OdwError } from "../errors.ts";
import type { Question, RunRecord } from "../run.ts";
import type { Asked, HostSide } from "./host_side.ts";
import { waitForGoingOn } from "./wait.ts";

/** The choice of an approval that permits nothing. */
const NEVER = "never";

export interface QuestionParts {
  engine: Engine;
  host: HostSide;
  /** The user lets the model pass on approvals: a flag of `odw mcp`. */
  approveInChat: boolean;
  /** Lets a run that stopped at its question go on. */
  goOn(record: RunRecord): Promise<void>;
}

/** Asks the host's user, where the host can, and hands on the answer. True: the run goes on. Throws InputNeeded. */
export async function askHost(
  parts: QuestionParts,
  record: RunRecord,
  { context, timeoutMs }: { context: ServerContext; timeoutMs: number },
): Promise<boolean> {
  const { question } = record;
  if (record.status !== "waiting" || !question || !parts.host.canAsk(context)) return false;
  const given = parts.host.given(context, question);
  const asked = given ?? await parts.host.ask(context, question, { timeoutMs });
  return await handOn(parts, record, { asked, context });
}

/** Hands on what the host brings with this call, if it answers the question that stands. */
export async function handOnGiven(parts: QuestionParts, record: RunRecord, context: ServerContext): Promise<void> {
  const { question } = record;
  const asked = question && parts.host.canAsk(context) ? parts.host.given(context, question) : null;
  if (asked) await handOn(parts, record, { asked, context });
}

/** The answer that the model brings. Throws OdwError `denied` for an approval that only the user can give, InputNeeded. */
export async function respondFor(
  parts: QuestionParts,
  record: RunRecord,
  { answer, context, timeoutMs }: { answer: string; context: ServerContext; timeoutMs: number },
): Promise<void> {
  const { question } = record;
  if (!question?.approval || answer === NEVER || parts.approveInChat) {
    return await answerRun(parts, record, { answer, context });
  }
  if (!parts.host.canAsk(context)) throw new OdwError("denied", approvalIsTheUsers(record.id, question));
  if (await askHost(parts, record, { context, timeoutMs })) return;
  throw new OdwError("denied", `the user did not approve it: ${question.text}`);
}

/** How the user approves what the model may not. */
export function approvalSteps(id: string, { choices = [] }: Question): string {
  return `odw respond ${id} ${choices.map((choice) => JSON.stringify(choice)).join(" | ")}`;
}

function approvalIsTheUsers(id: string, question: Question): string {
  return `an approval is the user's to give, not an argument of a tool: ask them to run ${
    approvalSteps(id, question)
  } ` +
    `in a terminal, then call workflow_wait; "${NEVER}" can be passed on here. A user who wants approvals to go through ` +
    `this chat starts the server as odw mcp --approve-in-chat`;
}

async function handOn(
  parts: QuestionParts,
  record: RunRecord,
  { asked, context }: { asked: Asked; context: ServerContext },
): Promise<boolean> {
  if (asked.status === "unanswered") return false;
  if (asked.status === "declined" && !record.question?.approval) return false;
  const answer = asked.status === "answered" ? asked.answer : NEVER;
  try {
    await answerRun(parts, record, { answer, context });
  } catch (error) {
    // Answered meanwhile from elsewhere.
    if (!(error instanceof OdwError && error.code === "conflict")) throw error;
  }
  return true;
}

async function answerRun(
  parts: QuestionParts,
  record: RunRecord,
  { answer, context }: { answer: string; context: ServerContext },
): Promise<void> {
  const { id, question, isOwned } = record;
  await parts.engine.respond(id, answer);
  if (!isOwned) await parts.goOn(record);
  if (!question) return;
  await waitForGoingOn(parts.engine, { id, key: question.key, resumes: !isOwned, signal: context.mcpReq.signal });
}
