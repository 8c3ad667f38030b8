// Opens the journal named on its command line, records a run, and prints how that failed.
import { OdwError } from "../../src/errors.ts";
import { openStore } from "../../src/store/open.ts";
import { SPEC } from "./fixtures.ts";

try {
  await using store = await openStore(Deno.args[0]!);
  await store.createRun(SPEC);
  console.log("no failure");
} catch (error) {
  console.log(error instanceof OdwError ? `${error.code} ${error.message}` : `unexpected: ${error}`);
}
