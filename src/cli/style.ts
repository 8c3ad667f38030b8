// Colours, where the terminal wants them.
import type { Output, World } from "./world.ts";

export type Colour = "red" | "green" | "yellow" | "cyan" | "dim" | "bold";

/** Paints a text that is already safe and cut to its width. */
export type Style = (colour: Colour, text: string) => string;

const CODES: Record<Colour, [number, number]> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  dim: [2, 22],
  bold: [1, 22],
};

export const plainStyle: Style = (_colour, text) => text;

/** Follows NO_COLOR (any non-empty value), TERM=dumb, and whether this is a terminal at all. */
export function styleFor(output: Output, world: Pick<World, "env">): Style {
  if (!output.isTerminal || world.env("NO_COLOR") || world.env("TERM") === "dumb") return plainStyle;
  return paint;
}

function paint(colour: Colour, text: string): string {
  if (!text) return text;
  const [on, off] = CODES[colour];
  return `\x1b[${on}m${text}\x1b[${off}m`;
}
