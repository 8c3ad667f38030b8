// Permission for single tool calls that nobody granted: asked of a human, remembered for the rest of the run, denied where nobody is.
import type { OnAsk } from "../engine.ts";
import type { Json } from "../json.ts";
import type { ApprovalRequest } from "../tool.ts";
import type { Journal } from "./journal.ts";
import type { Questions } from "./questions.ts";
import { hashOf } from "./step_key.ts";

const ONCE = "once";
const FOR_THIS_RUN = "for this run";
const NEVER = "never";
const CHOICES: readonly string[] = [ONCE, FOR_THIS_RUN, NEVER];
const KEY = "approval:";

export interface ApprovalsParts {
  questions: Questions;
  journal: Journal;
  onAsk: OnAsk;
  /** Answers of earlier parts of the run by question key. */
  recorded: ReadonlyMap<string, string>;
}

/** Who wants to call a tool. */
export interface Asker {
  /** A step's id, or the key of a script's own call. */
  step: string;
  /** null: the script itself. */
  label: string | null;
  input: Json;
  /** Its end withdraws the question. */
  signal: AbortSignal;
  /** Called before it waits for an answer that this process will not get. */
  onHeld?: () => void;
}

/**
 * A question's key is made of the step and the call, so that an answer given once holds for that same call when the step runs again.
 * It ends with the scope: an answer for the whole run is known again when the run is resumed.
 */
export class Approvals {
  readonly #parts: ApprovalsParts;
  readonly #scopes = new Map<string, string>();
  readonly #counts = new Map<string, number>();
  readonly #refused = new Set<string>();

  constructor(parts: ApprovalsParts) {
    this.#parts = parts;
    for (const [key, answer] of parts.recorded) {
      if (key.startsWith(KEY)) this.#remember(key.slice(key.indexOf(":", KEY.length) + 1), answer);
    }
  }

  /** Rejects with the reason of the run's or the asker's end. */
  async approve(request: ApprovalRequest, asker: Asker): Promise<boolean> {
    const key = this.#keyOf(request, asker);
    const known = this.#knownAnswer(key, request.scope);
    if (known !== null) return known !== NEVER;
    if (this.#parts.onAsk === "default") return this.#refuse(request, asker);
    if (this.#parts.onAsk === "detach") asker.onHeld?.();
    const { tool, action, detail, scope } = request;
    const { step, label, signal } = asker;
    const who = label === null ? "the script" : JSON.stringify(label);
    const question = {
      key,
      text: `Allow ${who} to ${action}?`,
      choices: [...CHOICES],
      approval: { step, label, tool, detail },
    };
    const answer = await this.#parts.questions.askHuman(question, {
      signal,
      known: () => this.#scopes.get(scope) ?? null,
      onAnswered: (given) => this.#remember(scope, given),
    });
    return answer !== NEVER;
  }

  #keyOf({ tool, scope }: ApprovalRequest, { step, input }: Asker): string {
    const hash = hashOf({ step, tool, input });
    const count = (this.#counts.get(hash) ?? 0) + 1;
    this.#counts.set(hash, count);
    return `${KEY}${hash}#${count}:${scope}`;
  }

  #knownAnswer(key: string, scope: string): string | null {
    const answer = this.#parts.recorded.get(key);
    if (answer !== undefined && CHOICES.includes(answer)) return answer;
    return this.#scopes.get(scope) ?? null;
  }

  #remember(scope: string, answer: string): void {
    if (answer === FOR_THIS_RUN || answer === NEVER) this.#scopes.set(scope, answer);
  }

  /** The model is told by the tool; the log says it once for each scope. */
  #refuse({ action, scope }: ApprovalRequest, { label }: Asker): boolean {
    if (this.#refused.has(scope)) return false;
    this.#refused.add(scope);
    const message =
      `${label ?? "the script"} may not ${action}: it needs an approval, and nobody is there to give it; ` +
      "run in a terminal, use --detach-on-ask and odw respond, or grant it with a flag (odw help run)";
    this.#parts.journal.note({ type: "log_written", level: "warn", message });
    return false;
  }
}
