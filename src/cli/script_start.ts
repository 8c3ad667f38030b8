// Starting what the command line named: a name that no workflow has is answered with those that there are.
import { resolve } from "node:path";
import type { Engine, StartRequest } from "../engine.ts";
import { OdwError } from "../errors.ts";
import type { Run } from "../run.ts";
import { unknownWorkflow } from "./unknown_workflow.ts";
import type { World } from "./world.ts";

/** `start`: the engine's start or create. */
export async function startWorkflow(
  request: StartRequest,
  { engine, world, start }: { engine: Engine; world: World; start: (request: StartRequest) => Promise<Run> },
): Promise<Run> {
  try {
    return await start(request);
  } catch (error) {
    if (!("name" in request.script) || !(error instanceof OdwError) || error.code !== "not_found") throw error;
    const { name } = request.script;
    const info = await world.stat(resolve(world.cwd, name)).catch(() => null);
    throw await unknownWorkflow({ name, isDirectory: info?.isDirectory === true }, engine, error);
  }
}
