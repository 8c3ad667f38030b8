// The real coding agents with odw: installed from npm, registered by `odw integrate`, asked for their servers, and given one turn each.
// deno task hosts [name…]: needs npm and its registry, and the executable of `deno task compile`, or ODW_BINARY.
import { join } from "node:path";
import { type Agent, AGENTS, INSPECTOR } from "./hosts/agents.ts";
import { inspectServer } from "./hosts/inspector.ts";
import { RESULT, startLoopbackModel } from "./hosts/loopback_model.ts";
import { type Ended, SandboxHome } from "./hosts/sandbox_home.ts";

const INSTALL_TIMEOUT_MS = 5 * 60_000;
const LIST_TIMEOUT_MS = 60_000;
const TURN_TIMEOUT_MS = 120_000;

interface Row {
  host: string;
  installed: string;
  registered: string;
  listed: string;
  turn: string;
}

const odw = Deno.env.get("ODW_BINARY") ?? join(import.meta.dirname!, "..", "dist", "odw");

async function main(names: string[]): Promise<number> {
  if (!(await Deno.stat(odw).catch(() => null))?.isFile) {
    console.error(`there is no executable ${odw}: make it with deno task compile, or name one in ODW_BINARY`);
    return 2;
  }
  const folder = await Deno.makeTempDir({ prefix: "odw-hosts-" });
  try {
    return await checkAll(folder, names);
  } finally {
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
}

async function checkAll(folder: string, names: string[]): Promise<number> {
  const rows: Row[] = [];
  const isWanted = (name: string) => names.length === 0 || names.includes(name);
  for (const agent of AGENTS) {
    if (isWanted(agent.name)) rows.push(await checkAgent(agent, join(folder, agent.name)));
  }
  if (isWanted("inspector")) rows.push(await checkInspector(join(folder, "inspector")));
  console.table(Object.fromEntries(rows.map(({ host, ...row }) => [host, row])));
  const skipped = rows.filter(({ installed }) => installed !== "yes").map(({ host }) => host);
  if (skipped.length > 0) console.error(`SKIPPED, for npm could not install them: ${skipped.join(", ")}`);
  const wrong = rows.some((row) => Object.values(row).some((cell) => cell.startsWith("no")));
  return wrong ? 1 : 0;
}

async function checkAgent(agent: Agent, folder: string): Promise<Row> {
  const row: Row = { host: agent.name, installed: "yes", registered: "-", listed: "-", turn: "-" };
  const reason = await install(folder, agent.package);
  if (reason !== null) return { ...row, installed: `skipped: ${reason}` };
  await using home = await SandboxHome.make(join(folder, "node_modules", ".bin"));
  if (agent.file) await home.write(agent.file);
  row.registered = verdict(
    await home.run([odw, "integrate", agent.name, "--user"], { timeoutMs: LIST_TIMEOUT_MS }),
    ({ code }) => code === 0,
  );
  const { args, env = {}, shows } = agent.list;
  row.listed = verdict(
    await home.run([agent.program, ...args], { env, timeoutMs: LIST_TIMEOUT_MS }),
    ({ text }) => shows.test(text),
  );
  await using model = startLoopbackModel();
  const turn = agent.turn(model.url);
  row.turn = verdict(
    await home.run([agent.program, ...turn.args], { env: turn.env, timeoutMs: TURN_TIMEOUT_MS }),
    ({ text }) => text.includes(`The workflow says ${RESULT}`) && model.called.length >= 2,
  );
  return row;
}

async function checkInspector(folder: string): Promise<Row> {
  const row: Row = { host: "inspector", installed: "yes", registered: "-", listed: "-", turn: "-" };
  const reason = await install(folder, INSPECTOR.package);
  if (reason !== null) return { ...row, installed: `skipped: ${reason}` };
  await using home = await SandboxHome.make(join(folder, "node_modules", ".bin"));
  return { ...row, ...await inspectServer(home, { program: INSPECTOR.program, odw, timeoutMs: LIST_TIMEOUT_MS }) };
}

/** null: it is there; else why not. */
async function install(folder: string, name: string): Promise<string | null> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(join(folder, "package.json"), '{"private":true}');
  try {
    const { code, stderr } = await new Deno.Command("npm", {
      args: ["install", "--no-audit", "--no-fund", "--loglevel", "error", name],
      cwd: folder,
      stdin: "null",
      signal: AbortSignal.timeout(INSTALL_TIMEOUT_MS),
    }).output();
    return code === 0 ? null : lastLine(new TextDecoder().decode(stderr));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function verdict(ended: Ended, isFine: (ended: Ended) => boolean): string {
  if (isFine(ended)) return "yes";
  console.error(`--- code ${ended.code}\n${ended.text.trim().slice(-2_000)}\n---`);
  return `no: ${lastLine(ended.text) || `exit code ${ended.code}`}`;
}

function lastLine(text: string): string {
  return (text.trim().split("\n").at(-1) ?? "").slice(0, 60);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
