// host:* models: a run's agents are answered by the model of the coding agent that started it (MCP sampling), in both eras of the protocol.
import assert from "node:assert/strict";
import { ProtocolError } from "@modelcontextprotocol/client";
import { HeldAnswers } from "./held_answers.ts";
import { finished, lending, promptOf, type Sample } from "./lending_host.ts";
import { ERAS, Host } from "./mcp_host.ts";
import { Place } from "./odw_process.ts";
import { journalOf, recordOf } from "./recorded_run.ts";

const NOTHING_CONFIGURED = { OLLAMA_HOST: "" };
const META = `export const meta = { name: "lent", description: "d" };`;
const ONE = `${META}\nreturn await agent(args.prompt, { label: "one" });`;
const COLOUR = `${META}
const schema = { type: "object", properties: { colour: { type: "string" } }, required: ["colour"] };
return await agent("Which colour?", { schema, model: "host:gpt-5" });`;
const IN_ORDER = `${META}
const all = [];
for (const item of ["a", "b", "c"]) all.push(await agent(item, { label: item }));
return all;`;
const MANY = `${META}
return await parallel([1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => () => agent("p" + i)));`;

for (const era of ERAS) {
  Deno.test(`agents of a run on host:default are answered by the model of a host of ${era}, without a key`, async () => {
    await using place = await Place.make();
    const samples: Sample[] = [];
    const answer = (sample: Sample) => (samples.push(sample), `lent: ${promptOf(sample)}`);
    await using host = await Host.open(place, era, { ...lending(answer), env: NOTHING_CONFIGURED });
    const started = await host.call("workflow_start", {
      ...{ script: ONE, args: { prompt: "hello" }, model: "host:default" },
    });
    assert.equal(started.structured.warnings, undefined, started.text);
    const ended = await host.ended(started.structured.run_id);
    assert.equal(ended.structured.result, "lent: hello", ended.text);
    assert.equal(ended.structured.cost_usd, null);
    assert.equal(samples.length, 1);
    assert.deepEqual([samples[0]!.modelPreferences, samples[0]!.tools], [undefined, undefined]);
    assert.equal(typeof samples[0]!.systemPrompt, "string");
    assert.ok(samples[0]!.maxTokens > 0);
    const record = await recordOf(place, ended.structured.run_id);
    assert.ok(record.usage.outputTokens > 0);
    const journal = await journalOf(place, ended.structured.run_id);
    const said = journal.filter((event) => event.type === "log_written" && /get no tools/.test(event.message));
    assert.equal(said.length, 1);
  });

  Deno.test(`a schema holds for the model of a host of ${era} too, and what stands behind host: is a hint`, async () => {
    await using place = await Place.make();
    await place.configure({ models: { default: "sim/default" } });
    const samples: Sample[] = [];
    const answers = ["It is blue, I think.", JSON.stringify({ colour: "blue" })];
    await using host = await Host.open(place, era, lending((sample) => answers[samples.push(sample) - 1] ?? "{}"));
    const ended = await finished(host, { script: COLOUR });
    assert.deepEqual(ended.structured.result, { colour: "blue" }, ended.text);
    assert.deepEqual(samples.map(({ modelPreferences }) => modelPreferences?.hints), [[{ name: "gpt-5" }], [{
      name: "gpt-5",
    }]]);
    assert.match(samples[0]!.systemPrompt ?? "", /JSON Schema/);
    assert.equal(samples[1]!.messages.length, 3);
  });

  Deno.test(`what the user of a host of ${era} refuses fails that agent alone, in words, and is not asked again`, async () => {
    await using place = await Place.make();
    const asked: string[] = [];
    const answer = (sample: Sample) => {
      asked.push(promptOf(sample));
      if (promptOf(sample) === "b") throw new ProtocolError(-1, "User rejected sampling request");
      return promptOf(sample);
    };
    await using host = await Host.open(place, era, lending(answer));
    const ended = await finished(host, { script: IN_ORDER, model: "host:default" });
    assert.deepEqual(ended.structured.result, ["a", null, "c"], ended.text);
    assert.deepEqual(asked, ["a", "b", "c"]);
    const { failures } = await recordOf(place, ended.structured.run_id);
    assert.deepEqual(failures.map(({ label }) => label), ["b"]);
    assert.match(failures[0]!.reason, /user did not let its model answer/);
  });

  Deno.test(`a host of ${era} without sampling hears so before anything starts, whoever names its model`, async () => {
    await using place = await Place.make();
    await place.configure({ models: { default: "sim/default" } });
    await using host = await Host.open(place, era);
    for (const args of [{ script: ONE, args: { prompt: "a" }, model: "host:default" }, { script: COLOUR }]) {
      const { isError, text } = await host.call("workflow_start", args);
      assert.equal(isError, true, text);
      assert.match(
        text,
        /^config: Model "host:\S+" .*this host does not offer sampling \(.*\); .*name a model of a provider/,
      );
    }
    assert.deepEqual(JSON.parse((await place.odw(["ls", "--json"])).stdout), []);
  });

  Deno.test(`workflow_plan of a host of ${era} plans with its model where the user chose it`, async () => {
    await using place = await Place.make();
    await place.configure({ models: { default: "host:default" } });
    let asked = 0;
    await using host = await Host.open(place, era, lending(() => (asked++, "no plan")));
    const planned = await host.call("workflow_plan", { task: "invent three names for a boat, then pick the best one" });
    assert.ok(asked > 0, planned.text);
    await using other = await Host.open(place, era);
    const refused = await other.call("workflow_plan", {
      task: "invent three names for a boat, then pick the best one",
    });
    assert.match(refused.text, /this host does not offer sampling/);
  });
}

