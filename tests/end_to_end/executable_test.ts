// What only the compiled executable can show. Skipped, and said so, where none was built: `deno task compile` first.
import assert from "node:assert/strict";
import { Place } from "./odw_process.ts";

const BINARY = Deno.env.get("ODW_BINARY");
const LOCAL_BINARY = Deno.env.get("ODW_LOCAL_BINARY");
const BASE = Deno.env.get("DENORT_BIN");
const MOST_ADDED_BYTES = 8e6;

Deno.test({
  name: "the executable is at most 8 MB larger than its base",
  ignore: !BINARY || !BASE,
  async fn() {
    const added = (await Deno.stat(BINARY!)).size - (await Deno.stat(BASE!)).size;
    assert.ok(added <= MOST_ADDED_BYTES, `${(added / 1e6).toFixed(1)} MB added`);
  },
});

Deno.test({
  name: "the executable carries no development dependency",
  ignore: !BINARY || !BASE,
  async fn() {
    const bytes = await Deno.readFile(BINARY!);
    const base = (await Deno.stat(BASE!)).size;
    const program = new TextDecoder("latin1").decode(bytes.subarray(Math.floor(base * 0.99)));
    for (const word of ["@anthropic-ai/sdk", "OpenAIError", "ollama-js"]) {
      assert.ok(!program.includes(word), `${word} is inside`);
    }
  },
});

Deno.test({
  name: "the local profile cannot reach another host, whatever the config says",
  ignore: !LOCAL_BINARY,
  async fn() {
    await using place = await Place.make();
    await using server = await place.serve("openai-chat", { answer: () => "from loopback" });
    await place.write("one.js", `export const meta = { name: "one", description: "d" };\nreturn await agent("p");`);
    const binary = LOCAL_BINARY!;
    const local = await run(place, binary);
    assert.equal(local.stdout.trim(), "from loopback");
    assert.equal(server.calls.length, 1);

    // An address of the documentation range: were the permission there, the attempt would time out and not be refused.
    await place.configure({
      providers: { far: { api: "openai-chat", baseUrl: "http://192.0.2.1/v1", apiKey: "k" } },
      models: { default: "far/m" },
      agent: { retries: 0 },
    });
    const far = await run(place, binary);
    assert.match(far.stderr, /192\.0\.2\.1/);
    assert.match(far.stderr, /permission|not allowed|local profile/i);
    assert.notEqual(far.stdout.trim(), "from loopback");

    const told = await run(place, binary, ["permissions", "run", "one.js"]);
    assert.match(told.stderr, /this executable was built without network access to 192\.0\.2\.1:80/);
    assert.doesNotMatch(told.stdout, /192\.0\.2\.1/);
  },
});

async function run(place: Place, binary: string, args = ["run", "one.js"]) {
  const { stdout, stderr, code } = await new Deno.Command(binary, {
    args,
    cwd: place.work,
    clearEnv: true,
    env: { HOME: `${place.folder}/user`, ODW_HOME: place.home, OLLAMA_HOST: "127.0.0.1:9" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { stdout: text(stdout), stderr: text(stderr), code };
}
