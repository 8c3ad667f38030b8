// judge(): the best of several candidates. Every judge reads them twice, in one order and in its mirror, so that a place gives no advantage.
((odw) => {
  "use strict";
  if (odw.options.dialect !== "meta") return;
  const { isArray } = Array;
  const { floor } = Math;
  const MOST_SCORE = 10;
  const HEAD =
    "You judge candidates by a rubric. Judge each one by itself and use the whole scale from 0 to 10. Their order means nothing.";

  const schemaOf = (count) => ({
    type: "object",
    properties: {
      scores: {
        type: "array",
        minItems: count,
        maxItems: count,
        items: {
          type: "object",
          properties: {
            candidate: { type: "integer", minimum: 1, maximum: count },
            score: { type: "number", minimum: 0, maximum: MOST_SCORE },
            reason: { type: "string" },
          },
          required: ["candidate", "score", "reason"],
        },
      },
    },
    required: ["scores"],
  });

  /** Indexes of the candidates as one reading shows them: each judge begins elsewhere, and its second reading is the mirror. */
  const orderOf = (usable, { judge, judges, isMirror }) => {
    const count = usable.length;
    const start = floor(judge * count / judges);
    const order = [];
    for (let i = 0; i < count; i++) order[i] = usable[(start + (isMirror ? count - 1 - i : i)) % count];
    return order;
  };

  const promptOf = (candidates, rubric, { order, maxChars }) => {
    let text = `${HEAD}\n\nRubric:\n${rubric}`;
    for (let i = 0; i < order.length; i++) {
      const shown = odw.compact(candidates[order[i]], { maxChars: floor(maxChars / order.length) });
      text += `\n\n## Candidate ${i + 1}\n${typeof shown === "string" ? shown : odw.json(shown, "judge() candidate")}`;
    }
    return text;
  };

  /** Scores by the index of the candidate; throws when one is missing. */
  const scoresOf = (answer, order, total) => {
    const scores = [];
    for (let i = 0; i < total; i++) scores[i] = null;
    for (let i = 0; i < answer.scores.length; i++) {
      const { candidate, score } = answer.scores[i];
      const index = order[candidate - 1];
      if (index !== undefined) scores[index] = score;
    }
    for (let i = 0; i < order.length; i++) {
      if (scores[order[i]] === null) throw odw.error(`the judge gave no score to candidate ${i + 1}`, "Error");
    }
    return scores;
  };

  const bestOf = (scores) => {
    let best = -1;
    for (let i = 0; i < scores.length; i++) {
      if (scores[i] !== null && (best < 0 || scores[i] > scores[best])) best = i;
    }
    return best;
  };

  const meanScores = (verdicts, total) => {
    const means = [];
    for (let i = 0; i < total; i++) {
      let sum = 0;
      let count = 0;
      for (let v = 0; v < verdicts.length; v++) {
        if (verdicts[v].error !== undefined || verdicts[v].scores[i] === null) continue;
        sum += verdicts[v].scores[i];
        count++;
      }
      means[i] = count === 0 ? null : sum / count;
    }
    return means;
  };

  /** How many of the living verdicts put this candidate first; a shared first place is one. */
  const agreementOn = (index, verdicts) => {
    let alive = 0;
    let agreeing = 0;
    for (let v = 0; v < verdicts.length; v++) {
      const { error, scores } = verdicts[v];
      if (error !== undefined) continue;
      alive++;
      if (scores[index] === scores[bestOf(scores)]) agreeing++;
    }
    return alive === 0 ? 0 : agreeing / alive;
  };

  const read = (candidates, rubric, { judges = 3, maxChars = 20000 }) => {
    if (!isArray(candidates) || candidates.length === 0) {
      throw odw.error("judge() expects one or more candidates: judge([first, second], rubric)", "TypeError");
    }
    if (typeof rubric !== "string" || rubric === "") throw odw.error("judge() expects the rubric as text", "TypeError");
    const isCount = typeof judges === "number" && judges >= 1 && floor(judges) === judges;
    if (!isCount) {
      throw odw.error(`judge() expects judges as a whole number of 1 or more, found ${odw.text(judges)}`, "RangeError");
    }
    return { judges, maxChars };
  };

  const run = async (candidates, rubric, options) => {
    const { judges, maxChars } = read(candidates, rubric, options);
    const { judges: _count, maxChars: _chars, models, label = "judge", ...agentOptions } = options;
    const usable = [];
    for (let i = 0; i < candidates.length; i++) {
      if (candidates[i] !== null && candidates[i] !== undefined) usable[usable.length] = i;
    }
    const schema = schemaOf(usable.length);
    const ask = async (reading) => {
      const judge = floor(reading / 2);
      const isMirror = reading % 2 === 1;
      const order = orderOf(usable, { judge, judges, isMirror });
      try {
        const model = isArray(models) ? models[judge % models.length] : agentOptions.model;
        const name = `${label} ${judge + 1}${isMirror ? " (mirrored)" : ""}`;
        const prompt = promptOf(candidates, rubric, { order, maxChars });
        const answer = await odw.agent(prompt, { ...agentOptions, model, label: name, schema });
        if (answer === null) throw odw.error("the judge gave no answer: see the failures of this run", "Error");
        const scores = scoresOf(answer, order, candidates.length);
        return { judge, order, scores, best: bestOf(scores), reasons: answer.scores };
      } catch (error) {
        return { judge, order, error: odw.messageOf(error) };
      }
    };
    // One candidate needs no judge, and none has no winner.
    const readings = usable.length < 2 ? 0 : 2 * judges;
    const verdicts = await odw.runSlots(readings, Infinity, ask);
    const scores = meanScores(verdicts, candidates.length);
    const index = usable.length === 1 ? usable[0] : bestOf(scores);
    let unverified = 0;
    for (let v = 0; v < verdicts.length; v++) if (verdicts[v].error !== undefined) unverified++;
    const agreement = index < 0 ? 0 : readings === 0 ? 1 : agreementOn(index, verdicts);
    return { winner: index < 0 ? null : candidates[index], index, scores, agreement, unverified, verdicts };
  };
  odw.define("judge", function judge(candidates, rubric, options) {
    return odw.watch(run(candidates, rubric, options ?? {}));
  });
});
