// What the members of a configuration file may be. Loaded only when there is such a file; zod/mini, because start-up counts.
import * as z from "zod/mini";

// It writes code for each schema otherwise, which pays for a schema that checks thousands of values.
z.config({ jitless: true });

/** The message of every rule is what is wanted, as a sentence part. */
const POSITIVE = "a whole number from 1";
const NATURAL = "a whole number from 0";
const MILLISECONDS = "a whole number of milliseconds from 1";

const count = z.int(POSITIVE).check(z.minimum(1, POSITIVE));
const milliseconds = z.int(MILLISECONDS).check(z.minimum(1, MILLISECONDS));
const text = z.string("a text").check(z.minLength(1, "a text that is not empty"));
const price = z.number("USD per million tokens, from 0").check(z.minimum(0, "USD per million tokens, from 0"));

/** A name that can stand before the "/" or ":" of a model id. */
const providerName = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, "a name of letters, digits, - _ ."));

const baseUrl = z.string("an http or https URL").check(z.regex(/^https?:\/\/[^\s/?#]+/i, "an http or https URL"));

const headers = z.record(
  z.string().check(z.regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, "a header's name")),
  z.string("a header's value").check(z.regex(/^[^\r\n\0]*$/, "a header's value, on one line")),
  "an object of header names and values",
);

const provider = z.strictObject({
  api: z.optional(z.enum(
    ["anthropic-messages", "openai-chat", "openai-responses", "ollama-chat", "simulated"],
    'one of "anthropic-messages", "openai-chat", "openai-responses", "ollama-chat", "simulated"',
  )),
  baseUrl: z.optional(baseUrl),
  apiKeyEnv: z.optional(
    z.string("the name of an environment variable").check(
      z.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of an environment variable"),
    ),
  ),
  apiKey: z.optional(z.string("a key as text").check(z.regex(/^[\x21-\x7e]+$/, "a key without spaces or line breaks"))),
  headers: z.optional(headers),
  concurrency: z.optional(count),
  version: z.optional(text),
}, "an object { api, baseUrl, apiKeyEnv, … }");

const models = z.record(text, text, "an object of alias names and model ids");

const limits = z.strictObject({
  concurrency: z.optional(count),
  agents: z.optional(count),
  outputTokens: z.optional(z.nullable(count)),
  costUsd: z.optional(z.nullable(z.number("USD above 0, or null").check(z.positive("USD above 0, or null")))),
  timeoutMs: z.optional(z.nullable(milliseconds)),
  hard: z.optional(z.boolean("true or false")),
}, "an object { concurrency, agents, … }");

const script = z.strictObject({
  clock: z.optional(z.enum(["forbidden", "seeded"], '"forbidden" or "seeded"')),
  pipelineNull: z.optional(z.enum(["end", "pass"], '"end" or "pass"')),
  nesting: z.optional(z.int(NATURAL).check(z.minimum(0, NATURAL))),
  memoryMiB: z.optional(
    z.int("a whole number from 8 to 4095").check(z.minimum(8, "8 or more"), z.maximum(4095, "4095 or less")),
  ),
  stackKiB: z.optional(z.int("a whole number from 16").check(z.minimum(16, "16 or more"))),
  sliceMs: z.optional(milliseconds),
}, "an object { clock, nesting, … }");

const agent = z.strictObject({
  schemaAttempts: z.optional(count),
  retries: z.optional(z.int(NATURAL).check(z.minimum(0, NATURAL))),
  stallAttempts: z.optional(count),
  stallMs: z.optional(z.int(NATURAL).check(z.minimum(0, NATURAL))),
  maxTokens: z.optional(count),
  warmCache: z.optional(z.boolean("true or false")),
}, "an object { retries, stallMs, … }");

const prices = z.record(
  text,
  z.strictObject({
    input: price,
    output: price,
    cacheRead: z.optional(price),
    cacheWrite: z.optional(price),
  }, "an object { input, output }"),
  "an object of model globs and prices",
);

const routes = z.array(
  z.strictObject({ match: text, provider: providerName }, "an object { match, provider }"),
  "a list of { match, provider }",
);

const texts = (wanted: string) => z.array(z.string(wanted).check(z.minLength(1, wanted)), `a list of ${wanted}`);

const variableName = z.string("the name of an environment variable").check(
  z.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of an environment variable"),
);

const kinds = ["write", "run", "web", "mcp"] as const;

const permissions = z.strictObject({
  write: z.optional(z.union([z.boolean(), texts("paths")], "true, false or a list of paths in the workspace")),
  run: z.optional(texts("commands")),
  web: z.optional(texts("hosts")),
  mcp: z.optional(texts("names of mcpServers")),
  approve: z.optional(z.array(z.enum(kinds, `one of "${kinds.join('", "')}"`), `a list of "${kinds.join('", "')}"`)),
}, "an object { write, run, web, mcp, approve }");

const tools = z.strictObject({
  searchUrl: z.optional(
    baseUrl.check(z.regex(/\{query\}/, "an http or https URL with {query} where the query goes")),
  ),
  environment: z.optional(z.array(variableName, "a list of names of environment variables")),
}, "an object { searchUrl, environment }");

const worktrees = z.strictObject({
  disposable: z.optional(z.array(
    z.string("the name of a folder").check(z.regex(/^[^/\\]+$/, "the name of a folder, without a slash")),
    "a list of names of folders",
  )),
}, "an object { disposable }");

const values = z.record(variableName, z.string("a text"), "an object of names and texts");

/** A program, or an address: which of both is checked where it is used. */
const mcpServer = z.strictObject({
  type: z.optional(z.enum(["stdio", "http", "streamable-http"], '"stdio" or "http"')),
  command: z.optional(text),
  args: z.optional(z.array(z.string("a text"), "a list of texts")),
  env: z.optional(values),
  cwd: z.optional(text),
  url: z.optional(baseUrl),
  headers: z.optional(headers),
}, "an object { command, args, env } or { url, headers }");

const serverName = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9_. -]*$/, "a name of letters, digits, - _ ."));

