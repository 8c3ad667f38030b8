// The texts that odw leaves with a host: the skill, and what a slash command says.
import { DIALECT_GUIDE } from "../dialect_guide.ts";
import skill from "./skill.md" with { type: "text" };

const DESCRIPTION = "Run a workflow of many agents with odw and report its result";

/** How Claude Code and OpenCode name what the user typed after the command. */
const ARGUMENTS = "$ARGUMENTS";

/** SKILL.md, for hosts that read skills. */
export function skillText(): string {
  return `${skill.trimEnd()}\n\n\`\`\`text\n${DIALECT_GUIDE.trimEnd()}\n\`\`\`\n`;
}

/** A Markdown command whose head names it: Claude Code, OpenCode, Antigravity. */
export function markdownCommand(task: string = ARGUMENTS): string {
  return `---\ndescription: ${DESCRIPTION}\n---\n\n${instruction(task)}`;
}

/** VS Code runs it as an agent, with odw's tools. */
export function promptFile(): string {
  return `---\nname: odw\ndescription: ${DESCRIPTION}\nagent: agent\ntools: ['odw/*']\n---\n\n${
    instruction("${input:task:What shall the workflow do?}")
  }`;
}

export function geminiCommand(): string {
  return `description = "${DESCRIPTION}"\nprompt = """\n${instruction("{{args}}")}"""\n`;
}

/** Cursor reads a rule when its description fits the task. */
export function cursorRule(): string {
  return `---\ndescription: How to run a workflow of many agents with the MCP server odw\nalwaysApply: false\n---\n\n${
    instruction("what the user asks for")
  }`;
}

function instruction(task: string): string {
  return `Run a workflow with the MCP server \`odw\` for this task: ${task}

Use a saved workflow that fits (\`workflow_list\`), else write a script as the skill \`odw\` says. Start it with \`workflow_start\`, then call
\`workflow_wait\` with its \`run_id\` until the run has ended. Pass questions of the run on to the user, and answer them with \`workflow_respond\`.
Report the result, the run id and the agents that failed, and nothing of the work in between.
`;
}
