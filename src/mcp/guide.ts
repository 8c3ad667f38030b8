// What a model is told that meets odw for the first time.
import { DIALECT_GUIDE } from "../dialect_guide.ts";

/** Its first 512 characters stand on their own: some hosts show no more. */
export const INSTRUCTIONS =
  `odw runs multi-agent workflows outside this chat: one JavaScript script calls many AI agents, and only the final answer comes back. ` +
  `Use it for work over many files or items, for checked answers, for anything that needs more than a few agents. ` +
  `1. workflow_list, or write a script. 2. workflow_start gives a run_id at once. 3. workflow_wait until status is not "running". ` +
  `4. workflow_result for long results. Runs go on when this chat ends.

Which shape fits: many like items: map-reduce. Ordered stages per item: pipeline. One answer that must be right: adversarial. ` +
  `Judgement where evaluators differ: consensus. Alternatives that build on each other: tree-search. Several of these: hybrid. ` +
  `Each is a saved workflow of that name. For a script of your own, read the prompt "write-workflow" or the description of workflow_start. ` +
  `Common mistakes: parallel() takes functions, not promises; agents see only their prompt; agent() may give null; every loop needs a bound.`;

export const SCRIPT_GUIDE = DIALECT_GUIDE;
