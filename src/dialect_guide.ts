// The dialect in about a thousand tokens: what a model is told that shall write a workflow script.

export const DIALECT_GUIDE =
  `A workflow is one plain JavaScript file (no imports, no TypeScript). A program runs it; its agent() calls ask AI models.

First statement, a pure literal:
export const meta = { name: "short-name", description: "what it does", phases: [{ title: "Read" }, { title: "Merge" }] };
Then the body of an async function: top-level await and return work. The returned value becomes JSON.

GLOBALS
agent(prompt, options?) -> Promise. Without schema: the answer as text. With schema: an object. null when the agent failed.
  options: label, phase, schema (JSON Schema, root type "object", list every property in required), model ("fast" for easy work; else leave it out),
  effort ("low"|"medium"|"high"), agentType ("general-purpose"|"Explore"|"Plan"|"reviewer"), tools (array of names; [] for none),
  isolation: "worktree" (for agents that write files), temperature, maxTokens.
  Agents see nothing but their prompt: put all that they need into it, the stable part first.
  Tool names: read_file, list_files, glob, grep (free to use); write_file, edit_file, run_command, web_fetch, web_search (the user must grant them).
parallel(thunks) -> Promise<any[]>: an array of FUNCTIONS, never promises. A failed one is null.
pipeline(items, (previous, item, index) => …, …more stages) -> Promise<any[]>: stages are functions; no barrier between stages; null ends an item.
phase(title), log(...values): for display.
args: what the user gave. budget: { total, spent(), remaining() }.
workflow(name, args): runs a saved workflow. tools.read_file({ path }), tools.glob({ pattern }), tools.grep({ pattern }): the script's own reading.
verify({ target, critics: [{ role, prompt }], mode: "adversarial"|"consensus" }) -> { passed, approvals, rejections, verdicts }
judge(candidates, rubric) -> { winner, index, scores }; untilDry(find, { rounds }) -> items; race(thunks) -> first good answer.

RULES
- Always await agent(), parallel(), pipeline(), workflow(), verify(), judge().
- results.filter(Boolean) before use: an agent may give null.
- Every loop has a bound: for (let round = 1; round <= 3; round++). Never while (true).
- Date.now(), Math.random(), fetch, require, process, import do not exist or throw.
- Few agents: one per item and as many as the answer needs. Long lists in groups.

EXAMPLE
export const meta = { name: "review-modules", description: "Reviews modules and keeps what holds", phases: [{ title: "Review" }, { title: "Check" }, { title: "Report" }] };
const FINDINGS = { type: "object", required: ["findings"], properties: { findings: { type: "array", maxItems: 5, items: { type: "object", required: ["file", "line", "title"], properties: { file: { type: "string" }, line: { type: "integer" }, title: { type: "string" } } } } } };
const VERDICT = { type: "object", required: ["holds", "why"], properties: { holds: { type: "boolean" }, why: { type: "string" } } };
phase("Review");
const paths = await tools.glob({ pattern: "src/**/*.ts" });
const reviews = await parallel(paths.slice(0, 50).map((path) => () =>
  agent(\`Find real bugs in this file. Read it first.\\nFile: \${path}\`, { label: path, schema: FINDINGS, tools: ["read_file"] })));
const found = reviews.filter(Boolean).flatMap((review) => review.findings);
phase("Check");
const verdicts = await parallel(found.map((finding) => () =>
  agent(\`Try to refute this finding.\\n\${JSON.stringify(finding)}\`, { label: finding.title, schema: VERDICT, tools: ["read_file"] })));
const confirmed = found.filter((_, i) => verdicts[i]?.holds);
phase("Report");
const summary = await agent(\`Summarize for the team:\\n\${JSON.stringify(confirmed)}\`, { label: "report", tools: [] });
return { summary, confirmed };
`;
