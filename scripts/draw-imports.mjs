#!/usr/bin/env node
/**
 * Draws which room of src imports which into docs/imports.svg: rooms from the top down, an arc to the left of the steps for each import
 * that leads down, and one to the right, in red, for each that leads up. `npm run check:arch` refuses those; there is none.
 */
import { writeFileSync } from 'node:fs';
import { cruise } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { fromRoot } from './lib/from-root.mjs';

/** The rooms of the library itself, as CONTRIBUTING.md lists them. */
const rooms = [
  ['handler', 'createHandler, settings'],
  ['di', 'tokens, collaborators, containers'],
  ['decorators', 'what users write'],
  ['metadata', 'class → plan'],
  ['runtime/delivery', 'an event, a batch, a claim'],
  ['runtime/invocation', 'the loop'],
  ['runtime/hand-off', 'write, send, park'],
  ['runtime/checkpoint', 'journal, state text'],
  ['runtime/time', 'budget, watchdog, heartbeat'],
  ['runtime/step', 'attempt, context, live job'],
  ['runtime/observe', 'events, the log'],
  ['runtime/among', 'signals, children, slots'],
  ['runtime/adapters', 'one folder a vendor'],
  ['runtime/ports', 'interfaces'],
  ['runtime/core', 'decides; pure'],
  ['errors', 'what is thrown'],
];
const [rowHeight, boxWidth, boxLeft, top] = [44, 300, 330, 20];

const { output } = await cruise(['src'], await extractOptions(fromRoot('.dependency-cruiser.mjs')));
const pairs = new Set();
for (const { source, dependencies } of output.modules)
  for (const { resolved } of dependencies) {
    const [from, to] = [findRoom(source), findRoom(resolved)];
    if (from >= 0 && to >= 0 && from !== to) pairs.add(`${from} ${to}`);
  }
const arrows = [...pairs].map((pair) => pair.split(' ').map(Number));
const upward = arrows.filter(([from, to]) => to < from);
writeFileSync(fromRoot('docs/imports.svg'), draw());
for (const [from, to] of upward)
  console.error(`✖ ${rooms[from][0]} imports ${rooms[to][0]}, which is above it`);
console.log(
  `${upward.length === 0 ? '✔' : '✖'} docs/imports.svg: ${arrows.length} arrows, ${upward.length} upward`,
);
process.exitCode = upward.length === 0 ? 0 : 1;

/** The index of a file's room; -1 when it is in none. */
function findRoom(file) {
  return rooms.findIndex(([room]) => file.startsWith(`src/${room}/`));
}

function draw() {
  const height = top * 2 + rooms.length * rowHeight;
  const width = boxLeft + boxWidth + 120;
  const boxes = rooms.map(([room, what], index) => {
    const y = top + index * rowHeight;
    return `<rect x="${boxLeft}" y="${y}" width="${boxWidth}" height="32" rx="6"/>
<text x="${boxLeft + 12}" y="${y + 21}">${room}<tspan class="what" dx="10">${what}</tspan></text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Which room of src imports which: every arrow leads down">
<style>
svg { background: #fff }
rect { fill: #eef4fb; stroke: #3b6ea5 }
text { font: 14px system-ui, sans-serif; fill: #12263a }
.what { font-size: 11px; fill: #5a6b7b }
path { fill: none; stroke: #3b6ea5; opacity: .55 }
path.up { stroke: #c62828; opacity: 1; stroke-width: 2 }
</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" style="fill:#3b6ea5;opacity:1"/></marker></defs>
${arrows.map(drawArrow).join('\n')}
${boxes.join('\n')}
</svg>
`;
}

function drawArrow([from, to]) {
  const isUp = to < from;
  const x = isUp ? boxLeft + boxWidth : boxLeft;
  const reach = (isUp ? 1 : -1) * (24 + Math.abs(to - from) * 20);
  const [y1, y2] = [top + from * rowHeight + 20, top + to * rowHeight + 12];
  const control = x + reach;
  return `<path${isUp ? ' class="up"' : ''} marker-end="url(#tip)" d="M${x} ${y1}C${control} ${y1} ${control} ${y2} ${x} ${y2}"/>`;
}
