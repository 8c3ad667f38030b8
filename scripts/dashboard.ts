// Bundles the dashboard's script into one file, which is part of the sources: whoever changes the page runs this.
//   deno task dashboard [--output <file>]
import { parseArgs } from "node:util";

const BUNDLE = "src/server/dashboard/bundle.js";

const { values } = parseArgs({ options: { output: { type: "string", default: BUNDLE } } });
const args = [
  "bundle",
  "--quiet",
  "--minify",
  "--platform",
  "browser",
  "--output",
  values.output,
  "src/server/dashboard/main.js",
];
const { success } = await new Deno.Command(Deno.execPath(), { args, stdout: "inherit", stderr: "inherit" }).output();
if (!success) Deno.exit(1);
