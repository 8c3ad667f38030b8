// The tools that a script itself may call: `tools.*` in dialect A, `context.tools.*` in dialect B; and plan() or replan().
// Each takes the values of the other dialect's form, or one object: the tool's own input.
((odw) => {
  "use strict";
  const isMeta = odw.options.dialect === "meta";
  const { isArray } = Array;
  const test = odw.uncurry(RegExp.prototype.test);
  // What only a shell understands; a plain command line is started without one.
  const shellSyntax = /[|&;<>()$`*?~\n]|^\s*\w+=/;

  const isObject = (value) => typeof value === "object" && value !== null && !isArray(value);
  const call = (name, input) => {
    try {
      if (!isObject(input)) throw odw.error(`tools.${name}() expects its input as an object`, "TypeError");
      return odw.call("tool", odw.quote(name) + "," + odw.json(input, `tools.${name}() input`));
    } catch (error) {
      return odw.reject(error);
    }
  };
  /** `inputOf`: the tool's input from the values of a call. */
  const tool = (name, inputOf) => (first, second, third) => {
    if (isObject(first)) return call(name, first);
    try {
      return call(name, inputOf(first, second, third));
    } catch (error) {
      return odw.reject(error);
    }
  };
  const withOptions = (input, options) => isObject(options) ? { ...options, ...input } : input;

  const search = tool("grep", (pattern, options) => withOptions({ pattern }, options));
  const commandInput = (command, options) => {
    const { timeout, ...rest } = isObject(options) ? options : {};
    return timeout === undefined || timeout === null ? { ...rest, command } : { ...rest, command, timeout_ms: timeout };
  };
  const runCommand = tool("run_command", commandInput);
  const runBash = tool("run_command", (command, options) => {
    const input = commandInput(command, options);
    const needsShell = input.shell === undefined && test(shellSyntax, odw.text(command));
    return needsShell ? { ...input, shell: true } : input;
  });

  const tools = {
    __proto__: null,
    glob: tool("glob", (pattern, options) => withOptions({ pattern }, options)),
    read_file: tool("read_file", (path, options) => withOptions({ path }, options)),
    write_file: tool("write_file", (path, content) => ({ path, content })),
    search,
    run_bash: runBash,
    runBash,
    git: tool("git", (args) => ({ args })),
    web_fetch: tool("web_fetch", (url, options) => withOptions({ url }, options)),
    web_search: tool("web_search", (query, options) => withOptions({ query }, options)),
  };
  if (isMeta) {
    tools.list_files = tool("list_files", (path) => path === undefined ? {} : { path });
    tools.grep = search;
    tools.edit_file = tool("edit_file", (path, old_string, new_string) => ({ path, old_string, new_string }));
    tools.apply_patch = tool("apply_patch", (patch) => ({ patch }));
    tools.run_command = runCommand;
  }
  // Any tool by its name: those of MCP servers are `server__tool`.
  tools.call = (name, input) => call(odw.text(name), input === undefined ? {} : input);

  const ask = (name, prompt, options) => {
    try {
      if (typeof prompt !== "string" || prompt === "") {
        throw odw.error(`${name}() expects the task as text, found ${odw.text(prompt)}`, "TypeError");
      }
      const { reason, strategy, args } = isObject(options) ? options : {};
      return odw.call("replan", odw.json({ prompt, reason, strategy, args }, `${name}() options`));
    } catch (error) {
      return odw.reject(error);
    }
  };

  odw.tools = tools;
  if (isMeta) {
    odw.define("tools", tools);
    odw.define("plan", function plan(task, options) {
      return ask("plan", task, options);
    });
    return;
  }
  odw.define("replan", function replan(prompt, options) {
    return ask("replan", prompt, options);
  });
});
