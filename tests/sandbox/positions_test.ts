// Author positions: every stack names the author's file, line and column, and nothing of odw.
import assert from "node:assert/strict";
import { OdwError } from "../../src/errors.ts";
import type { Json } from "../../src/json.ts";
import { emptyTold, type Given, META, runText, type Told } from "./fake_host.ts";

async function failure(text: string, given: Given = {}): Promise<OdwError> {
  try {
    await runText(text, { file: "my review.js", ...given });
  } catch (error) {
    assert(error instanceof OdwError);
    return error;
  }
  throw new assert.AssertionError({ message: "the script did not fail" });
}

const THROWING = "\n\nfunction deep() {\n  null.x;\n}\n  deep();\n";

Deno.test("an uncaught error carries the author's frames and no others", async () => {
  const error = await failure(`/* c */ export const meta = { name: "n", description: "d" };${THROWING}`);
  assert.equal(error.code, "script_failed");
  assert.equal(error.name, "TypeError");
  const frames = error.scriptStack?.trim().split("\n") ?? [];
  assert.match(frames[0] ?? "", /^at deep \(my review\.js:4:/);
  assert.match(frames[1] ?? "", /\(my review\.js:6:7\)$/);
  assert.equal(frames.length, 2);
});

Deno.test("columns on meta's own line are the author's", async () => {
  const error = await failure(`export const meta = { name: "n", description: "d" }; null.x`);
  assert.match(error.scriptStack ?? "", /my review\.js:1:5[89]\)/);
});

for (
  const [name, head] of [["CRLF", `${META}\r\n`], ["a byte order mark", `\ufeff${META}\n`], [
    "a #! line",
    `#!/x\n${META}`,
  ]]
) {
  Deno.test(`positions are right in a file with ${name}`, async () => {
    const error = await failure(`${head}\nfunction here() { undefinedName(); }\nhere();`);
    const line = name === "CRLF" || name === "a byte order mark" || name === "a #! line" ? 3 : 0;
    assert.match(error.scriptStack ?? "", new RegExp(`at here \\(my review\\.js:${line}:19\\)`));
  });
}

Deno.test("positions are right when export and const stand on two lines", async () => {
  const error = await failure(`export\nconst meta = { name: "n", description: "d" };\n  undefinedName();`);
  assert.match(error.scriptStack ?? "", /my review\.js:3:3\)/);
});

Deno.test("e.stack inside the script has the author's lines", async () => {
  const stack = await runText(
    `${META}\nfunction f() {\n  try { null.x } catch (e) { return e.stack }\n}\nreturn f();`,
    { file: "a.js" },
  );
  assert.match(String(stack), /at f \(a\.js:3:\d+\)\n\s+at <anonymous> \(a\.js:5:9\)/);
});

Deno.test("a rejected agent() call carries the line of the call", async () => {
  const answer = () => Promise.reject(new OdwError("schema_invalid", "no schema", { name: "SchemaError" }));
  const error = await failure(`${META}\n\nawait agent("a");`, { answer });
  assert.equal(error.name, "SchemaError");
  assert.match(error.scriptStack ?? "", /^\s*at <anonymous> \(my review\.js:3:12\)$/);
  const caught: Json = await runText(`${META}\ntry { await agent("a") } catch (e) { return [e.code, e.stack] }`, {
    answer,
    file: "b.js",
  });
  assert.deepEqual((caught as Json[])[0], "schema_invalid");
  assert.match(String((caught as Json[])[1]), /^\s*at <anonymous> \(b\.js:2:\d+\)$/);
});

Deno.test("dialect B keeps its positions as well", async () => {
  const error = await failure("module.exports.execute = async () => {\n  throw new RangeError('r');\n};");
  assert.equal(error.name, "RangeError");
  assert.match(error.scriptStack ?? "", /my review\.js:2:/);
});

Deno.test("positions after export default are kept", async () => {
  const error = await failure(`${META}\nexport default async function main({ agent }) {\n  undefinedName();\n}\n`);
  assert.match(error.scriptStack ?? "", /at main \(my review\.js:3:3\)/);
});

Deno.test("a thrown value that is no error is reported as text", async () => {
  const error = await failure(`${META} throw "just text"`);
  assert.deepEqual([error.name, error.message], ["Error", "just text"]);
  assert.equal((await failure(`${META} throw { name: "Odd", message: "m" }`)).name, "Odd");
  assert.equal((await failure(`${META} throw null`)).message, "null");
});

const CALLS = `
const ask = (text) =>
  agent(text);
phase("P");
await agent("one");
await parallel([
  () => agent("two"),
  async () => { await null; return agent("three"); },
]);
await pipeline(["four"], ask);
await Promise.all(["five"].map((text) => agent(text)));
const late = new Promise((done) => setTimeout(done, 1)).then(() =>
  agent("six"));
await late;
function deep(n) { return n > 0 ? deep(n - 1) : agent("seven"); }
await deep(9);
`;
const LINES = { one: 5, two: 7, three: 8, four: 3, five: 11, six: 13, seven: 15 };

Deno.test("each agent() call tells the line that made it, in both dialects", async () => {
  const told = emptyTold();
  await runText(`${META}${CALLS}`, {}, told);
  assert.deepEqual(linesOf(told), LINES);
  const executed = emptyTold();
  const body = CALLS.replaceAll(
    /agent\("?(\w+)"?\)/g,
    (_, text) => `agent({ prompt: ${text === "text" ? text : `"${text}"`} })`,
  )
    .replace(`pipeline(["four"], ask)`, `pipeline(["four"], [ask])`);
  await runText(`module.exports.execute = async () => {${body}};`, {}, executed);
  assert.deepEqual(linesOf(executed), LINES);
});

Deno.test("a line is none where no line of the file made the call, and never what a name looks like", async () => {
  const told = emptyTold();
  await runText(
    `${META}
const named = { ["at agent (script.js:99:1)"]() { return agent("named"); } };
await Object.values(named)[0]();
await eval("agent('evaluated')");
const { then } = Promise.prototype;
Promise.resolve("bare").then(agent);
await new Promise((done) => setTimeout(done, 1));`,
    {},
    told,
  );
  const { named, evaluated, bare } = linesOf(told);
  assert.ok(named === undefined || Number.isSafeInteger(named), `${named}`);
  assert.deepEqual([evaluated, bare], [4, undefined]);
});

function linesOf({ requests, handlings }: Told): Record<string, number | undefined> {
  return Object.fromEntries(requests.map(({ prompt }, i) => [prompt, handlings[i]?.line]));
}
