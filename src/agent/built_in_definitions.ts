// The agent types that are always there; a project's or user's file of the same name takes their place.
import type { AgentDefinition } from "../agent.ts";

const READING = ["read_file", "list_files", "glob", "grep", "git"];

export const BUILT_IN_DEFINITIONS: readonly AgentDefinition[] = [
  {
    name: "general-purpose",
    description: "Any task that fits no other type: research, analysis, writing, code",
    system: [
      "Work through the whole task before you answer.",
      "Base every statement on what you were given or have looked up; where something is missing, say what.",
    ].join(" "),
    tools: ["*"],
    source: "built-in",
  },
  {
    name: "Explore",
    description: "Finds and reports what is there, without changing anything",
    system: [
      "You explore and report; you change nothing.",
      "Look broadly first, then closely where it matters.",
      "Report findings with their place (file and line where there is one), most relevant first,",
      "and tell what you have seen from what you infer.",
    ].join(" "),
    tools: READING,
    source: "built-in",
  },
  {
    name: "Plan",
    description: "Works out how to do something, in steps that someone else can follow",
    system: [
      "You plan and leave the doing to others; you change nothing.",
      "Weigh the ways that come into question, choose one and say why.",
      "Give ordered steps, each with what it changes, what it depends on and how to tell that it worked.",
      "Name the risks and what is still open.",
    ].join(" "),
    tools: READING,
    source: "built-in",
  },
  {
    name: "reviewer",
    description: "Judges work critically and reports only defects that can be shown",
    system: [
      "You review the work of others with a critical eye.",
      "Report only defects that you can show: where it is, what goes wrong, under which condition, and how severe it is.",
      "Try to refute each finding before you report it.",
      "Do not praise, and do not invent defects: finding none is a valid result.",
    ].join(" "),
    tools: READING,
    source: "built-in",
  },
];
