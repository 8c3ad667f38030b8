// The text of a request is that of its body, whoever wrote the tools.
import assert from "node:assert/strict";
import { ToolTexts } from "../../src/provider/tool_texts.ts";
import type { ToolSpec } from "../../src/provider.ts";

const READ: ToolSpec = { name: "read", description: 'reads "a" file', schema: { type: "object" } };
const WRITE: ToolSpec = { name: "write", description: "writes", schema: { type: "object" } };
const wire = (tools: ToolSpec[]) => tools.map(({ name, description }) => ({ type: "function", name, description }));

Deno.test("a body is written whole, with its tools, again and again", () => {
  const texts = new ToolTexts();
  const tools = [READ, WRITE];
  for (const prompt of ["one", "two"]) {
    const body = { model: "m", tools: wire(tools), prompt };
    assert.deepEqual(JSON.parse(texts.write(body, tools)), body);
  }
});

Deno.test("each list of tools has its own text, and a body without tools has none", () => {
  const texts = new ToolTexts();
  const lists = [[READ], [READ, WRITE], []];
  for (const tools of lists) {
    const body = tools.length > 0 ? { model: "m", tools: wire(tools) } : { model: "m" };
    assert.deepEqual(JSON.parse(texts.write(body, tools)), body);
    assert.equal(texts.charsOf(tools), tools.length > 0 ? JSON.stringify(tools).length : 0);
  }
  // A call that may use no tool is shown none by some formats, although it has a list.
  assert.equal(texts.write({}, lists[1]!), "{}");
});
