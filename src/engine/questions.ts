// The questions of a run: answered by the journal, by a human, or by policy when nobody is there.
import type { OnAsk } from "../engine.ts";
import { OdwError } from "../errors.ts";
import type { Question } from "../run.ts";
import type { Journal } from "./journal.ts";

/** Recorded as the answer of a question whose asker ended before there was one. */
const WITHDRAWN = "(withdrawn)";

export interface QuestionsParts {
  journal: Journal;
  onAsk: OnAsk;
  /** Answers of earlier parts of the run by question key. */
  recorded: ReadonlyMap<string, string>;
  signal: AbortSignal;
  /** Called under "detach": the run stops here, to be resumed with the answer. */
  onDetach: (question: Question) => void;
}

export interface HumanOptions {
  /** Withdraws the question. */
  signal?: AbortSignal;
  /** Asked when the question's turn has come: an answer that makes it needless; null: there is none. */
  known?: () => string | null;
  /** Called before the next question is put. */
  onAnswered?: (answer: string) => void;
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

  /** A question stands without an answer. */
  get isOpen(): boolean {
    return this.#open !== null;
  }

  /** The answer. Rejects under "default" where there is none, and when the run ends. */
  async ask(question: Question): Promise<string> {
    const recorded = this.#parts.recorded.get(question.key);
    if (recorded !== undefined) return recorded;
    if (this.#parts.onAsk === "default") return await this.#takeDefault(question);
    return await this.askHuman(question);
  }

  /** The answer of a human, after those of the questions before. */
  async askHuman(question: Question, options: HumanOptions = {}): Promise<string> {
    const turn = this.#last.then(() => this.#put(question, options));
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

  async #put(question: Question, { signal: asker, known, onAnswered }: HumanOptions): Promise<string> {
    const { signal, journal, onAsk, onDetach } = this.#parts;
    signal.throwIfAborted();
    asker?.throwIfAborted();
    const needless = known?.();
    if (needless) return needless;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const stop = () => reject(signal.reason);
    const withdraw = () => this.#withdraw(question, () => reject(asker?.reason));
    signal.addEventListener("abort", stop, { once: true });
    asker?.addEventListener("abort", withdraw, { once: true });
    this.#open = { question, resolve };
    try {
      await journal.write({ type: "run_waiting", question });
      if (onAsk === "detach") onDetach(question);
      const answer = await promise;
      onAnswered?.(answer);
      return answer;
    } finally {
      signal.removeEventListener("abort", stop);
      asker?.removeEventListener("abort", withdraw);
    }
  }

  /** The end of the run leaves the question open, so that its answer can lie ready for the resume. */
  #withdraw(question: Question, reject: () => void): void {
    if (this.#parts.signal.aborted) return reject();
    if (this.#open?.question !== question) return;
    this.#open = null;
    this.#parts.journal.note({ type: "question_answered", key: question.key, answer: WITHDRAWN });
    reject();
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
