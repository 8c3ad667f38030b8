// Prompts that a user picks in the host: one to write a workflow, one for any saved one, and one for each that comes with odw.
import type { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import { builtInWorkflows } from "../workflows.ts";
import { SCRIPT_GUIDE } from "./guide.ts";
import { anyPlace, type ToolParts } from "./tools.ts";

export function registerPrompts(server: McpServer, parts: ToolParts): void {
  const task = z.string().describe("what shall be done, in words");
  server.registerPrompt("write-workflow", {
    title: "Write an odw workflow",
    description: "How to write a workflow script for a task",
    argsSchema: z.object({ task }),
  }, ({ task }) => user(`${WRITE}\n\nTask: ${task}\n\n${SCRIPT_GUIDE}`));
  server.registerPrompt("run-workflow", {
    title: "Run a saved odw workflow",
    description: "Starts a saved workflow and brings its answer into the chat",
    argsSchema: z.object({ name: z.string(), task }),
  }, async ({ name, task }, context) => {
    const found = (await (await anyPlace(parts, context)).engine.workflows()).find((workflow) =>
      workflow.name === name
    );
    const about = found?.description ?? "There is no workflow of that name; workflow_list names those that are there.";
    return user(startText({ name, about, task }));
  });
  for (const { name, text } of builtInWorkflows) {
    const about = describedIn(text);
    server.registerPrompt(name, {
      title: `odw: ${name}`,
      description: about,
      argsSchema: z.object({ task }),
    }, ({ task }) => user(startText({ name, about, task })));
  }
}

const WRITE =
  "Write an odw workflow script for this task, check it in your head against the rules, and start it with workflow_start.";

function startText({ name, about, task }: { name: string; about: string; task: string }): string {
  return `Run the odw workflow "${name}" for this task. Its arguments are in workflow_list. Start it with workflow_start, ` +
    `wait with workflow_wait, and give only its answer.\n${name}: ${about}\n\nTask: ${task}`;
}

/** The description in a script of our own: read as text, since hosts list prompts before anything may start. */
function describedIn(script: string): string {
  return /\bdescription:\s*"([^"]*)"/.exec(script)?.[1] ?? "";
}

function user(text: string) {
  return { messages: [{ role: "user" as const, content: { type: "text" as const, text } }] };
}
