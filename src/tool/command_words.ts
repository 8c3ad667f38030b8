// Splits a command line into words as a shell would, and starts none: what only a shell can do is named instead.

/** `operator`: the first thing in the line that needs a shell. */
export type CommandWords = { words: string[] } | { operator: string };

const OPERATOR = /^(?:\|\||&&|>>|<<|2>&1|[|&;<>()`]|\$\(|\$\{|\$[A-Za-z_]|\n)/;
/** Signs that a shell replaces by names of files; inside a word they are told apart from ordinary text by standing unquoted. */
const PATTERN = /^[*?]/;

/** `isLiteral`: signs that stand for themselves. Throws a SyntaxError for a quote that is not closed. */
export function commandWords(line: string, isLiteral: (sign: string) => boolean = () => false): CommandWords {
  const words: string[] = [];
  let word: string | null = null;
  let at = 0;
  while (at < line.length) {
    const rest = line.slice(at);
    const sign = line[at]!;
    const operator = OPERATOR.exec(rest) ?? PATTERN.exec(rest);
    if (operator && !isLiteral(operator[0])) return { operator: operator[0] === "\n" ? "a line break" : operator[0] };
    if (word === null && sign === "#") return { operator: "#" };
    if (word === null && sign === "~" && /^~(?:\/|\s|$)/.test(rest)) return { operator: "~" };
    if (/\s/.test(sign)) {
      if (word !== null) words.push(word);
      word = null;
      at++;
      continue;
    }
    const part = nextPart(line, at);
    if ("operator" in part) return part;
    word = (word ?? "") + part.text;
    at = part.end;
  }
  if (word !== null) words.push(word);
  return { words };
}

function nextPart(line: string, at: number): { text: string; end: number } | { operator: string } {
  const sign = line[at]!;
  if (sign === "\\") return { text: line[at + 1] ?? "", end: at + 2 };
  if (sign === "'") {
    const end = closing(line, "'", at + 1);
    return { text: line.slice(at + 1, end), end: end + 1 };
  }
  return sign === '"' ? doubleQuoted(line, at) : { text: sign, end: at + 1 };
}

function doubleQuoted(line: string, start: number): { text: string; end: number } | { operator: string } {
  let text = "";
  for (let at = start + 1; at < line.length; at++) {
    const sign = line[at]!;
    if (sign === '"') return { text, end: at + 1 };
    const expansion = /^(?:`|\$\(|\$\{|\$[A-Za-z_])/.exec(line.slice(at));
    if (expansion) return { operator: expansion[0] };
    if (sign === "\\" && /["\\$`]/.test(line[at + 1] ?? "")) text += line[++at];
    else text += sign;
  }
  throw new SyntaxError('a " is not closed');
}

function closing(line: string, quote: string, from: number): number {
  const end = line.indexOf(quote, from);
  if (end < 0) throw new SyntaxError(`a ${quote} is not closed`);
  return end;
}
