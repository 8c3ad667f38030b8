// The questions of a run, put to whoever sits at this terminal; where nobody does, it is said how to answer.
import type { Engine } from "../engine.ts";
import { errorInfo } from "../errors.ts";
import type { Event, EventBody, Question } from "../run.ts";
import type { Printer } from "./printer.ts";
import type { ProgressView } from "./progress_view.ts";
import { answerOf, questionLines, questionText } from "./question_text.ts";
import { isInteractive } from "./run_options.ts";
import { safeLine } from "./terminal_text.ts";
import type { InputLines, World } from "./world.ts";

/** The events that open and close a question. */
export const QUESTION_EVENTS: readonly EventBody["type"][] = [
  "run_waiting",
  "question_answered",
  "run_resumed",
  "run_paused",
  "run_completed",
  "run_failed",
  "run_cancelled",
];

export interface QuestionsParts {
  engine: Engine;
  runId: string;
  world: World;
  printer: Printer;
}

export class Questions implements AsyncDisposable {
  readonly #parts: QuestionsParts;
  #view: ProgressView | null = null;
  #open: Question | null = null;
  #asking = new AbortController();
  #last: Promise<void> = Promise.resolve();
  #lines: InputLines | null = null;

  constructor(parts: QuestionsParts) {
    this.#parts = parts;
  }

  /** The view that makes room for a question; it may change while nothing is asked. */
  attach(view: ProgressView | null): void {
    this.#view = view;
  }

  /** Only what stands open after all of them is asked. */
  add(events: Event[]): void {
    let open = this.#open;
    for (const event of events) {
      if (event.type === "run_waiting") open = event.question;
      else if (QUESTION_EVENTS.includes(event.type)) open = null;
    }
    if (open?.key === this.#open?.key) return;
    this.#open = open;
    this.#asking.abort();
    if (!open) return;
    const question = open;
    const { signal } = this.#asking = new AbortController();
    this.#last = this.#last.then(() => this.#ask(question, signal));
  }

  /** Stops asking, and lets go of the terminal. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#asking.abort();
    await this.#last;
    this.#lines?.close();
  }

  async #ask(question: Question, signal: AbortSignal): Promise<void> {
    const { world, printer, runId } = this.#parts;
    const view = this.#view;
    if (signal.aborted) return;
    await view?.suspend();
    if (isInteractive(world)) await this.#prompt(question, signal);
    else await printer.note(`waiting for an answer: ${questionText(question)}; ${howToAnswer(runId)}`);
    view?.resume();
  }

  async #prompt(question: Question, signal: AbortSignal): Promise<void> {
    const { world, printer, runId } = this.#parts;
    this.#lines ??= await world.stdin.openLines();
    await printer.err(questionLines(question, printer.errStyle, runId).map((line) => `${line}\n`).join(""));
    while (!signal.aborted) {
      await printer.err("> ");
      const line = await this.#lines.next(signal);
      if (signal.aborted) return await printer.err("\n");
      if (line === null) return await printer.note(`\n${howToAnswer(runId)}`);
      if (await this.#isAnswered(question, line)) return;
    }
  }

  /** False: the line answers nothing, and that was said. */
  async #isAnswered(question: Question, line: string): Promise<boolean> {
    const { engine, printer, runId } = this.#parts;
    const answer = answerOf(question, line);
    if (answer === null) {
      await printer.note("type an answer, then Enter");
      return false;
    }
    try {
      await engine.respond(runId, answer);
      return true;
    } catch (error) {
      const { code, message } = errorInfo(error);
      await printer.note(message);
      return code !== "usage";
    }
  }
}

function howToAnswer(runId: string): string {
  return `answer with: odw respond ${safeLine(runId)} <answer>`;
}
