import assert from "node:assert/strict";
import { readArgs } from "../../src/cli/script_args.ts";
import { fakeWorld } from "./fake_world.ts";

const files = {
  "/project/a.md": "A",
  "/project/docs": "folder",
  "/project/docs/b.md": "B",
  "/project/docs/.hidden.md": "hidden",
  "/project/docs/picture.png": new Uint8Array([0x89, 0x50, 0]),
  "/project/docs/node_modules": "folder",
  "/project/docs/node_modules/c.md": "C",
  "/project/docs/sub": "folder",
  "/project/docs/sub/d.md": "D",
};

const world = fakeWorld({ files });

Deno.test("--files gives path and text, folders walked, what is hidden or no text passed over", async () => {
  assert.deepEqual(await readArgs({ words: [], files: ["a.md", "docs"] }, world), {
    files: [
      { path: "a.md", text: "A" },
      { path: "docs/b.md", text: "B" },
      { path: "docs/sub/d.md", text: "D" },
    ],
  });
});

Deno.test("--files joins the members of --arg and --args, and refuses args that are no object", async () => {
  const file = { path: "a.md", text: "A" };
  assert.deepEqual(await readArgs({ words: [], arg: ["n=1"], files: ["a.md"] }, world), { n: 1, files: [file] });
  assert.deepEqual(await readArgs({ words: [], args: `{"n":1}`, files: ["a.md"] }, world), { n: 1, files: [file] });
  await assert.rejects(readArgs({ words: ["text"], files: ["a.md"] }, world), /must be an object/);
});

Deno.test("--files refuses a named file that is missing or no text, and a folder without any", async () => {
  await assert.rejects(readArgs({ words: [], files: ["gone.md"] }, world), /gone\.md.*no such file/);
  await assert.rejects(readArgs({ words: [], files: ["docs/picture.png"] }, world), /binary/);
  await assert.rejects(readArgs({ words: [], files: ["docs/node_modules/empty"] }, world), /no such file/);
});
