// The library that comes with odw: plain workflow scripts, as a user would write them.
import adversarial from "./workflows/adversarial.js" with { type: "text" };
import bugHunt from "./workflows/bug-hunt.js" with { type: "text" };
import codeAudit from "./workflows/code-audit.js" with { type: "text" };
import codeReview from "./workflows/code-review.js" with { type: "text" };
import compare from "./workflows/compare.js" with { type: "text" };
import consensus from "./workflows/consensus.js" with { type: "text" };
import deepResearch from "./workflows/deep-research.js" with { type: "text" };
import hybrid from "./workflows/hybrid.js" with { type: "text" };
import mapReduce from "./workflows/map-reduce.js" with { type: "text" };
import migrate from "./workflows/migrate.js" with { type: "text" };
import pipeline from "./workflows/pipeline.js" with { type: "text" };
import summarize from "./workflows/summarize.js" with { type: "text" };
import testWriter from "./workflows/test-writer.js" with { type: "text" };
import treeSearch from "./workflows/tree-search.js" with { type: "text" };

export const builtInWorkflows: readonly { name: string; text: string }[] = [
  { name: "map-reduce", text: mapReduce },
  { name: "pipeline", text: pipeline },
  { name: "adversarial", text: adversarial },
  { name: "consensus", text: consensus },
  { name: "tree-search", text: treeSearch },
  { name: "hybrid", text: hybrid },
  { name: "deep-research", text: deepResearch },
  { name: "code-audit", text: codeAudit },
  { name: "code-review", text: codeReview },
  { name: "migrate", text: migrate },
  { name: "bug-hunt", text: bugHunt },
  { name: "summarize", text: summarize },
  { name: "compare", text: compare },
  { name: "test-writer", text: testWriter },
];
