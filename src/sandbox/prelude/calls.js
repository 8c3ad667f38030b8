// The globals that reach the host: agent, workflow, ask, phase, log, args, budget, checkpoint.
((odw) => {
  "use strict";
  const { options } = odw;
  const isMeta = options.dialect === "meta";
  const isFinite = Number.isFinite;
  const { freeze } = Object;
  const { isArray } = Array;

  const agentWithOptions = (prompt, opts) => {
    try {
      const isText = typeof prompt === "string";
      const text = isText ? prompt : odw.text(prompt);
      const body = odw.quote(text) + "," + (odw.json(opts, "agent() options") ?? "null");
      // In a branch of race() the engine must know that the call may be cancelled.
      const isRacing = odw.branch !== undefined && odw.branch !== null;
      if (isRacing) return odw.call("agent", body + (isText ? ",false,true" : ",true,true"));
      return odw.call("agent", isText ? body : body + ",true");
    } catch (error) {
      return odw.reject(error);
    }
  };
  const agentWithTask = (task) => {
    if (typeof task !== "object" || task === null || task.prompt === undefined || task.prompt === null) {
      const found = typeof task === "object" ? "no prompt" : `a ${typeof task}`;
      const message = `agent() expects one object with a prompt, found ${found}: agent({ prompt: "…" })`;
      return odw.reject(odw.error(message, "TypeError"));
    }
    const { prompt, ...opts } = task;
    return agentWithOptions(prompt, opts);
  };
  odw.agent = isMeta
    ? function agent(prompt, opts) {
      return agentWithOptions(prompt, opts);
    }
    : function agent(task) {
      return agentWithTask(task);
    };
  odw.define("agent", odw.agent);

  const workflowRef = (ref) => {
    if (typeof ref === "string" && ref !== "") return { name: ref };
    if (typeof ref === "object" && ref !== null) {
      if (typeof ref.scriptPath === "string") return { scriptPath: ref.scriptPath };
      if (typeof ref.name === "string") return { name: ref.name };
    }
    throw odw.error(
      `workflow() expects a name or { scriptPath } as the first argument, found ${odw.text(ref)}`,
      "TypeError",
    );
  };
  odw.define("workflow", function workflow(nameOrRef, args) {
    try {
      const ref = odw.json(workflowRef(nameOrRef), "workflow() reference");
      const text = args === undefined ? undefined : odw.json(args, "workflow() args");
      return odw.call("workflow", text === undefined ? ref : ref + "," + text);
    } catch (error) {
      return odw.reject(error);
    }
  });

  const questionOf = (question, { choices, default: fallback } = {}) => {
    const asked = { text: odw.text(question) };
    if (choices !== undefined) {
      if (!isArray(choices)) throw odw.error("ask() expects choices as an array of texts", "TypeError");
      asked.choices = [];
      for (let i = 0; i < choices.length; i++) asked.choices[i] = odw.text(choices[i]);
    }
    if (fallback !== undefined) asked.default = odw.text(fallback);
    return asked;
  };
  odw.define("ask", function ask(question, opts) {
    try {
      return odw.call("ask", odw.json(questionOf(question, opts ?? {}), "ask() question"));
    } catch (error) {
      return odw.reject(error);
    }
  });

  odw.define("phase", function phase(title) {
    odw.phase = odw.text(title);
    odw.post('["phase",' + odw.quote(odw.phase) + "]");
  });

  const levels = { __proto__: null, debug: "debug", info: "info", warn: "warn", warning: "warn", error: "error" };
  odw.define(
    "log",
    isMeta
      ? function log(...values) {
        odw.log("info", odw.format(values));
      }
      : function log(message, level = "info") {
        odw.log(levels[odw.text(level)] ?? "info", odw.text(message));
      },
  );

  odw.define("checkpoint", function checkpoint(data) {
    const isNamed = typeof data === "object" && data !== null && typeof data.phase === "string";
    const key = isNamed ? data.phase : odw.phase ?? "checkpoint";
    odw.post('["checkpoint",' + odw.quote(key) + "," + (odw.json(data, "checkpoint() value") ?? "null") + "]");
    return null;
  });

  const { totalTokens, totalCostUsd, earlierTokens } = options;
  const remaining = () => {
    if (totalTokens === null) return Infinity;
    const left = totalTokens - earlierTokens - odw.spentTokens;
    return left > 0 ? left : 0;
  };
  const percent = (spent, total) => total === null || !(total > 0) ? 0 : spent / total * 100;
  const percentUsed = () => {
    const tokens = percent(odw.spentTokens, totalTokens);
    const cost = percent(odw.spentCostUsd, totalCostUsd);
    const used = tokens > cost ? tokens : cost;
    return isFinite(used) ? used : 100;
  };
  if (isMeta) {
    odw.define("budget", freeze({ total: totalTokens, spent: () => odw.spentTokens, remaining }));
    odw.define("args", options.args);
    return;
  }
  odw.define("budget", function budget() {
    return {
      tokensUsed: odw.spentTokens,
      costUSD: odw.spentCostUsd,
      maxTokens: totalTokens,
      maxCostUSD: totalCostUsd,
      percentUsed: percentUsed(),
    };
  });
  const given = options.args === undefined ? {} : options.args;
  odw.define("args", function args() {
    return given;
  });
  odw.context = { tools: odw.tools, strategy: null, args: given };
});
