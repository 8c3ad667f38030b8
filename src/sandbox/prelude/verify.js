// verify(): independent critics judge one target. A critic that died counts as not verified, and the result says so.
((odw) => {
  "use strict";
  const isMeta = odw.options.dialect === "meta";
  const { isArray } = Array;
  const { runBash } = odw.tools;
  const { ceil } = Math;
  const VERDICT = {
    type: "object",
    properties: {
      approved: { type: "boolean" },
      confidence: { type: "number", minimum: 0, maximum: 1 },
      critique: { type: "string" },
      rejectedItems: { type: "array", items: {} },
    },
    required: ["approved", "confidence"],
  };
  const MODES = ["adversarial", "consensus", "test-gated"];
  const MOST_OUTPUT_CHARS = 8000;

  const read = (given) => {
    const { target, critics, mode = "adversarial", minConfidence = 0, maxChars = 20000 } = given ?? {};
    if (target === undefined || target === null) {
      throw odw.error("verify() needs a target: verify({ target, critics })", "TypeError");
    }
    if (!isArray(critics) || critics.length === 0) {
      throw odw.error(
        'verify() needs one or more critics: verify({ target, critics: [{ prompt: "…" }] })',
        "TypeError",
      );
    }
    for (let i = 0; i < critics.length; i++) {
      const prompt = typeof critics[i] === "string" ? critics[i] : critics[i]?.prompt;
      if (typeof prompt !== "string" || prompt === "") {
        throw odw.error(`verify() critics[${i}] has no prompt`, "TypeError");
      }
    }
    let isMode = false;
    for (let i = 0; i < MODES.length; i++) isMode ||= MODES[i] === mode;
    if (!isMode) {
      throw odw.error(
        `verify() mode must be adversarial, consensus or test-gated, found ${odw.text(mode)}`,
        "TypeError",
      );
    }
    if (mode === "test-gated" && (typeof given.testCommand !== "string" || given.testCommand === "")) {
      throw odw.error('verify() in mode test-gated needs testCommand, such as "npm test"', "TypeError");
    }
    const threshold = given.consensusThreshold ?? ceil(critics.length / 2);
    if (!(typeof threshold === "number" && threshold >= 1)) {
      throw odw.error(
        `verify() consensusThreshold must be a number of 1 or more, found ${odw.text(threshold)}`,
        "RangeError",
      );
    }
    return { target, critics, mode, minConfidence, maxChars, threshold };
  };

  const askCritic = (critic, shown) => {
    const { prompt, role, label, ...options } = typeof critic === "string" ? { prompt: critic } : critic;
    const text = `${prompt}\n\n${shown}`;
    if (!isMeta) return odw.agent({ schema: VERDICT, ...options, role, prompt: text });
    return odw.agent(text, { schema: VERDICT, system: role, ...options, label: label ?? role });
  };
  const dead = (error) => ({ approved: false, confidence: 0, error });
  const verdictOf = async (critic, shown) => {
    try {
      const answer = await askCritic(critic, shown);
      if (answer === null) return dead("the critic gave no answer: see the failures of this run");
      const confidence = typeof answer.confidence === "number" ? answer.confidence : 0;
      return { ...answer, approved: answer.approved === true, confidence };
    } catch (error) {
      return dead(odw.messageOf(error));
    }
  };

  const count = (verdicts, minConfidence) => {
    const counted = { approvals: 0, rejections: 0, unverified: 0, refusals: 0, rejectedItems: [] };
    for (let i = 0; i < verdicts.length; i++) {
      const { approved, confidence, error, rejectedItems } = verdicts[i];
      if (error !== undefined) counted.unverified++;
      if (confidence < minConfidence) continue;
      if (approved) counted.approvals++;
      else counted.rejections++;
      if (!approved && error === undefined) counted.refusals++;
      if (approved || !isArray(rejectedItems)) continue;
      for (let j = 0; j < rejectedItems.length; j++) {
        counted.rejectedItems[counted.rejectedItems.length] = rejectedItems[j];
      }
    }
    return counted;
  };

  /** A test that may not run, or does not end, has not passed. */
  const runTest = async ({ testCommand, testTimeout }) => {
    const shown = { testCommand, testExitCode: null, testOutput: "" };
    try {
      const { stdout, stderr, exitCode, timedOut } = await runBash(testCommand, { timeout: testTimeout });
      const output = odw.compact(`${stdout ?? ""}${stderr ?? ""}`, { maxChars: MOST_OUTPUT_CHARS });
      const ended = { ...shown, testExitCode: exitCode ?? null, testOutput: output };
      return timedOut ? { ...ended, testExitCode: null, testError: `${testCommand} did not end in time` } : ended;
    } catch (error) {
      return { ...shown, testError: odw.messageOf(error) };
    }
  };

  const judge = (mode, { approvals, rejections, unverified, refusals }, { threshold, total }) => {
    const isConsensus = mode === "consensus";
    const holds = isConsensus ? approvals >= threshold : rejections < threshold;
    // Whoever answered is enough to fail it, whatever the dead would have said.
    const refuted = isConsensus ? approvals + unverified < threshold : refusals >= threshold;
    return { passed: holds && unverified < total, refuted };
  };

  const run = async (given) => {
    const { target, critics, mode, minConfidence, maxChars, threshold } = read(given);
    const shown = odw.json(odw.compact(target, { maxChars }), "verify() target");
    const testing = mode === "test-gated" ? runTest(given) : null;
    const verdicts = await odw.runSlots(critics.length, Infinity, (index) => verdictOf(critics[index], shown));
    const counted = count(verdicts, minConfidence);
    const test = testing === null ? {} : await testing;
    const isTested = testing === null || (test.testExitCode === 0 && test.testError === undefined);
    const isTestRed = testing !== null && test.testExitCode !== null && test.testExitCode !== 0;
    const { passed, refuted } = judge(mode, counted, { threshold, total: critics.length });
    const { approvals, rejections, rejectedItems, unverified } = counted;
    return {
      ...{ passed: passed && isTested, mode, approvals, rejections, threshold, rejectedItems, verdicts, target },
      ...{ unverified, refuted: refuted || isTestRed, ...test },
    };
  };
  odw.define("verify", function verify(options) {
    return odw.watch(run(options));
  });
});
