// The graph of calls: columns by how many answers came before, lines from the answer that set a call off.
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "./api.js";
import { html } from "./html.js";

const ROW = 14;
const MOST_ROWS = 60;

export function Graph({ run }) {
  const canvas = useRef(null);
  const [graph, setGraph] = useState(null);
  const [fault, setFault] = useState(null);
  useEffect(() => {
    ask(`/v1/runs/${run}/graph`).then(setGraph, (error) => setFault(error.message));
  }, [run]);
  useEffect(() => {
    if (graph && canvas.current) draw(canvas.current, graph);
  }, [graph]);
  if (fault) return html`<p class="fault" role="alert">${fault}</p>`;
  if (graph?.nodes.length === 0) return html`<p class="empty">No agent has been called yet.</p>`;
  const label = graph
    ? `Graph of ${graph.nodes.length} calls and ${graph.edges.length} dependencies`
    : "Loading the graph";
  return html`<canvas ref=${canvas} role="img" aria-label=${label}></canvas>`;
}

function draw(canvas, { nodes, edges }) {
  const before = new Map(edges.map(({ from, to }) => [to, from]));
  const depths = new Map();
  const depthOf = (id) => {
    const chain = [];
    let at = id;
    while (!depths.has(at) && before.has(at) && !chain.includes(at)) {
      chain.push(at);
      at = before.get(at);
    }
    let depth = depths.get(at) ?? 0;
    depths.set(at, depth);
    for (const member of chain.reverse()) depths.set(member, ++depth);
    return depths.get(id);
  };
  const columns = [];
  for (const node of nodes) (columns[depthOf(node.id)] ??= []).push(node);
  const width = canvas.clientWidth;
  const rows = Math.min(MOST_ROWS, columns.reduce((most, column = []) => Math.max(most, column.length), 1));
  const height = rows * ROW + 20;
  const ratio = devicePixelRatio || 1;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  canvas.style.height = `${height}px`;
  const paint = canvas.getContext("2d");
  paint.scale(ratio, ratio);
  const style = getComputedStyle(document.documentElement);
  const colours = { completed: "--good", failed: "--bad", running: "--plain" };
  const places = new Map();
  columns.forEach((column = [], depth) => {
    const x = (depth + 0.5) * width / columns.length;
    const gap = Math.min(ROW, (height - 20) / column.length);
    column.forEach(({ id }, i) => places.set(id, [x, 14 + i * gap]));
  });
  paint.strokeStyle = style.getPropertyValue("--line");
  paint.beginPath();
  for (const { from, to } of edges) {
    if (!places.has(from) || !places.has(to)) continue;
    paint.moveTo(...places.get(from));
    paint.lineTo(...places.get(to));
  }
  paint.stroke();
  for (const { id, status } of nodes) {
    const [x, y] = places.get(id);
    paint.fillStyle = style.getPropertyValue(colours[status] ?? "--warn");
    paint.beginPath();
    paint.arc(x, y, 3.5, 0, 2 * Math.PI);
    paint.fill();
  }
}
