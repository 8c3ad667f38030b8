// Which topology a task gets: tasks as people word them, with what a planning model would say of them.
import assert from "node:assert/strict";
import { CHOICE_RULES, chooseTopology } from "../../src/planner/choose_topology.ts";
import { type Characteristics, TOPOLOGIES, type Topology } from "../../src/planner.ts";

/** `m` many items, `s` stages, `c` must be correct, `t` testable, `u` uncertain, `x` search. */
function task(marks: string): Characteristics {
  const has = (mark: string) => marks.includes(mark);
  return {
    manyItems: has("m"),
    itemSource: has("m") ? "src/**/*" : null,
    stages: has("s") ? ["change", "check"] : [],
    mustBeCorrect: has("c"),
    isTestable: has("t"),
    isUncertain: has("u"),
    isSearch: has("x"),
  };
}

const TASKS: [described: string, marks: string, topology: Topology][] = [
  ["Summarize all documents in docs", "m", "map-reduce"],
  ["List what each source file exports", "m", "map-reduce"],
  ["Extract the invoice number from every PDF text", "m", "map-reduce"],
  ["Count complaints by topic in 5,000 reviews", "m", "map-reduce"],
  ["Give every function a one-line description", "m", "map-reduce"],
  ["What do these 300 interview notes have in common?", "m", "map-reduce"],
  ["Collect all TODO comments and group them", "m", "map-reduce"],
  ["Write alt texts for all images by their captions", "m", "map-reduce"],
  ["Label every support ticket with a product", "m", "map-reduce"],
  ["Find every mention of the old brand name", "m", "map-reduce"],
  ["Summarize the log files of last night", "mt", "map-reduce"],
  ["Turn each chapter into flash cards", "m", "map-reduce"],
  ["Migrate every test file to the new runner, then run it", "mst", "pipeline"],
  ["Convert each class component, then fix its tests", "msct", "pipeline"],
  ["Translate every page, then adapt the links", "ms", "pipeline"],
  ["For each module: write types, then compile", "mst", "pipeline"],
  ["Clean each data file, then convert it, then load it", "ms", "pipeline"],
  ["Replace the logging library file by file until the build passes", "mct", "pipeline"],
  ["Fix every failing test", "mct", "pipeline"],
  ["Upgrade each package and run its tests", "msct", "pipeline"],
  ["Write unit tests for every module; they must pass", "mct", "pipeline"],
  ["Port all queries to the new schema, with the query tests", "mct", "pipeline"],
  ["Outline a talk, then write it", "s", "pipeline"],
  ["Draft a mail, then shorten it", "s", "pipeline"],
  ["Write a haiku about rain", "", "pipeline"],
  ["Explain what this repository does", "", "pipeline"],
  ["Rename the variable x in main.ts", "t", "pipeline"],
  ["Make a changelog entry for the last commit", "", "pipeline"],
  ["Read the config, then describe its options", "s", "pipeline"],
  ["Write a regular expression with these examples, then run them", "st", "pipeline"],
  ["Prove that this lock cannot deadlock", "c", "adversarial"],
  ["Find the root cause of this crash", "c", "adversarial"],
  ["Write the formula for the tax of this case", "c", "adversarial"],
  ["Is this cryptographic protocol safe?", "c", "adversarial"],
  ["Write a SQL query that gives exactly these rows", "ct", "adversarial"],
  ["Draft the contract clause without a gap", "c", "adversarial"],
  ["Review this patch for security holes", "c", "adversarial"],
  ["Write the parser, then make sure that it is right", "sc", "adversarial"],
  ["Fix this bug without breaking anything", "ct", "adversarial"],
  ["Calculate the load that this beam can bear", "c", "adversarial"],
  ["Which of these two architectures is better for us?", "u", "consensus"],
  ["Should we hire this candidate?", "u", "consensus"],
  ["Rate the quality of this essay", "u", "consensus"],
  ["Pick the best name for the product", "u", "consensus"],
  ["Is this comment offensive?", "u", "consensus"],
  ["Decide which database fits", "uc", "consensus"],
  ["How likely is it that this project is late?", "u", "consensus"],
  ["Compare three frameworks against our criteria", "us", "consensus"],
  ["Is this design accessible enough?", "uc", "consensus"],
  ["Which headline works best?", "u", "consensus"],
  ["Solve this puzzle of matches", "xc", "tree-search"],
  ["Find a design for the cache, weighing alternatives step by step", "xu", "tree-search"],
  ["Search for a shorter proof", "xc", "tree-search"],
  ["Find the fastest order of these refactorings", "xt", "tree-search"],
  ["Plan a route through the constraints", "x", "tree-search"],
  ["Find a sequence of moves that wins", "x", "tree-search"],
  ["Optimize this function; try ideas and build on the good ones", "xct", "tree-search"],
  ["Explore how the plot could go on, and keep the best line", "xu", "tree-search"],
  ["Audit every file for security holes", "mc", "hybrid"],
  ["Find real bugs in all modules", "mc", "hybrid"],
  ["Check each claim of this paper", "mc", "hybrid"],
  ["Grade all 200 essays fairly", "mu", "hybrid"],
  ["Rank all applicants", "mu", "hybrid"],
  ["Review every pull request of the month for risk", "mcu", "hybrid"],
  ["Translate each law, then have it proved right", "msc", "hybrid"],
  ["Solve each of these forty puzzles", "mx", "hybrid"],
  ["Find the best parameters for every model", "mxt", "hybrid"],
  ["Extract facts from each source, then reconcile contradictions", "msc", "hybrid"],
];

for (const [described, marks, topology] of TASKS) {
  Deno.test(`"${described}" becomes ${topology}`, () => {
    const choice = chooseTopology(task(marks));
    assert.equal(choice.topology, topology);
    assert.match(choice.reason, /^[A-Z][^.]+\.$/, "one sentence");
  });
}

Deno.test("at least sixty tasks are described, and every topology and every rule is chosen by one", () => {
  assert.ok(TASKS.length >= 60);
  assert.deepEqual([...new Set(TASKS.map(([, , topology]) => topology))].sort(), [...TOPOLOGIES].sort());
  const reasons = new Set(TASKS.map(([, marks]) => chooseTopology(task(marks)).reason));
  assert.equal(reasons.size, CHOICE_RULES.length);
});

Deno.test("the README's table holds every rule, in the order in which they are tried", async () => {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const rows = [...readme.matchAll(/^\| (.+?) +\| `([\w-]+)` +\| (.+?) +\|$/gm)].map(([, ...cells]) => cells);
  const wanted = CHOICE_RULES.map(({ when, topology, reason }) => [when, topology, reason]);
  assert.deepEqual(rows.filter(([when]) => wanted.some(([name]) => name === when)), wanted);
});
