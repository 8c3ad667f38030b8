// The library that comes with odw: plain workflow scripts, as a user would write them.
import summarize from "./workflows/summarize.js" with { type: "text" };

export const builtInWorkflows: readonly { name: string; text: string }[] = [
  { name: "summarize", text: summarize },
];
