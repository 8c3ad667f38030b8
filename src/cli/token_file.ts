// The server's secret on disk: ODW_HOME/token, readable by its user alone.
import { OdwError } from "../errors.ts";

/** Makes it at the first call; of two processes that do, both get the one that was written first. */
export async function readToken(home: string): Promise<string> {
  const path = `${home}/token`;
  const found = await readText(path);
  if (found !== null) return checked(found, path);
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const token = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  await Deno.mkdir(home, { recursive: true, mode: 0o700 });
  try {
    await Deno.writeTextFile(path, `${token}\n`, { createNew: true, mode: 0o600 });
    return token;
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    return checked(await readText(path) ?? "", path);
  }
}

async function readText(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function checked(text: string, path: string): string {
  const token = text.trim();
  if (/^\S{32,}$/.test(token)) return token;
  throw new OdwError("config", `${path} holds no token of 32 characters or more: delete it, and odw makes a new one`);
}
