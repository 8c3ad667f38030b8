// Records steps until it is killed; prints each one whose record is committed.
import { openStore } from "../../src/store/open.ts";
import { completed, SPEC, started } from "./fixtures.ts";

const store = await openStore(Deno.args[0]!);
const id = await store.createRun(SPEC);
for (let i = 0;; i++) {
  await store.append(id, [started(`${i}#0`)]);
  await store.append(id, [completed(`${i}#0`)]);
  console.log(`${i}#0`);
}
