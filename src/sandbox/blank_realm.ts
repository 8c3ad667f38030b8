// A QuickJS realm with the prelude compiled but not yet told which script it will run: what can be done before that is known.
import type { QuickJSContext, QuickJSHandle, QuickJSRuntime, QuickJSWASMModule } from "quickjs-emscripten-core";
import border from "./prelude/border.js" with { type: "text" };
import calls from "./prelude/calls.js" with { type: "text" };
import clone from "./prelude/clone.js" with { type: "text" };
import condense from "./prelude/condense.js" with { type: "text" };
import fanOut from "./prelude/fan_out.js" with { type: "text" };
import judge from "./prelude/judge.js" with { type: "text" };
import machine from "./prelude/machine.js" with { type: "text" };
import race from "./prelude/race.js" with { type: "text" };
import realm from "./prelude/realm.js" with { type: "text" };
import text from "./prelude/text.js" with { type: "text" };
import tools from "./prelude/tools.js" with { type: "text" };
import untilDry from "./prelude/until_dry.js" with { type: "text" };
import verify from "./prelude/verify.js" with { type: "text" };

/** In the order of installation: each file is one function that gets the prelude's own object and the setup's text. */
const PRELUDE = {
  ...{ border, text, realm, race, tools, calls, fanOut, condense, verify },
  ...{ judge, untilDry, clone, machine },
};

export interface BlankRealm {
  quickjs: QuickJSWASMModule;
  runtime: QuickJSRuntime;
  context: QuickJSContext;
  /** The prelude's functions; whoever calls them disposes them. */
  installers: QuickJSHandle[];
}

/** The caller owns all of it. */
export function openBlankRealm(quickjs: QuickJSWASMModule): BlankRealm {
  const runtime = quickjs.newRuntime();
  const context = runtime.newContext();
  const installers = Object.entries(PRELUDE).map(([name, code]) =>
    context.unwrapResult(context.evalCode(code, `odw:${name}`))
  );
  return { quickjs, runtime, context, installers };
}
