// A picture of a run before it runs: one bubble an agent, in columns of those that wait for the same answers.
import type { Estimate } from "../planner.ts";
import { cost, count, duration } from "./amounts.ts";

const COLUMN = 90;
const ROW = 26;
const TOP = 76;
/** Agents of a column that are drawn one by one. */
const SHOWN = 14;

/** An SVG document: self-contained, with a title and a description, light and dark. */
export function pictureSvg(name: string, estimate: Estimate): string {
  const columns = columnsOf(estimate);
  const width = Math.max(480, columns.length * COLUMN + 60);
  const height = TOP + (Math.min(SHOWN, Math.max(...columns.map(({ calls }) => calls.length), 1)) + 1) * ROW + 20;
  const description = `${estimate.agents.typical} agents in ${columns.length} steps: ` +
    columns.map(({ phase, calls }) => `${calls.length} in ${phase ?? "no phase"}`).join(", then ");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="t d">
<title id="t">${escaped(name)}</title>
<desc id="d">${escaped(description)}</desc>
<style>
  .page { fill: #ffffff } text { font: 12px system-ui, sans-serif; fill: #1f2328 } .quiet { fill: #59636e }
  circle { fill: #0969da } path { stroke: #8c959f; fill: none } .more { fill: #59636e }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 } text { fill: #f0f6fc } .quiet, .more { fill: #9198a1 } circle { fill: #4493f8 } path { stroke: #656c76 }
  }
</style>
<rect class="page" width="${width}" height="${height}"/>
<text x="20" y="24" font-weight="bold">${escaped(name)}</text>
<text class="quiet" x="20" y="42">${escaped(numbersText(estimate))}</text>
${columns.map((column, index) => columnSvg(column, index, columns)).join("\n")}
</svg>
`;
}

/** The same as a page of its own, with the numbers as a table. */
export function pictureHtml(name: string, estimate: Estimate): string {
  const rows = estimate.phases.map(({ title, min, typical, max }) =>
    `<tr><th scope="row">${escaped(title ?? "(no phase)")}</th><td>${min}</td><td>${typical}</td><td>${max}</td></tr>`
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(name)}</title>
<style>
  :root { color-scheme: light dark }
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; max-width: 80rem }
  svg { max-width: 100%; height: auto } table { border-collapse: collapse } td, th { padding: .2rem .8rem; text-align: right }
  th[scope=row] { text-align: left }
</style>
</head>
<body>
<h1>${escaped(name)}</h1>
<p>${escaped(numbersText(estimate))}</p>
${pictureSvg(name, estimate)}
<table>
<caption>Agents by phase</caption>
<thead><tr><th scope="col">Phase</th><th scope="col">least</th><th scope="col">typical</th><th scope="col">most</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
</body>
</html>
`;
}

interface PictureColumn {
  phase: string | null;
  calls: Estimate["calls"];
}

/** Agents one behind the other stand in different columns. */
function columnsOf({ calls }: Estimate): PictureColumn[] {
  const depths: number[] = [];
  const columns = new Map<number, PictureColumn>();
  for (const [index, call] of calls.entries()) {
    const depth = 1 + Math.max(-1, ...call.after.map((before) => depths[before] ?? -1));
    depths[index] = depth;
    const column = columns.get(depth);
    if (column) column.calls.push(call);
    else columns.set(depth, { phase: call.phase, calls: [call] });
  }
  return [...columns].sort(([a], [b]) => a - b).map(([, column]) => column);
}

function columnSvg({ phase, calls }: PictureColumn, index: number, all: PictureColumn[]): string {
  const x = 40 + index * COLUMN;
  const shown = calls.slice(0, SHOWN);
  const middle = (column: PictureColumn | undefined) =>
    TOP + (Math.min(SHOWN, column?.calls.length ?? 1) - 1) * ROW / 2;
  const line = index === 0
    ? ""
    : `<path d="M ${x - COLUMN + 12} ${middle(all[index - 1])} C ${x - COLUMN / 2} ${middle(all[index - 1])}, ${
      x - COLUMN / 2
    } ${middle(all[index])}, ${x - 12} ${middle(all[index])}"/>`;
  const head = all[index - 1]?.phase === phase && index > 0
    ? ""
    : `<text class="quiet" x="${x - 10}" y="${TOP - 16}">${escaped((phase ?? "").slice(0, 14))}</text>`;
  const bubbles = shown.map(({ label }, row) =>
    `<circle cx="${x}" cy="${TOP + row * ROW}" r="8"><title>${escaped(label)}</title></circle>`
  );
  const rest = calls.length - shown.length;
  const more = rest > 0 ? `<text class="more" x="${x - 10}" y="${TOP + SHOWN * ROW + 4}">+ ${rest}</text>` : "";
  return [line, head, ...bubbles, more].filter(Boolean).join("\n");
}

function numbersText({ agents, inputTokens, outputTokens, costUsd, wallMs, concurrency }: Estimate): string {
  return `${agents.typical} agents (${agents.min} to ${agents.max}), ${count(inputTokens)} tokens in, ${
    count(outputTokens)
  } out, cost ${cost(costUsd)}, ${duration(wallMs)} with ${concurrency} at once`;
}

function escaped(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, "").replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
