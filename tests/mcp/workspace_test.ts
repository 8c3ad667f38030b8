// The workspace of a run that a host starts: the host's folder.
import assert from "node:assert/strict";
import type { Client } from "@modelcontextprotocol/client";
import { ERAS } from "../end_to_end/mcp_host.ts";
import { openServer } from "./opened_server.ts";

function rooted(roots: () => string[], asked: { count: number }) {
  return {
    capabilities: { roots: { listChanged: true } },
    prepare(client: Client) {
      client.setRequestHandler("roots/list", () => {
        asked.count++;
        return { roots: roots().map((uri) => ({ uri })) };
      });
    },
  };
}

for (const era of ERAS) {
  Deno.test(`the first folder of a host of ${era} is the workspace, asked for once`, async () => {
    const asked = { count: 0 };
    const roots = () => ["file:///home/ann/my%20project", "file:///other"];
    await using opened = await openServer({}, { era, ...rooted(roots, asked) });
    await opened.client.listTools();
    assert.equal(asked.count, 0, "nothing is asked before a tool is called");
    await opened.call("workflow_start", { name: "compare" });
    await opened.call("workflow_status", { run_id: "last" });
    assert.deepEqual(opened.folders, ["/home/ann/my project", "/home/ann/my project"]);
    assert.equal(opened.launched[0]?.[1], "/home/ann/my project");
    assert.equal(asked.count, 1);
    assert.equal(opened.engine.created.length, 1, "the round that asked for the folder started nothing");
  });

  Deno.test(`without folders a host of ${era} works where it started odw`, async () => {
    await using silent = await openServer({}, { era });
    await silent.call("workflow_list");
    await using empty = await openServer({}, { era, ...rooted(() => [], { count: 0 }) });
    await empty.call("workflow_list");
    assert.deepEqual([silent.folders, empty.folders], [[undefined], [undefined]]);
  });
}

Deno.test("a host that changes its folder is asked again", async () => {
  const asked = { count: 0 };
  let root = "file:///one";
  await using opened = await openServer({}, rooted(() => [root], asked));
  await opened.call("workflow_list");
  root = "file:///two";
  await opened.client.sendRootsListChanged();
  await opened.call("workflow_list");
  assert.deepEqual(opened.folders, ["/one", "/two"]);
});

Deno.test("a host that promises folders and then fails to tell them works where it started odw", async () => {
  await using opened = await openServer({}, {
    capabilities: { roots: {} },
    prepare: (client) => client.setRequestHandler("roots/list", () => Promise.reject(new Error("no"))),
  });
  const { isError } = await opened.call("workflow_list");
  assert.equal(isError, false);
  assert.deepEqual(opened.folders, [undefined]);
});
