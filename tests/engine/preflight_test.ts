// What is found wrong before a run starts, and the limits that it starts with.
import assert from "node:assert/strict";
import { changedLimits, checkModels, checkPrices, resolveLimits } from "../../src/engine/preflight.ts";
import { OdwError } from "../../src/errors.ts";
import type { Provider } from "../../src/provider.ts";
import type { RunLimits } from "../../src/run.ts";
import type { ParsedScript } from "../../src/sandbox.ts";

const LIMITS: RunLimits = { concurrency: 16, agents: 10, tokens: null, costUsd: null, timeoutMs: null, hard: false };

function script(text: string, models: string[] = [], dialect: ParsedScript["dialect"] = "meta"): ParsedScript {
  return { text, file: "x.js", dialect, meta: null, models };
}

/** Knows the prices of `known`; has no key for `keyless`. */
const provider: Provider = {
  route(model = "known") {
    if (model === "keyless") throw new OdwError("config", "set KEY");
    return { provider: "far", modelId: model, lane: "far", concurrency: 1 };
  },
  generate: () => Promise.reject(new Error("no call before the start")),
  cost: (model) => model === "far/known" ? 0 : null,
  models: () => Promise.resolve([]),
};

Deno.test("a model without a key is reported before the start, wherever the script names it", () => {
  assert.throws(() => checkModels(script("agent('x')"), "keyless", provider), /set KEY/);
  assert.throws(() => checkModels(script("agent('x')", ["known", "keyless"]), null, provider), /set KEY/);
  checkModels(script("return 1"), "keyless", provider);
});

Deno.test("a cost budget that was asked for refuses a model of unknown price, and names the setting", () => {
  const limits = { ...LIMITS, costUsd: 2 };
  for (const [model, models] of [["new-model", []], [null, ["new-model"]]] as const) {
    assert.throws(() => checkPrices(script("agent('x')", [...models]), { model, limits }, provider), (error) => {
      assert.ok(error instanceof OdwError);
      assert.equal(error.code, "config");
      assert.match(error.message, /budget of \$2 cannot hold for far\/new-model.*prices\["far\/new-model"\]/);
      return true;
    });
  }
  checkPrices(script("agent('x')", ["known"]), { model: null, limits }, provider);
});

Deno.test("without a cost budget, or under dialect B's own, an unknown price is no obstacle", () => {
  const asked = script("agent('x')", [], "execute");
  checkPrices(asked, { model: "new-model", limits: LIMITS }, provider);
  checkPrices(asked, { model: "new-model", limits: resolveLimits(asked, {}, LIMITS) }, provider);
});

Deno.test("limits are those asked for, else the configured ones, else dialect B's own", () => {
  const b = script("", [], "execute");
  const own = resolveLimits(b, {}, LIMITS);
  assert.deepEqual([own.tokens, own.costUsd, own.isCostDefault, own.hard], [1_000_000, 50, true, false]);
  const configured = resolveLimits(b, {}, { ...LIMITS, costUsd: 50, hard: true });
  assert.deepEqual([configured.costUsd, configured.isCostDefault, configured.hard], [50, undefined, true]);
  const asked = resolveLimits(b, { costUsd: 3, tokens: 5, hard: false }, { ...LIMITS, hard: true });
  assert.deepEqual([asked.costUsd, asked.tokens, asked.isCostDefault, asked.hard], [3, 5, undefined, false]);
  assert.deepEqual(resolveLimits(script(""), {}, LIMITS), LIMITS);
});

Deno.test("a resumed run keeps its limits but for those given anew, and a cost budget given anew was asked for", () => {
  const before = resolveLimits(script("", [], "execute"), { agents: 7 }, LIMITS);
  const after = changedLimits(before, { costUsd: 50 });
  assert.deepEqual([after.agents, after.costUsd, after.isCostDefault], [7, 50, undefined]);
  assert.equal(changedLimits(before, { tokens: 5 }).isCostDefault, true);
});
