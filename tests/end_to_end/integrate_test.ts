// The real process: registered with a host, looked after by doctor, taken out again.
import assert from "node:assert/strict";
import { parse } from "jsonc-parser";
import { odwCommand, Place } from "./odw_process.ts";

Deno.test("odw integrate registers the very words that start this odw, doctor agrees, --remove leaves nothing", async () => {
  await using place = await Place.make();
  const added = await place.odw(["integrate", "cursor", "--project"]);
  assert.equal(added.code, 0, added.stderr);
  const { command, args } = parse(await Deno.readTextFile(`${place.work}/.cursor/mcp.json`)).mcpServers.odw;
  const [program, ...words] = odwCommand();
  assert.equal(command, await Deno.realPath(program!));
  assert.deepEqual(args.filter((word: string) => !word.startsWith("--")), [
    ...words.filter((word) => !word.startsWith("--")),
    "mcp",
  ]);
  const looked = await place.odw(["doctor", "cursor", "--json"]);
  assert.equal(looked.code, 0, looked.stdout + looked.stderr);
  assert.deepEqual(JSON.parse(looked.stdout).map((one: { status: string }) => one.status), ["ok"]);
  const removed = await place.odw(["integrate", "cursor", "--project", "--remove"]);
  assert.equal(removed.code, 0, removed.stderr);
  assert.deepEqual([...Deno.readDirSync(place.work)].map(({ name }) => name), []);
});

Deno.test("odw doctor asks a provider with its key, and finds the key refused or the model missing", async () => {
  await using place = await Place.make();
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) =>
      request.headers.get("authorization") === "Bearer good"
        ? Response.json({ data: [{ id: "model-a" }] })
        : Response.json({ error: { message: "bad key" } }, { status: 401 }),
  );
  const configure = (apiKey: string, model: string) =>
    place.configure({
      providers: { wire: { api: "openai-chat", baseUrl: `http://127.0.0.1:${server.addr.port}/v1`, apiKey } },
      models: { default: `wire/${model}` },
    });
  const find = async (check: string) => {
    const { code, stdout, stderr } = await place.odw(["doctor", "--json"]);
    assert.notEqual(stdout, "", stderr);
    const found = JSON.parse(stdout).find((one: { check: string }) => one.check === check);
    return { code, status: found?.status, detail: found?.detail, repair: found?.repair };
  };
  await configure("good", "model-a");
  const good = await find("provider wire");
  assert.deepEqual([good.code, good.status], [0, "ok"], JSON.stringify(good));
  assert.match(good.detail, /1 models?.*\d+ ms/);
  await configure("bad", "model-a");
  const bad = await find("provider wire");
  assert.deepEqual([bad.code, bad.status, bad.repair], [1, "error", "give wire a valid key"]);
  await configure("good", "model-b");
  const missing = await find("model default");
  assert.deepEqual([missing.code, missing.status], [1, "error"]);
});

Deno.test("odw doctor names file, line and column of a mistake in the configuration", async () => {
  await using place = await Place.make();
  await place.configure('{\n  "models": {\n    "default" "x"\n  }\n}\n');
  const { code, stdout } = await place.odw(["doctor", "--json"]);
  assert.equal(code, 1);
  const config = JSON.parse(stdout).find((one: { check: string }) => one.check === "config");
  assert.match(config.detail, /config\.json:3:15/);
});

Deno.test("odw init without a terminal ends at once and writes nothing", async () => {
  await using place = await Place.make();
  const { code, stderr } = await place.odw(["init"], { stdin: "y\n" });
  assert.equal(code, 2);
  assert.match(stderr, /there is no terminal here/);
  assert.equal(await Deno.stat(`${place.home}/config.json`).catch(() => null), null);
});
