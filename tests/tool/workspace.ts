// A real workspace in a temporary folder, with the tools of the room over it.
import { join } from "node:path";
import type { Grants, Settings } from "../../src/config.ts";
import type { Json, JsonObject } from "../../src/json.ts";
import { openTools } from "../../src/tool/open.ts";
import type { ApprovalRequest, ToolContext, ToolResult, Tools } from "../../src/tool.ts";
import { NO_PROGRAMS } from "../no_tools.ts";
import { settingsWith } from "../provider/settings.ts";

export interface WorkspaceOptions {
  /** "write": the whole workspace may be written. */
  grants?: Partial<Grants> | "write";
  settings?: Partial<Settings>;
}

/** Files by their paths; the folder is gone when it is disposed of. */
export class Workspace implements AsyncDisposable {
  readonly folder: string;
  readonly root: string;
  readonly home: string;
  readonly tools: Tools;
  /** What the user was asked, and what the user answers. */
  readonly asked: ApprovalRequest[] = [];
  answer = false;
  permitted = 0;

  constructor(files: Record<string, string | Uint8Array>, options: WorkspaceOptions = {}) {
    this.folder = Deno.realPathSync(Deno.makeTempDirSync());
    this.root = join(this.folder, "project");
    this.home = join(this.folder, "home");
    Deno.mkdirSync(this.root);
    Deno.mkdirSync(this.home);
    for (const [path, content] of Object.entries(files)) this.put(path, content);
    const granted = options.grants === "write" ? { write: [this.root] } : options.grants ?? {};
    const settings = settingsWith([], {
      cwd: this.root,
      home: this.home,
      grants: { write: [], run: [], web: [], mcp: [], approve: [], ...granted },
      ...options.settings,
    });
    this.tools = openTools({ settings, programs: NO_PROGRAMS });
  }

  put(path: string, content: string | Uint8Array): void {
    const file = join(this.root, path);
    Deno.mkdirSync(join(file, ".."), { recursive: true });
    if (typeof content === "string") Deno.writeTextFileSync(file, content);
    else Deno.writeFileSync(file, content);
  }

  text(path: string): string {
    return Deno.readTextFileSync(join(this.root, path));
  }

  has(path: string): boolean {
    try {
      return Deno.lstatSync(join(this.root, path)) !== null;
    } catch {
      return false;
    }
  }

  async call(name: string, input: Json, overrides: Partial<ToolContext> = {}): Promise<ToolResult> {
    return await this.tools.call(name, input, {
      root: this.root,
      signal: new AbortController().signal,
      approve: (request) => {
        this.asked.push(request);
        return Promise.resolve(this.answer);
      },
      onPermitted: () => {
        this.permitted++;
        return Promise.resolve();
      },
      ...overrides,
    });
  }

  /** The value of a call that must succeed. */
  async value(name: string, input: JsonObject): Promise<Json> {
    const result = await this.call(name, input);
    if (result.isError) throw new Error(`${name} failed: ${result.content}`);
    return result.value ?? null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tools[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}
