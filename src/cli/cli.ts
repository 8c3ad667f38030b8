// The command line: argv in, an exit code out. Every error of a command ends here as one message and one number.
import { errorInfo } from "../errors.ts";
import { overview, readCommandLine } from "./command_line.ts";
import { errorText } from "./error_text.ts";
import { EXIT, exitCodeOfError } from "./exit_codes.ts";
import { openPrinter, type Printer } from "./printer.ts";
import type { World } from "./world.ts";

/** Runs one command line (without the program's name) and returns its exit code. Never throws, never ends the process. */
export async function runCli(argv: string[], world: World): Promise<number> {
  const printer = openPrinter(world);
  try {
    return await dispatch(argv, world, printer);
  } catch (error) {
    const info = errorInfo(error);
    await printer.error(errorText(info));
    return exitCodeOfError(info.code);
  }
}

async function dispatch(argv: string[], world: World, printer: Printer): Promise<number> {
  if (argv[0] === "complete" && argv[1] === "--") {
    const { complete } = await import("./complete.ts");
    return await complete(argv.slice(2), { world, printer });
  }
  const line = readCommandLine(argv, world.stdout.columns());
  switch (line.type) {
    case "nothing":
      await printer.err(overview());
      return EXIT.usage;
    case "version":
      await printer.out(`odw ${world.version}\n`);
      return EXIT.ok;
    case "help":
      await printer.out(line.text);
      return EXIT.ok;
    case "invocation": {
      const command = await line.invocation.spec.load();
      return await command.execute(line.invocation, { world, printer });
    }
  }
}
