// What to do about a syntax error: the mistakes that models and people make most.

const TYPE = String.raw`(string|number|boolean|any|unknown|void|never|object|[A-Z]\w*)\b`;
const TYPESCRIPT = [
  /^\s*(export\s+)?(interface|enum|namespace|declare|abstract)\s+\w/,
  /^\s*(export\s+)?type\s+\w+(<[^>]{0,200}>)?\s*=/,
  /\bas\s+(const|unknown|any|string|number|boolean)\s*([;,)\]}.]|$)/,
  /[)\]}]\s+satisfies\s+\w/,
  new RegExp(String.raw`\b(const|let|var)\s+\w+\s*:\s*${TYPE}`),
  new RegExp(String.raw`[(,]\s*\w+\??\s*:\s*${TYPE}[^(){}]{0,200}\)\s*(=>|\{|:)`),
  new RegExp(String.raw`\)\s*:\s*${TYPE}[^(){}]{0,200}(=>|\{)`),
  new RegExp(String.raw`\w<${TYPE}[^>]{0,200}>\s*\(`),
  /^\s*(public|private|protected|readonly)\s+\w+/,
];
const MAX_LINE_CHARS = 2000;

/** A sentence for the line that the parser stopped at; empty when nothing better than the parser's own words is known. */
export function syntaxHint(line: string, message: string): string {
  if (TYPESCRIPT.some((form) => form.test(line.slice(0, MAX_LINE_CHARS)))) {
    return "This looks like TypeScript: workflow scripts are plain JavaScript, remove the type syntax";
  }
  if (/^\s*import\b/.test(line)) {
    return "A workflow script cannot import anything: use the globals (agent, parallel, …)";
  }
  if (/Unterminated template/.test(message)) return "Close the template string with a backtick";
  if (/Unterminated string/.test(message)) return "Close the string on the same line, or use a template string";
  if (/already been declared/.test(message)) return "Rename one of the two declarations";
  if (/'import' and 'export' may (only )?appear/.test(message)) {
    return "Only `export const meta = {…}` may be exported, at the top level";
  }
  return "Correct the syntax at this place";
}
