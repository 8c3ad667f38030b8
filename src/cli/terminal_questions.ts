// Questions to whoever sits at the terminal, one line each.
import type { Printer } from "./printer.ts";
import { safeLine } from "./terminal_text.ts";
import type { InputLines, World } from "./world.ts";

export class TerminalQuestions implements Disposable {
  readonly #lines: InputLines;
  readonly #printer: Printer;
  readonly #never = new AbortController();

  private constructor(lines: InputLines, printer: Printer) {
    this.#lines = lines;
    this.#printer = printer;
  }

  static async open(world: World, printer: Printer): Promise<TerminalQuestions> {
    return new TerminalQuestions(await world.stdin.openLines(), printer);
  }

  /** The line without white space around it; `usual` for an empty one; null: there is no more input. */
  async ask(question: string, usual: string): Promise<string | null> {
    const hint = usual === "" ? "" : ` [${safeLine(usual)}]`;
    await this.#printer.err(`${this.#printer.errStyle("bold", safeLine(question))}${hint}: `);
    const line = await this.#lines.next(this.#never.signal);
    return line === null ? null : line.trim() || usual;
  }

  /** One of `choices`, by its number or its name; asks again until it is one. null: there is no more input. */
  async choose(question: string, choices: readonly { name: string; note: string }[]): Promise<string | null> {
    const width = Math.max(...choices.map(({ name }) => name.length));
    for (const [i, { name, note }] of choices.entries()) {
      await this.#printer.err(`  ${String(i + 1).padStart(2)}  ${safeLine(name).padEnd(width)}  ${safeLine(note)}\n`);
    }
    while (true) {
      const line = await this.ask(question, "1");
      if (line === null) return null;
      const chosen = choices[Number(line) - 1] ?? choices.find(({ name }) => name === line);
      if (chosen) return chosen.name;
      await this.#printer.note(`type a number from 1 to ${choices.length}, or one of the names`);
    }
  }

  [Symbol.dispose](): void {
    this.#lines.close();
  }
}