const shared = {
  models: z.optional(models),
  limits: z.optional(limits),
  script: z.optional(script),
  agent: z.optional(agent),
};

/** A project's `.odw/config.json`. */
export const projectSchema = z.strictObject(shared, "an object { … }");

/** The user's own `config.json`. */
export const userSchema = z.strictObject({
  ...shared,
  providers: z.optional(z.record(providerName, provider, "an object of provider names and settings")),
  routes: z.optional(routes),
  prices: z.optional(prices),
  proxy: z.optional(z.union([z.literal(false), text], "a proxy like http://host:port, or false")),
  noProxy: z.optional(z.array(text, "a list of hosts")),
  permissions: z.optional(permissions),
  mcpServers: z.optional(z.record(serverName, mcpServer, "an object of server names and settings")),
  tools: z.optional(tools),
  worktrees: z.optional(worktrees),
}, "an object { … }");

/** The names that the object at `path` may hold; none where any name is allowed. */
export function knownKeys(schema: z.ZodMiniType, path: readonly PropertyKey[]): string[] {
  const inner = schema instanceof z.ZodMiniOptional ? schema.def.innerType as z.ZodMiniType : schema;
  const [segment, ...rest] = path;
  if (segment === undefined) return inner instanceof z.ZodMiniObject ? Object.keys(inner.shape) : [];
  const next = memberSchema(inner, String(segment));
  return next ? knownKeys(next, rest) : [];
}

function memberSchema(schema: z.ZodMiniType, name: string): z.ZodMiniType | undefined {
  if (schema instanceof z.ZodMiniObject) return schema.shape[name] as z.ZodMiniType | undefined;
  if (schema instanceof z.ZodMiniRecord) return schema.def.valueType as z.ZodMiniType;
  return schema instanceof z.ZodMiniArray ? schema.def.element as z.ZodMiniType : undefined;
}
