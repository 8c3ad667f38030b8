// How the HTML report looks: one column, system fonts, light and dark by the reader's own setting.

export const STYLE = `
:root { color-scheme: light dark; --ground: #fff; --ink: #1b1f24; --quiet: #59636e; --line: #d1d9e0; --pane: #f6f8fa;
  --good: #1a7f37; --bad: #cf222e; --warn: #9a6700; --plain: #0969da; }
@media (prefers-color-scheme: dark) { :root { --ground: #0d1117; --ink: #e6edf3; --quiet: #9198a1; --line: #3d444d;
  --pane: #151b23; --good: #3fb950; --bad: #f85149; --warn: #d29922; --plain: #4493f8; } }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1rem 3rem; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .75rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
h4 { margin: .75rem 0 .25rem; font-size: .85rem; color: var(--quiet); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
pre { background: var(--pane); border: 1px solid var(--line); border-radius: 6px; padding: .75rem; margin: .25rem 0;
  white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.45 ui-monospace, monospace; }
.status { font-size: .8rem; padding: .15rem .5rem; border: 1px solid currentColor; border-radius: 1rem; vertical-align: middle; }
.completed { color: var(--good); fill: var(--good); } .failed, .fault { color: var(--bad); fill: var(--bad); }
.skipped, .interrupted, .paused, .waiting, .cancelled { color: var(--warn); fill: var(--warn); }
.running { color: var(--plain); fill: var(--plain); }
.scroll { overflow-x: auto; } .timeline { max-width: 100%; height: auto; } .phase { fill: var(--ink); font: 12px system-ui, sans-serif; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
th { color: var(--quiet); font-weight: 600; } .number { text-align: right; font-variant-numeric: tabular-nums; }
summary { cursor: pointer; padding: .25rem 0; overflow-wrap: anywhere; }
.log { list-style: none; padding: 0; font: 13px/1.5 ui-monospace, monospace; } .log time { color: var(--quiet); }
.log .warn { color: var(--warn); } .log .error { color: var(--bad); }
footer { margin-top: 2.5rem; color: var(--quiet); font-size: .85rem; }
@media print { details { display: block; } details > * { display: block; } body { max-width: none; } }
`;
