// The order of answers is part of a run: resumed and replayed it takes the same branch, and pays for nothing twice.
import assert from "node:assert/strict";
import { Place } from "./odw_process.ts";
import { seededRandom } from "./seeded_random.ts";

const META = `export const meta = { name: "order", description: "d" };\n`;
const PRELUDE = `${META}const trace = [];
const call = (name) => agent(name + " after " + trace.join(",")).then((answer) => (trace.push(answer), answer));
const firstOf = (most, names) => new Promise((done) => {
  let ended = 0;
  for (const name of names) call(name).then(() => ++ended === most && done());
});
const queue = async (permits, names) => {
  const left = [...names];
  await Promise.all(Array.from({ length: permits }, async () => {
    while (left.length > 0) await call(left.shift());
  }));
};
`;

const BRANCHING: Record<string, string> = {
  "Promise.race":
    `const winner = await Promise.race([call("slow 90"), call("fast 10")]);\nawait call("final " + winner);`,
  "Promise.any":
    `const winner = await Promise.any([call("slow 90"), call("fast 10")]);\nawait call("final " + winner);`,
  "the first three win": `await firstOf(3, ["a 90", "b 50", "c 10", "d 70", "e 30"]);\nawait call("final");`,
  "a list that fills up": `await Promise.all(["a 60", "b 30", "c 10"].map(call));\nawait call("final");`,
  "a semaphore": `await queue(2, ["a 60", "b 10", "c 10", "d 10"]);\nawait call("final");`,
  "pipeline":
    `await pipeline(["a 60", "b 10", "c 30"], call, (answer) => call("then " + answer));\nawait call("final");`,
  "a tool beside an agent":
    `await Promise.race([call("fast 60"), tools.read_file({ path: "order.js" }).then(() => trace.push("tool"))]);\nawait call("final");`,
  "a child workflow beside an agent":
    `await Promise.race([workflow({ scriptPath: "child.js" }, {}).then((v) => trace.push(v)), call("slow 150")]);\nawait call("final");`,
};
const CHILD =
  `export const meta = { name: "child", description: "d" };\nreturn await Promise.race([agent("c1 80"), agent("c2 10")]);`;

/** Answers after as many milliseconds as the prompt's first number says, and keeps each "final" while `isHolding`. */
async function openScene(place: Place) {
  const answered: string[] = [];
  const state = { isHolding: true };
  const server = await place.serve("openai-chat", {
    async answer({ prompt }) {
      if (prompt.startsWith("final") && state.isHolding) {
        while (state.isHolding) await wait(5);
        return "nobody hears this";
      }
      await new Promise((done) => setTimeout(done, Number(/\d+/.exec(prompt)?.[0] ?? 5)));
      answered.push(prompt);
      return `<${prompt.split(" ")[0]}>`;
    },
  });
  return { server, answered, state };
}

