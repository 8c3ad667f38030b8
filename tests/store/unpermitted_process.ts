// Opens the journal named on its command line and prints how that failed.
import { OdwError } from "../../src/errors.ts";
import { openStore } from "../../src/store/open.ts";

try {
  await openStore(Deno.args[0]!);
} catch (error) {
  console.log(error instanceof OdwError ? `${error.code} ${error.message}` : `unexpected: ${error}`);
}
