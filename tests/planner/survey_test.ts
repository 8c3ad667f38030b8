// What the survey sees of a workspace: names, sizes and kinds; contents only when they are allowed.
import assert from "node:assert/strict";
import { surveyText, surveyWorkspace } from "../../src/planner/survey.ts";
import { NO_PROGRAMS } from "../no_tools.ts";
import { plannerSettings } from "./planner_harness.ts";

async function surveyed(files: Record<string, string>, allowContents: boolean) {
  const cwd = await Deno.makeTempDir({ prefix: "odw-survey-" });
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(`${cwd}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${cwd}/${path}`, text);
    }
    const parts = { settings: plannerSettings({ cwd }), programs: NO_PROGRAMS };
    return await surveyWorkspace(parts, { allowContents, signal: new AbortController().signal });
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

const FILES = {
  "README.md": "secret words",
  "src/a.ts": "1",
  "src/b.ts": "2",
  "package.json": `{ "scripts": { "test": "x" } }`,
  "node_modules/x/index.js": "no",
  ".env": "KEY=1",
};

Deno.test("files, languages and the test command are told, hidden and foreign folders are not", async () => {
  const survey = await surveyed(FILES, false);
  assert.deepEqual(survey.files, ["README.md", "package.json", "src/a.ts", "src/b.ts"]);
  assert.deepEqual(survey.languages[0], [".ts", 2]);
  assert.equal(survey.testCommand, "npm test");
  assert.equal(survey.git, null);
});

Deno.test("contents stand in the survey only when they are allowed", async () => {
  assert.doesNotMatch(surveyText(await surveyed(FILES, false)), /secret/);
  assert.match(surveyText(await surveyed(FILES, true)), /secret/);
});

Deno.test("a large workspace stays a short text", async () => {
  const many = Object.fromEntries(Array.from({ length: 2100 }, (_, i) => [`d${i % 60}/f${i}.txt`, ""]));
  const survey = await surveyed(many, false);
  assert.equal(survey.files.length, 2000);
  assert.equal(survey.isCut, true);
  assert.ok(surveyText(survey).length < 4000);
});
