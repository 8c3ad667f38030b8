// The questions of a run's scripts: answered by the journal, by a human, or by policy when nobody is there.
import type { OnAsk } from "../engine.ts";
import { OdwError } from "../errors.ts";
import type { Question } from "../run.ts";
import type { Journal } from "./journal.ts";

export interface QuestionsParts {
  journal: Journal;
  onAsk: OnAsk;
  /** Answers of earlier parts of the run by question key. */
  recorded: ReadonlyMap<string, string>;
  signal: AbortSignal;
  /** Called under "detach": the run stops here, to be resumed with the answer. */
  onDetach: (question: Question) => void;
}

interface Open {
  question: Question;
  resolve: (answer: string) => void;
}

export class Questions {
  readonly #parts: QuestionsParts;
  /** A human is asked one question at a time. */
  #last: Promise<unknown> = Promise.resolve();
  #open: Open | null = null;

  constructor(parts: QuestionsParts) {
    this.#parts = parts;
  }

  /** The answer. Rejects under "default" where there is none, and when the run ends. */
  async ask(question: Question): Promise<string> {
    const recorded = this.#parts.recorded.get(question.key);
    if (recorded !== undefined) return recorded;
    if (this.#parts.onAsk === "default") return await this.#takeDefault(question);
    const turn = this.#last.then(() => this.#askHuman(question));
    this.#last = turn.catch(() => {});
    return await turn;
  }

  /** Answers the open question. Throws `conflict` when there is none, `usage` for an answer that is none of its choices. */
  async respond(answer: string): Promise<void> {
    const open = this.#open;
    if (!open) throw new OdwError("conflict", "the run asks nothing at the moment");
    checkAnswer(open.question, answer);
    this.#open = null;
    await this.#parts.journal.write({ type: "question_answered", key: open.question.key, answer });
    open.resolve(answer);
  }

  async #takeDefault({ key, text, default: answer }: Question): Promise<string> {
    if (answer === undefined) {
      throw new OdwError(
        "denied",
        `ask() found nobody to answer ${JSON.stringify(text)}, and it has no default: run in a terminal, use ` +
          `--detach-on-ask and odw respond, or give ask() a default`,
      );
    }
    await this.#parts.journal.write({ type: "question_answered", key, answer });
    return answer;
  }

  async #askHuman(question: Question): Promise<string> {
    const { signal, journal, onAsk, onDetach } = this.#parts;
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    this.#open = { question, resolve };
    await journal.write({ type: "run_waiting", question });
    if (onAsk === "detach") onDetach(question);
    return await promise.finally(() => signal.removeEventListener("abort", stop));
  }
}

/** Throws `usage` for an answer that is none of the choices. */
export function checkAnswer({ text, choices }: Question, answer: string): void {
  if (!choices || choices.includes(answer)) return;
  throw new OdwError(
    "usage",
    `${JSON.stringify(answer)} does not answer ${JSON.stringify(text)}: choose one of ${choices.join(", ")}`,
  );
}
