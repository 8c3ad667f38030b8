// Request bodies as text. Thousands of calls offer the same tools, so their part of the text is made once for each list of them.
import type { ToolSpec } from "../provider.ts";

/** For one connection: the same list is always the same text on its wire. */
export class ToolTexts {
  readonly #wireTexts = new WeakMap<ToolSpec[], string>();
  readonly #chars = new WeakMap<ToolSpec[], number>();

  /** `body` as JSON. Its tools, if it has any, are those of `tools` in the connection's format. */
  write(body: { tools?: object[] }, tools: ToolSpec[]): string {
    const { tools: wireTools, ...rest } = body;
    const text = JSON.stringify(rest);
    if (!wireTools) return text;
    const known = this.#wireTexts.get(tools) ?? JSON.stringify(wireTools);
    this.#wireTexts.set(tools, known);
    return `${text.slice(0, -1)},"tools":${known}}`;
  }

  /** How long `tools` are as JSON. */
  charsOf(tools: ToolSpec[]): number {
    if (tools.length === 0) return 0;
    const known = this.#chars.get(tools) ?? JSON.stringify(tools).length;
    this.#chars.set(tools, known);
    return known;
  }
}