Deno.test("a host that lets tools be offered to its model gets them, and their results", async () => {
  await using place = await Place.make();
  await place.write("note.txt", "the word is plum");
  const samples: Sample[] = [];
  const answer = (sample: Sample) => {
    if (samples.push(sample) > 1) return "plum";
    return [{ type: "tool_use" as const, id: "t1", name: "read_file", input: { path: "note.txt" } }];
  };
  await using host = await Host.open(place, "2025", lending(answer, { tools: true }));
  const ended = await finished(host, { script: ONE, args: { prompt: "which word?" }, model: "host:default" });
  assert.equal(ended.structured.result, "plum", ended.text);
  assert.ok(samples[0]!.tools?.some(({ name }) => name === "read_file"));
  assert.match(JSON.stringify(samples[1]!.messages.at(-1)), /tool_result.*the word is plum/);
});

Deno.test("a host is asked for four samples at once at most", async () => {
  await using place = await Place.make();
  using held = new HeldAnswers();
  let most = 0;
  let underWay = 0;
  const answer = async (sample: Sample) => {
    most = Math.max(most, ++underWay);
    await held.hold();
    underWay--;
    return promptOf(sample);
  };
  await using host = await Host.open(place, "2025", lending(answer));
  const ending = finished(host, { script: MANY, model: "host:default" });
  await held.asked.reach(4);
  held.release();
  assert.equal((await ending).structured.result.length, 9);
  assert.equal(most, 4);
});

Deno.test("a host whose user takes long to decide does not stall the agent", async () => {
  await using place = await Place.make();
  await place.configure({ agent: { stallMs: 1200, stallAttempts: 1 } });
  using held = new HeldAnswers();
  await using host = await Host.open(place, "2025", lending(() => held.hold().then(() => "at last")));
  const started = await host.call("workflow_start", { script: ONE, args: { prompt: "a" }, model: "host:default" });
  const { run_id } = started.structured;
  await held.asked.reach(1);
  const waited = await host.call("workflow_wait", { run_id, wait_s: 4 });
  assert.equal(waited.structured.status, "running", waited.text);
  held.release();
  assert.equal((await host.ended(run_id)).structured.result, "at last");
  assert.equal(held.asked.count, 1);
});

Deno.test("a cost budget on the host's model is refused with what to do, unless the user says that it is free", async () => {
  await using place = await Place.make();
  await using host = await Host.open(place, "2025", lending(() => "cheap"));
  const args = { script: ONE, args: { prompt: "a" }, model: "host:default", max_cost_usd: 1 };
  const refused = await host.call("workflow_start", args);
  assert.match(refused.text, /budget of \$1 cannot hold for host\/default: .*subscription pays.*prices\["host\/\*"\]/);
  await place.configure({ prices: { "host/*": { input: 0, output: 0 } } });
  await using other = await Host.open(place, "2025", lending(() => "cheap"));
  const ended = await finished(other, args);
  assert.deepEqual([ended.structured.result, ended.structured.cost_usd], ["cheap", 0], ended.text);
});

Deno.test("a host that lends its model hears of it when the answers would be simulated", async () => {
  await using place = await Place.make();
  await using host = await Host.open(place, "2025", { ...lending(() => "never"), env: NOTHING_CONFIGURED });
  const started = await host.call("workflow_start", { script: ONE, args: { prompt: "a" } });
  assert.match(started.structured.warnings.join(), /start with model "host:default"/);
  await host.ended(started.structured.run_id);
});