for (const [name, body] of Object.entries(BRANCHING)) {
  Deno.test(`${name}: a killed run is resumed on the branch that it took, and replays to the same result`, async () => {
    await using place = await Place.make();
    const { server, answered, state } = await openScene(place);
    await using _server = server;
    await place.write("child.js", CHILD);
    await place.write("order.js", `${PRELUDE}${body}\nreturn trace;`);
    const child = place.spawn(["run", "order.js"]);
    while (!server.calls.some(({ prompt }) => prompt.startsWith("final"))) await wait(5);
    // What lost its race ends, too: its answer must not come first the next time.
    await wait(250);
    child.kill("SIGKILL");
    await child.output();
    const final = server.calls.find(({ prompt }) => prompt.startsWith("final"))!.prompt;
    const paid = [...answered];
    state.isHolding = false;
    const { code, stdout, stderr } = await place.odw(["resume", "last", "--output", "json"]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(answered.filter((prompt) => !paid.includes(prompt)), [final], "other prompts were paid");
    assert.equal(answered.length, paid.length + 1);
    const replayed = await place.odw(["run", "--replay", "last", "--output", "json"]);
    assert.equal(replayed.code, 0, replayed.stderr);
    assert.deepEqual(JSON.parse(replayed.stdout).result, JSON.parse(stdout).result);
  });
}

Deno.test("a completed run that left the loser of a race behind replays", async () => {
  await using place = await Place.make();
  const { server } = await openScene(place);
  await using _server = server;
  await place.write("order.js", `${META}return await Promise.race([agent("slow 3000"), agent("fast 5")]);`);
  assert.equal((await place.odw(["run", "order.js"])).stdout, "<fast>\n");
  const { code, stdout, stderr } = await place.odw(["run", "--replay", "last"]);
  assert.deepEqual([code, stdout], [0, "<fast>\n"], stderr);
});

Deno.test("a replay that waits for an agent that never ended says so, and does not hang", async () => {
  await using place = await Place.make();
  const { server } = await openScene(place);
  await using _server = server;
  await place.write("order.js", `${META}return await Promise.race([agent("slow 3000"), agent("fast 5")]);`);
  assert.equal((await place.odw(["run", "order.js"])).code, 0);
  await place.write("order.js", `${META}return await Promise.all([agent("slow 3000"), agent("fast 5")]);`);
  const { code, stderr } = await place.odw(["run", "order.js", "--replay", "last"]);
  assert.equal(code, 1);
  assert.match(stderr, /diverged: agent "slow 3000" never ended/);
});

Deno.test("random scripts that are killed at random points go on as they began", async (t) => {
  const { next: random } = seededRandom("order_test");
  for (let round = 0; round < 12; round++) {
    const body = randomBody(random);
    await t.step(`round ${round}`, async () => {
      await using place = await Place.make();
      const answered: string[] = [];
      const delays = new Map<string, number>();
      await using server = await place.serve("openai-chat", {
        async answer({ prompt }) {
          if (!delays.has(prompt)) delays.set(prompt, Math.floor(random() * 60));
          await wait(delays.get(prompt)!);
          answered.push(prompt);
          return `<${prompt.split(" ")[0]}>`;
        },
      });
      await place.write("order.js", `${PRELUDE}${body}\nreturn trace;`);
      const child = place.spawn(["run", "order.js", "--concurrency", "8"]);
      while (server.calls.length === 0) await wait(5);
      await wait(random() * 250);
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended by itself: then it is replayed alone.
      }
      await child.output();
      const { before, isCompleted } = await newestRun(place);
      if (isCompleted) return await assertReplays(place, body);
      const { code, stdout, stderr } = await place.odw(["resume", "last", "--output", "json"]);
      assert.equal(code, 0, `${stderr}\n${body}`);
      const { census } = JSON.parse(stdout);
      assert.equal(census.cached, before, `recorded answers that were not asked for again\n${body}`);
      await assertReplays(place, body);
    });
  }
});

/** `before`: how many of its agents have an answer. */
async function newestRun(place: Place): Promise<{ before: number; isCompleted: boolean }> {
  const { status, steps } = JSON.parse((await place.odw(["show", "last", "--json"])).stdout);
  const before = steps.filter((step: { status: string }) => step.status === "completed").length;
  return { before, isCompleted: status === "completed" };
}

/** To the recorded result, or it ends with an error. */
async function assertReplays(place: Place, body: string): Promise<void> {
  const { code, stderr } = await place.odw(["run", "--replay", "last"]);
  assert.equal(code, 0, `${stderr}\n${body}`);
}

function randomBody(random: () => number): string {
  let count = 0;
  const names = () => JSON.stringify(Array.from({ length: 2 + Math.floor(random() * 4) }, () => `n${++count}`));
  const kinds = [
    () => `await Promise.race(${names()}.map(call));`,
    () => `await Promise.any(${names()}.map(call));`,
    () => `await Promise.allSettled(${names()}.map(call));`,
    () => `await firstOf(2, ${names()});`,
    () => `await queue(2, ${names()});`,
    () => `await pipeline(${names()}, call, (answer) => call("p" + answer));`,
    () => `await parallel(${names()}.map((name) => () => call(name)));`,
    () => `await Promise.race([tools.list_files({}).then(() => trace.push("tool")), call("t${++count}")]);`,
  ];
  return Array.from({ length: 3 + Math.floor(random() * 4) }, () => kinds[Math.floor(random() * kinds.length)]!()).join(
    "\n",
  );
}

function wait(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
