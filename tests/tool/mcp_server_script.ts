// A stdio MCP server for tests: speaks the protocol by hand, so that it can break it. Its argument names the way in which it behaves.
const [behaviour, statePath] = Deno.args;
const encoder = new TextEncoder();
const say = (message: unknown) =>
  Deno.stdout.writeSync(encoder.encode(JSON.stringify({ jsonrpc: "2.0", ...message as object }) + "\n"));

if (behaviour === "hangs-at-start") await new Promise(() => setInterval(() => {}, 1000));
if (behaviour === "dies-at-start") Deno.exit(7);

const CIRCULAR = {
  type: "object",
  properties: { a: { $ref: "#/$defs/A" } },
  $defs: { A: { properties: { b: { $ref: "#/$defs/A" } } } },
};
const TOOLS = [
  {
    name: "echo",
    description: "Says it again",
    inputSchema: { type: "object", properties: { text: { type: "string" } } },
    annotations: { readOnlyHint: true },
  },
  { name: "bad name!", inputSchema: { type: "object" } },
  { name: "bad name?", inputSchema: { type: "object" } },
  { name: "die", inputSchema: { type: "object" } },
  { name: "hang", inputSchema: { type: "object" } },
  { name: "fail", inputSchema: { type: "object" } },
  { name: "mixed", inputSchema: { type: "object" } },
  {
    name: "lie",
    inputSchema: { type: "object" },
    outputSchema: { type: "object", properties: { n: { type: "number" } }, required: ["n"] },
  },
];
const LIES = [
  { name: "circular", inputSchema: CIRCULAR },
  { name: "array", inputSchema: { type: "array" } },
  { name: "text", inputSchema: "object" },
  { name: "huge", inputSchema: { type: "object", description: "x".repeat(50_000) } },
  { name: "invalid", inputSchema: { type: "object", properties: { a: { type: "nonsense" } } } },
  { name: "nowhere", inputSchema: { type: "object", properties: { a: { $ref: "https://example.com/x" } } } },
  { name: "union", inputSchema: { anyOf: [{ type: "object" }] } },
  { name: "none" },
  { name: "bad-output", inputSchema: { type: "object" }, outputSchema: { type: 5, $ref: "#/nowhere" } },
  {
    name: "fine",
    inputSchema: {
      $schema: "http://json-schema.org/draft-07/schema#",
      type: "object",
      properties: { a: { items: [{ type: "string" }] } },
    },
  },
  { description: "no name" },
  "no tool",
];

let rest = "";
for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + chunk).split("\n");
  rest = lines.pop()!;
  for (const line of lines) if (line.trim() !== "") answer(JSON.parse(line));
}

function answer(
  { id, method, params }: {
    id?: number;
    method: string;
    params: { protocolVersion: string; name: string; arguments: { text: string } };
  },
) {
  if (behaviour === "garbage") {
    Deno.stdout.writeSync(encoder.encode('starting…\n{"half": \n[1,2]\n\x00\n{"jsonrpc":"2.0","method":5}\n'));
  }
  if (id === undefined) return;
  if (method === "initialize") {
    const result = {
      protocolVersion: params.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: "s", version: "1" },
    };
    return say({ id, result });
  }
  if (method === "tools/list") {
    say({ method: "notifications/message", params: { level: "info", data: "x" } });
    return say({ id, result: { tools: behaviour === "lies" ? LIES : TOOLS } });
  }
  call(id, params.name, params.arguments);
}

function call(id: number, name: string, input: { text: string }) {
  const text = (value: string) => ({ content: [{ type: "text", text: value }] });
  if (name === "die") Deno.exit(9);
  if (name === "hang") return;
  if (name === "fail") return say({ id, result: { ...text("it went wrong"), isError: true } });
  if (name === "lie") return say({ id, result: { content: [], structuredContent: { n: "no number" } } });
  if (name === "mixed") {
    const content = [
      { type: "image", mimeType: "image/png", data: "AAAA" },
      { type: "resource", resource: { uri: "file:///a", text: "in it" } },
      { type: "news" },
      5,
    ];
    return say({ id, result: { content } });
  }
  if (statePath) Deno.writeTextFileSync(statePath, `${Deno.pid}\n`, { append: true });
  return say({ id, result: text(`echo ${input.text}`) });
}
