// odw serve: the local endpoint, until Ctrl-C.
import type { Endpoint, ServeOptions, StopMode } from "../../server.ts";
import { OdwError } from "../../errors.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { listenForHangup, listenForInterrupts } from "../interrupts.ts";
import { printNotices } from "../notices.ts";
import { isLoopback, LOOPBACK_NAMES, portOf } from "../serve_address.ts";
import { commandNeed, settingsOptions } from "../target.ts";
import type { Connection, World } from "../world.ts";

export async function execute(invocation: Invocation, context: CommandContext): Promise<number> {
  const { world, printer } = context;
  const { options } = invocation;
  const hostname = typeof options.host === "string" ? options.host : "127.0.0.1";
  const port = portOf(options.port);
  const tls = await readTls(options, world);
  refuseOpenServer(hostname, { hasTls: tls !== null, isInsecure: options.insecure === true });
  using interrupts = listenForInterrupts(world);
  using hangup = listenForHangup(world);
  const need = { ...commandNeed(invocation), listen: `${hostname}:${port}` };
  const connection = await world.connect(need, await settingsOptions(invocation, world));
  await using _engine = connection.engine;
  await printNotices(connection, printer);
  const { url } = await connection.endpoint.serve({
    ...{ hostname, port, tls },
    token: await world.token(connection.settings.home),
    hosts: hostsOf(hostname, options.allowHost),
    onClientGone: options.onClientGone === "leave" ? "leave" : "cancel",
    version: world.version,
  });
  await printer.note(`listening on ${url}; the token is in ${connection.settings.home}/token`);
  if (options.resume) await resumeInterrupted(connection, context);
  if (options.open) await openBrowser(connection.endpoint, context);
  await Promise.race([interrupts.first, hangup.happened, connection.crashed]);
  return await stop(connection.endpoint, {
    mode: options.onStop === "finish" ? "finish" : "leave",
    interrupts,
    context,
  });
}

interface Stopping {
  mode: StopMode;
  interrupts: { second: Promise<unknown> };
  context: CommandContext;
}

async function stop(endpoint: Endpoint, { mode, interrupts, context: { printer } }: Stopping): Promise<number> {
  const what = mode === "finish" ? "waiting for its runs to end" : "its runs pause when their agents have ended";
  await printer.note(`stopping: ${what}; press Ctrl-C again to stop at once`);
  await Promise.race([endpoint.stopServing(mode), interrupts.second]);
  return EXIT.ok;
}

async function readTls(options: Invocation["options"], world: World): Promise<ServeOptions["tls"]> {
  const { tlsCert, tlsKey } = options;
  if (typeof tlsCert !== "string" && typeof tlsKey !== "string") return null;
  if (typeof tlsCert !== "string" || typeof tlsKey !== "string") {
    throw new OdwError("usage", "--tls-cert and --tls-key go together: give both");
  }
  const read = async (path: string) => new TextDecoder().decode(await world.readFile(path));
  return { cert: await read(tlsCert), key: await read(tlsKey) };
}

/** A token that goes over a network in the clear is no secret. */
function refuseOpenServer(hostname: string, { hasTls, isInsecure }: { hasTls: boolean; isInsecure: boolean }): void {
  if (isLoopback(hostname) || hasTls || isInsecure) return;
  throw new OdwError(
    "usage",
    `--host ${hostname} can be reached from other machines: give --tls-cert and --tls-key, or --insecure to send the token in the clear`,
  );
}

function hostsOf(hostname: string, allowed: unknown): string[] {
  const named = Array.isArray(allowed) ? allowed.map(String) : [];
  const own = hostname === "0.0.0.0" || hostname === "::" ? [] : [hostname.includes(":") ? `[${hostname}]` : hostname];
  return [...new Set([...own, ...LOOPBACK_NAMES, ...named].map((name) => name.toLowerCase()))];
}

async function resumeInterrupted({ engine }: Connection, { printer }: CommandContext): Promise<void> {
  for (const { id } of await engine.list({ status: ["interrupted"] })) {
    try {
      await engine.resume({ ref: id, onAsk: "wait" });
      await printer.note(`resumed ${id}`);
    } catch (error) {
      await printer.warn(`cannot resume ${id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

async function openBrowser(endpoint: Endpoint, { world, printer }: CommandContext): Promise<void> {
  const link = await endpoint.signInLink();
  if (!await world.openBrowser(link)) await printer.note(`open this once in a browser: ${link}`);
}
