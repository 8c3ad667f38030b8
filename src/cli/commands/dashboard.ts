// odw dashboard: opens the page of the server that runs on this machine.
import { OdwError } from "../../errors.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { portOf } from "../serve_address.ts";
import { settingsOptions } from "../target.ts";

const TIMEOUT_MS = 5_000;

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  const { options } = invocation;
  const url = `http://127.0.0.1:${portOf(options.port)}`;
  const { settings } = await world.inspect({ providers: false }, await settingsOptions(invocation, world));
  const link = await askForLink(url, await world.token(settings.home));
  if (options.print || !await world.openBrowser(link)) await printer.out(`${link}\n`);
  return EXIT.ok;
}

/** A link that signs a browser in once. Throws OdwError when no server of this home answers there. */
async function askForLink(url: string, token: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/v1/sign-in-links`, {
    method: "POST",
    headers,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
    .catch(() => null);
  if (response?.status === 201) return (await response.json()).url;
  await response?.body?.cancel();
  const found = response === null
    ? "nothing answers there"
    : `what answers there is no odw of this home (status ${response.status})`;
  throw new OdwError("not_found", `cannot open the dashboard on ${url}: ${found}; start it with odw serve --open`);
}
