// Promises that nobody awaits: a rejection is logged once and never ends the run, wherever it was thrown.
import assert from "node:assert/strict";
import { OdwError } from "../../src/errors.ts";
import { emptyTold, META, runText } from "./fake_host.ts";

const refuse = () => {
  throw new OdwError("agent_cap", "cap reached", { name: "WorkflowAgentCapError" });
};

async function logsOf(lines: string[], answer: () => string = () => "x"): Promise<string[]> {
  const told = emptyTold();
  const text = [META, ...lines, "for (let i = 0; i < 5; i++) await null", "return 'end'", ""].join("\n");
  assert.equal(await runText(text, { answer }, told), "end");
  return told.logs.map(([level, message]) => `${level}: ${message}`);
}

const REVIEW = "async function review(fails) { if (fails) throw new RangeError('in review'); return await null; }";
const REJECTED = ["warn: unhandled rejection: RangeError: in review"];

for (
  const statement of [
    "review(true)",
    "review(true); // and go on",
    "void review(true);",
    "(async () => { await review(true) })()",
    "review(false).then(() => { throw new RangeError('in review') });",
    "if (true) { review(true) }",
    "true && review(true)",
    "args ? review(false) : review(true)",
    "Promise.all([review(false), review(true)]);",
    "[1].forEach((n) => {\n  review(n)\n});",
    "const jobs = { review };\njobs?.review(true)",
  ]
) {
  Deno.test(`the rejection of ${JSON.stringify(statement)} is logged and never ends the run`, async () => {
    assert.deepEqual(await logsOf([REVIEW, statement]), REJECTED);
  });
}

for (
  const statement of [
    "await review(true).catch(() => {})",
    "review(true).catch(() => {})",
    "await Promise.allSettled([review(true)])",
    "review(false)",
    "const p = review(true)\ntry { await p } catch { /* seen */ }",
  ]
) {
  Deno.test(`${JSON.stringify(statement)} is handled, and nothing is logged`, async () => {
    assert.deepEqual(await logsOf([REVIEW, statement]), []);
  });
}

Deno.test("what the host refuses inside an author's own async function is logged", async () => {
  const lines = ["async function one() { await agent('a') }", "one()", "await agent('b').catch(() => {})"];
  assert.deepEqual(await logsOf(lines, refuse), ["warn: unhandled rejection: WorkflowAgentCapError: cap reached"]);
});

Deno.test("in dialect B a rejection that nobody awaits is logged as well", async () => {
  const told = emptyTold();
  const text =
    `${REVIEW}\nmodule.exports.execute = async () => {\n  review(true)\n  await null\n  await null\n  return 1\n}\n`;
  assert.equal(await runText(text, {}, told), 1);
  assert.deepEqual(told.logs.map(([level, message]) => `${level}: ${message}`), REJECTED);
});

Deno.test("calls without a taker keep their meaning: values, order, null, super() and later lines", async () => {
  const text = `${META}
const seen = []
class A { constructor() { seen.push("A") } }
class B extends A { constructor() { super() } }
new B()
;[1, 2].forEach((n) => seen.push(n))
const nothing = () => null
nothing()
;(() => undefined)()
let count = 0
const next = () => { count++ }
next()
++count
return [seen, count]
`;
  assert.deepEqual(await runText(text), [["A", 1, 2], 2]);
});

Deno.test("positions on and behind the line of a call without a taker are the author's", async () => {
  const stackOf = async (lines: string) => {
    const error = await runText(`${META}\n${lines}\n`).then(() => null, (thrown) => thrown);
    assert(error instanceof OdwError);
    return error.scriptStack ?? "";
  };
  assert.match(await stackOf("const f = () => {}; f(); null.x"), /\(script\.js:2:3[01]\)/);
  assert.match(await stackOf("const f = () => {}\nf()\nf(); null.x"), /\(script\.js:4:1[01]\)/);
  assert.match(await stackOf("const f = () => { null.x }\nf()"), /f \(script\.js:2:2[34]\)\n.*\(script\.js:3:2\)/);
});
