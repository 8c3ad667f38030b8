// Builds the executable: bundles each ring's entry, so that only what is used goes in, then `deno compile`.
//   deno task compile [--profile local] [--target <triple>] [--output <path>]
import { dirname, relative } from "node:path";
import { parseArgs } from "node:util";

const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
];
/** What the executable's main thread may do; the engine gets less. The local profile starts no program, since that one could reach any host. */
const PROFILES: Record<string, { output: string; permissions: string[] }> = {
  standard: { output: "dist/odw", permissions: ["--allow-net", "--allow-run"] },
  local: { output: "dist/odw-local", permissions: ["--allow-net=127.0.0.1,localhost,[::1]"] },
};
/** The workers' entries, as the source names them from the root of `src`, and the file that the bundler makes of each. */
const WORKERS = [
  { source: "src/ring/worker.ts", named: "./ring/worker.ts", bundle: "src/ring/worker.js" },
  { source: "src/sandbox/worker.ts", named: "./sandbox/worker.ts", bundle: "src/sandbox/worker.js" },
];
/** A file that the program reads. Under its own ending it would be taken for a module. */
const QUICKJS = { named: "@jitl/quickjs-wasmfile-release-sync/wasm", bundle: "quickjs.bin" };
/** Nearly every command loads it. The chunks that it would share with the servers' schemas hold three times what it needs. */
const CONFIG_SCHEMA = { source: "src/config/schema.ts", chunk: /^schema-\w+\.js$/ };
/**
 * Memory, at equal speed for what odw does: no helper threads with heaps of their own, no compiled code for JavaScript and baseline code
 * alone for QuickJS, since engine and scripts mostly wait. A young generation of 2 MiB: half of it costs the engine a quarter of its time,
 * since what the calls under way hold is copied over and over.
 */
const V8_FLAGS = "--max-semi-space-size=2,--single-threaded,--liftoff-only,--no-opt,--no-sparkplug";
const BUNDLE = "dist/bundle";

const { values } = parseArgs({
  options: { profile: { type: "string", default: "standard" }, target: { type: "string" }, output: { type: "string" } },
});
const profile = PROFILES[values.profile];
if (!profile) fail(`unknown profile '${values.profile}': use one of ${Object.keys(PROFILES).join(", ")}`);
if (values.target && !TARGETS.includes(values.target)) {
  fail(`unknown target '${values.target}': use one of ${TARGETS.join(", ")}`);
}

await bundle();
await compile(values.output ?? profile.output, profile.permissions);

/** Split, so that what few runs need (schemas, front matter, pages) costs the others no memory. */
async function bundle(): Promise<void> {
  await Deno.remove(BUNDLE, { recursive: true }).catch(() => {});
  const entries = ["main.ts", ...WORKERS.map((worker) => worker.source)];
  await deno(["bundle", "--quiet", "--minify", "--code-splitting", "--outdir", BUNDLE, ...entries]);
  await bundleAlone(CONFIG_SCHEMA);
  for await (const file of walk(BUNDLE)) await edit(file, (text) => escaped(nameMoved(file, text)));
  await Deno.copyFile(new URL(import.meta.resolve(QUICKJS.named)), `${BUNDLE}/${QUICKJS.bundle}`);
  const config = { unstable: ["worker-options", "raw-imports"], lock: false };
  await Deno.writeTextFile(`${BUNDLE}/deno.json`, JSON.stringify(config));
}

/** Puts a module that others import on demand in the place of its chunk, with all that it needs. */
async function bundleAlone({ source, chunk }: { source: string; chunk: RegExp }): Promise<void> {
  const names = [...Deno.readDirSync(BUNDLE)].map(({ name }) => name).filter((name) => chunk.test(name));
  if (names.length !== 1) fail(`expected one chunk of ${source}, found ${names.join(", ") || "none"}`);
  await deno(["bundle", "--quiet", "--minify", "--output", `${BUNDLE}/${names[0]}`, source]);
}

/** A module finds its worker and its file relative to itself: the bundler moves the module, so the name has to move along. */
function nameMoved(file: string, text: string): string {
  for (const { named, bundle } of [...WORKERS, QUICKJS]) {
    const path = relative(dirname(file), `${BUNDLE}/${bundle}`).replaceAll("\\", "/");
    text = text.replaceAll(JSON.stringify(named), JSON.stringify(path.startsWith(".") ? path : `./${path}`));
  }
  return text;
}

/** One character beyond Latin-1 makes V8 keep the whole module in two bytes each; the bundler leaves those of regular expressions. */
function escaped(text: string): string {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  await Deno.writeTextFile(file, change(await Deno.readTextFile(file)));
}

async function* walk(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isDirectory) yield* walk(`${folder}/${entry.name}`);
    else yield `${folder}/${entry.name}`;
  }
}

async function compile(output: string, granted: string[]): Promise<void> {
  const includes = ["--include", BUNDLE];
  const target = values.target ? ["--target", values.target] : [];
  const permissions = ["--no-prompt", "--allow-read", "--allow-write", "--allow-env", ...granted];
  const flags = ["--no-check", "--config", `${BUNDLE}/deno.json`, `--v8-flags=${V8_FLAGS}`];
  const program = `${BUNDLE}/main.js`;
  await deno(["compile", "--quiet", ...flags, ...permissions, ...includes, ...target, "--output", output, program]);
  const { size } = await Deno.stat(output).catch(() => Deno.stat(`${output}.exe`));
  console.log(`${output}: ${(size / 1e6).toFixed(1)} MB`);
}

async function deno(args: string[]): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), { args, stdout: "inherit", stderr: "inherit" }).output();
  if (success) return;
  if (args[0] !== "compile") fail(`deno ${args[0]} failed for ${args.at(-1)}`);
  fail(
    `deno compile failed. It appends the program to a base binary (denort) that Deno downloads for each target; ` +
      `where that download is not possible, name one of the same Deno release line with DENORT_BIN=<path>, ` +
      `or leave out --target to build for this machine`,
  );
}

function fail(message: string): never {
  console.error(`compile: ${message}`);
  Deno.exit(1);
}
