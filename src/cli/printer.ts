// All that the command line writes: results to stdout, everything else to stderr. A closed pipe ends nothing.
import { type Style, styleFor } from "./style.ts";
import { safeLine, safeText } from "./terminal_text.ts";
import type { Output, World } from "./world.ts";

export interface Printer {
  /** To stdout, as it is. A reader that went away is no error; a full disk is. */
  out(text: string): Promise<void>;
  /** To stdout, made harmless when it is a terminal. */
  outText(text: string): Promise<void>;
  /** To stderr, as it is. Never fails. */
  err(text: string): Promise<void>;
  /** One line on stderr; the text may come from anywhere. */
  note(text: string): Promise<void>;
  warn(text: string): Promise<void>;
  /** An error on stderr; may have several lines. */
  error(text: string): Promise<void>;
  outStyle: Style;
  errStyle: Style;
}

export function openPrinter(world: World): Printer {
  const outStyle = styleFor(world.stdout, world);
  const errStyle = styleFor(world.stderr, world);
  let isOutClosed = false;
  const out = async (text: string) => {
    if (isOutClosed || !text) return;
    isOutClosed = !(await isWritten(world.stdout, text));
  };
  const err = async (text: string) => {
    try {
      await world.stderr.write(text);
    } catch {
      // Nobody reads stderr any more, and there is nowhere else to say so.
    }
  };
  return {
    out,
    outText: (text) => out(world.stdout.isTerminal ? safeText(text) : text),
    err,
    note: (text) => err(`${safeLine(text)}\n`),
    warn: (text) => err(`${errStyle("yellow", "warning:")} ${safeLine(text)}\n`),
    error: (text) => err(`${errStyle("red", "error:")} ${safeText(text.trimEnd())}\n`),
    outStyle,
    errStyle,
  };
}

/** False when the reader has closed the pipe. */
async function isWritten(output: Output, text: string): Promise<boolean> {
  try {
    await output.write(text);
    return true;
  } catch (error) {
    if (isBrokenPipe(error)) return false;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot write to standard output: ${reason}`, { cause: error });
  }
}

function isBrokenPipe(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === "BrokenPipe" || (error as { code?: unknown }).code === "EPIPE";
}
