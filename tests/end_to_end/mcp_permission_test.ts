// What a run may do that a coding agent started: what the user's own config says, and nothing that a model said.
import assert from "node:assert/strict";
import type { Client } from "@modelcontextprotocol/client";
import { type Era, ERAS, Host, type HostOptions } from "./mcp_host.ts";
import { Place } from "./odw_process.ts";
import { conversationOf, reply } from "./scripted_model.ts";

const WRITER = `export const meta = { name: "writer", description: "d" };
return await agent("write the file", { tools: ["write_file"] });`;
const ASKER = `export const meta = { name: "asker", description: "d" };
return await ask("Which colour?", { choices: ["red", "blue"] });`;

/** Its agents write one file, and then tell what they heard. */
function writingModel() {
  return {
    answer: (call: Parameters<typeof conversationOf>[0]) => {
      const { turns, results } = conversationOf(call);
      if (turns === 0) return reply([{ name: "write_file", input: { path: "made.txt", content: "x" } }]);
      return reply(`heard: ${results.join()}`);
    },
  };
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function startAndWait(host: Host, script: string) {
  const started = await host.call("workflow_start", { script });
  assert.equal(started.isError, false, started.text);
  return (await host.ended(started.structured.run_id)).structured;
}

Deno.test("a run that a host started writes nothing, unless the user's own config says so", async () => {
  await using place = await Place.make();
  await using _model = await place.serve("openai-chat", writingModel());
  await using host = await Host.open(place, "2025");
  await startAndWait(host, WRITER);
  assert.equal(await isThere(`${place.work}/made.txt`), false);
  await using allowed = await Place.make();
  await using _other = await allowed.serve("openai-chat", writingModel(), { permissions: { write: true } });
  await using free = await Host.open(allowed, "2025");
  await startAndWait(free, WRITER);
  assert.equal(await isThere(`${allowed.work}/made.txt`), true);
});

Deno.test("the host's folder is where a run works, and a project's own config grants it nothing", async () => {
  await using place = await Place.make();
  await using _model = await place.serve("openai-chat", writingModel());
  const project = await place.write("other/.odw/config.json", JSON.stringify({ permissions: { write: true } }));
  const root = project.replace("/.odw/config.json", "");
  await using host = await Host.open(place, "2025", {
    capabilities: { roots: {} },
    prepare: (client) => client.setRequestHandler("roots/list", () => ({ roots: [{ uri: `file://${root}` }] })),
  });
  const started = await host.call("workflow_start", { script: WRITER });
  if (!started.isError) await host.ended(started.structured.run_id);
  assert.equal(await isThere(`${root}/made.txt`), false);
  const { stdout } = await place.odw(["ls", "--json"]);
  for (const { id } of JSON.parse(stdout)) {
    const shown = JSON.parse((await place.odw(["show", id, "--json"])).stdout);
    assert.equal(shown.spec.cwd, root);
  }
});

const USER = {
  capabilities: { elicitation: { form: {} } },
  answers: (answer: string) => (client: Client) => {
    client.setRequestHandler("elicitation/create", () => ({ action: "accept" as const, content: { answer } }));
  },
};

function userWho(answer: string): HostOptions {
  return { capabilities: USER.capabilities, prepare: USER.answers(answer) };
}

async function approving(era: Era, options: HostOptions) {
  const place = await Place.make();
  const model = await place.serve("openai-chat", writingModel(), { permissions: { approve: ["write"] } });
  const host = await Host.open(place, era, options);
  return {
    place,
    host,
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await model[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}

for (const era of ERAS) {
  Deno.test(`the user of a host of ${era} approves a tool call in the host, or refuses it`, async () => {
    for (const [answer, isWritten] of [["once", true], ["never", false]] as const) {
      await using opened = await approving(era, userWho(answer));
      const ended = await startAndWait(opened.host, WRITER);
      assert.equal(ended.status, "completed", JSON.stringify(ended));
      assert.equal(await isThere(`${opened.place.work}/made.txt`), isWritten);
    }
  });

  Deno.test(`a model in a host of ${era} cannot approve; its user does so in a terminal, and the run goes on`, async () => {
    await using opened = await approving(era, {});
    const { host, place } = opened;
    const started = await startAndWait(host, WRITER);
    assert.equal(started.status, "waiting", JSON.stringify(started));
    const refused = await host.call("workflow_respond", { run_id: started.run_id, answer: "for this run" });
    assert.match(refused.text, /^denied: /);
    assert.equal(await isThere(`${place.work}/made.txt`), false);
    assert.equal((await place.odw(["respond", started.run_id, "once"])).code, 0);
    assert.equal((await place.odw(["wait", started.run_id])).code, 0);
    assert.equal(await isThere(`${place.work}/made.txt`), true);
  });

  Deno.test(`ask() reaches the user of a host of ${era}, by the host's own form or by the model`, async () => {
    for (const options of [userWho("blue"), {}]) {
      await using opened = await approving(era, options);
      const { host } = opened;
      let ended = await startAndWait(host, ASKER);
      if (ended.status === "waiting") {
        assert.match(ended.next, /workflow_respond/);
        await host.call("workflow_respond", { run_id: ended.run_id, answer: "blue" });
        ended = (await host.ended(ended.run_id)).structured;
      }
      assert.equal(ended.result, "blue", JSON.stringify(ended));
    }
  });
}

Deno.test("a long result lies whole in a file of odw's home, and the pages give the same", async () => {
  await using place = await Place.make();
  await place.configure({ models: { default: "sim/default" } });
  await using host = await Host.open(place, "2025");
  const ended = await startAndWait(
    host,
    `export const meta = { name: "long", description: "d" };\nreturn "0123456789".repeat(2500);`,
  );
  assert.equal(ended.result, undefined);
  assert.equal(ended.result_chars, 25_000);
  assert.equal(await Deno.readTextFile(ended.result_path), "0123456789".repeat(2500));
  const page = await host.call("workflow_result", { run_id: ended.run_id, offset: 20_000 });
  assert.deepEqual([page.structured.text.length, page.structured.next_offset], [5_000, null]);
});
