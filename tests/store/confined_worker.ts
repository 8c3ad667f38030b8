// Opens the journal it is told, records, exports, imports and checks one run, and answers with what it found or how it failed.
import { openStore } from "../../src/store/open.ts";
import { SPEC } from "./fixtures.ts";

self.onmessage = async ({ data }: MessageEvent<string>) => {
  try {
    await using store = await openStore(data);
    const id = await store.createRun(SPEC);
    await store.append(id, [{ type: "run_started" }]);
    await store.importRun(store.exportRun(id));
    const { problems } = await store.check();
    if (problems.length > 0) throw new Error(problems.join("\n"));
    self.postMessage((await store.events(id, { after: 0 })).map((event) => event.type).join(" "));
  } catch (error) {
    self.postMessage(String(error));
  }
};
