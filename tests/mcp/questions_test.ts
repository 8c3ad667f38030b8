// What a run asks: of the host's user where the host can ask, else through the model, which may approve nothing.
import assert from "node:assert/strict";
import type { Client } from "@modelcontextprotocol/client";
import type { Question, RunRecord } from "../../src/run.ts";
import type { FakeRun } from "../cli/fake_engine.ts";
import { ERAS } from "../end_to_end/mcp_host.ts";
import { type Opened, type OpenOptions, openServer } from "./opened_server.ts";

const QUESTION: Question = { key: "q1", text: "Which colour?", choices: ["red", "blue"] };
const APPROVAL: Question = {
  key: "approval:1",
  text: 'Allow "fix" to run a command?',
  choices: ["once", "for this run", "never"],
  approval: { step: "s", label: "fix", tool: "run_command", detail: "npm test" },
};

interface Form {
  message: string;
  requestedSchema: { properties: Record<string, { enum?: string[] }> };
}

type Reply = { action: "accept"; content: { answer: string } } | { action: "decline" | "cancel" };

/** A waiting run that ends when it is answered. */
async function waiting(question: Question, options: OpenOptions = {}, part: Partial<RunRecord> = {}): Promise<Opened> {
  const record = { status: "waiting", question, result: null, isOwned: true, ...part } as const;
  const fake: FakeRun = {
    record,
    events: [{ type: "run_started" }, { type: "run_waiting", question }],
    runsUntilCancelled: true,
    respond(answer) {
      opened.engine.append({ type: "question_answered", key: question.key, answer });
      if (!record.isOwned) opened.engine.append({ type: "run_resumed", changes: {} });
      opened.engine.end({ status: "completed", question: null, result: `got ${answer}` });
    },
  };
  const opened = await openServer(fake, options);
  return opened;
}

function asking(reply: Reply, forms: Form[]): Pick<OpenOptions, "capabilities" | "prepare"> {
  return {
    capabilities: { elicitation: { form: {} } },
    prepare(client: Client) {
      client.setRequestHandler("elicitation/create", ({ params }) => {
        forms.push(params as Form);
        return reply;
      });
    },
  };
}

for (const era of ERAS) {
  Deno.test(`a host of ${era} that can ask its user does so while it waits, and the answer goes to the run`, async () => {
    const forms: Form[] = [];
    await using opened = await waiting(QUESTION, {
      era,
      ...asking({ action: "accept", content: { answer: "blue" } }, forms),
    });
    const { structured, text } = await opened.call("workflow_wait", { run_id: "last", wait_s: 10 });
    assert.equal(structured.result, "got blue", text);
    assert.deepEqual(opened.engine.asked, [["respond", opened.engine.asked[0]![1], "blue"]]);
    assert.deepEqual(forms.map(({ message }) => message), ["odw: Which colour?"]);
    assert.deepEqual(forms[0]?.requestedSchema.properties["answer"]?.enum, ["red", "blue"]);
  });

  Deno.test(`a user in a host of ${era} sees the exact command, and declining it answers never`, async () => {
    const forms: Form[] = [];
    await using opened = await waiting(APPROVAL, { era, ...asking({ action: "decline" }, forms) });
    const { structured } = await opened.call("workflow_wait", { run_id: "last", wait_s: 10 });
    assert.equal(structured.result, "got never");
    assert.match(forms[0]!.message, /Allow "fix".*\n\nnpm test$/s);
  });

  Deno.test(`a question that the user of a host of ${era} closes stays open, and the answer says how to go on`, async () => {
    const forms: Form[] = [];
    await using opened = await waiting(QUESTION, { era, ...asking({ action: "cancel" }, forms) });
    const { structured } = await opened.call("workflow_wait", { run_id: "last", wait_s: 1 });
    assert.equal(structured.status, "waiting");
    assert.match(structured.next, /workflow_respond/);
    assert.deepEqual(opened.engine.asked, []);
  });

  Deno.test(`workflow_respond in a host of ${era} lets the user approve, whatever the model says`, async () => {
    const forms: Form[] = [];
    const reply = asking({ action: "accept", content: { answer: "never" } }, forms);
    await using opened = await waiting(APPROVAL, { era, ...reply });
    const { structured } = await opened.call("workflow_respond", { run_id: "last", answer: "for this run" });
    assert.equal(structured.result, "got never");
    assert.equal(forms.length, 1);
  });

  Deno.test(`where a host of ${era} cannot ask, the question and the exact call are in the answer, and the model passes it on`, async () => {
    await using opened = await waiting(QUESTION, { era });
    const { structured } = await opened.call("workflow_wait", { run_id: "last", wait_s: 10 });
    assert.deepEqual(structured.question, { text: "Which colour?", choices: ["red", "blue"] });
    assert.match(structured.next, /ask the user.*workflow_respond with \{"run_id":"/);
    const answered = await opened.call("workflow_respond", { run_id: "last", answer: "red" });
    assert.equal(answered.structured.result, "got red", answered.text);
    assert.deepEqual(opened.launched, []);
  });

  Deno.test(`a model in a host of ${era} cannot approve anything by an argument, and hears how its user can`, async () => {
    await using opened = await waiting(APPROVAL, { era });
    const { structured } = await opened.call("workflow_status", { run_id: "last" });
    assert.equal(structured.question.detail, "npm test");
    assert.match(structured.next, /in a terminal: odw respond \S+ "once" \| "for this run" \| "never"/);
    for (const answer of ["once", "for this run"]) {
      const { isError, text } = await opened.call("workflow_respond", { run_id: "last", answer });
      assert.equal(isError, true);
      assert.match(text, /^denied: .*odw respond .*--approve-in-chat$/);
    }
    assert.deepEqual(opened.engine.asked, []);
    const refused = await opened.call("workflow_respond", { run_id: "last", answer: "never" });
    assert.equal(refused.structured.result, "got never");
  });
}

Deno.test("--approve-in-chat lets the model pass on an approval", async () => {
  await using opened = await waiting(APPROVAL, { parts: { approveInChat: true } });
  const { structured } = await opened.call("workflow_status", { run_id: "last" });
  assert.match(structured.next, /workflow_respond/);
  const answered = await opened.call("workflow_respond", { run_id: "last", answer: "once" });
  assert.equal(answered.structured.result, "got once", answered.text);
});

Deno.test("a run that stopped at its question goes on in a process of its own when it is answered, in the folder where it began", async () => {
  const elsewhere: OpenOptions = {
    capabilities: { roots: {} },
    prepare: (client) =>
      client.setRequestHandler("roots/list", () => ({ roots: [{ uri: "file:///home/ann/elsewhere" }] })),
  };
  await using opened = await waiting(QUESTION, elsewhere, { isOwned: false });
  const { structured } = await opened.call("workflow_respond", { run_id: "last", answer: "red" });
  assert.equal(structured.result, "got red");
  assert.deepEqual(opened.launched, [[structured.run_id, undefined]]);
});

Deno.test("an answer that is none of the choices is an error of the engine's, and the question stays", async () => {
  const forms: Form[] = [];
  await using opened = await openServer({
    record: { status: "waiting", question: QUESTION, result: null, isOwned: true },
    runsUntilCancelled: true,
    respond: () => Promise.reject(new Error("the answer must be one of: red, blue")),
  }, asking({ action: "accept", content: { answer: "red" } }, forms));
  const { isError, text } = await opened.call("workflow_respond", { run_id: "last", answer: "green" });
  assert.equal(isError, true);
  assert.match(text, /red, blue/);
});
