// Opens the journal it is told, records, exports, imports, checks and deletes runs, and answers with what it found or how it failed.
import { openStore } from "../../src/store/open.ts";
import { SPEC } from "./fixtures.ts";

self.onmessage = async ({ data }: MessageEvent<string>) => {
  try {
    await using store = await openStore(data);
    const id = await store.createRun(SPEC);
    await store.append(id, [{ type: "run_started" }]);
    await store.importRun(store.exportRun(id));
    const large = await store.createRun(SPEC);
    const message = "x".repeat(20_000);
    for (let n = 0; n < 100; n++) await store.append(large, [{ type: "log_written", level: "info", message }]);
    const { sizeBytes } = await store.check();
    await store.deleteRun(large);
    const { problems, sizeBytes: after } = await store.check();
    if (problems.length > 0) throw new Error(problems.join("\n"));
    if (after * 4 > sizeBytes) throw new Error(`a deleted run gave no space back: ${sizeBytes} bytes, then ${after}`);
    self.postMessage((await store.events(id, { after: 0 })).map((event) => event.type).join(" "));
  } catch (error) {
    self.postMessage(String(error));
  }
};
