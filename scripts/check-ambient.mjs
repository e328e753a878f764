#!/usr/bin/env node
/**
 * Refuses time, chance, timers and environment variables outside the places where they are put behind ports:
 * anything else in src/ is given them, so that a test can give others.
 */
import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { fromRoot } from './lib/from-root.mjs';

const allowed =
  /^src\/(runtime\/adapters\/|handler\/create-handler\.ts$|local\/|cli\/|cdk\/|sweeper\/index\.ts$|testing\/settle\.ts$|testing\/fake-events\.ts$)/;
const globals = new Set(['process', 'performance', 'setTimeout', 'setInterval', 'setImmediate']);
const members = new Set(['Date.now', 'Math.random']);

const files = readdirSync(fromRoot('src'), { recursive: true })
  .map((name) => `src/${name}`)
  .filter((name) => name.endsWith('.ts') && !allowed.test(name));
const faults = files.flatMap(findFaults);

for (const fault of faults) console.error(fault);
console.log(
  faults.length
    ? `\n✖ ${faults.length} uses\n→ Take a port instead: CLOCK, TIMER, RANDOM, or an option.`
    : `✔ ${files.length} files take time, chance and environment from ports`,
);
process.exitCode = faults.length ? 1 : 0;

/** One line per use, as `file:line what`. */
function findFaults(file) {
  const source = ts.createSourceFile(
    file,
    readFileSync(fromRoot(file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const found = [];
  visit(source, (node) => {
    const use = nameUse(node);
    if (use) found.push(`${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1} ${use}`);
  });
  return found;
}

function visit(node, look) {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}

/** The ambient thing that this node uses, if it is one. `new Date(something)` is a copy and may stay. */
function nameUse(node) {
  if (ts.isPropertyAccessExpression(node) && members.has(node.getText())) return node.getText();
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length)
    return 'new Date()';
  if (ts.isCallExpression(node) && node.expression.getText() === 'Date') return 'Date()';
  return ts.isIdentifier(node) && globals.has(node.text) && isRead(node) ? node.text : undefined;
}

/** Says whether an identifier stands for a value, not for the name of a member, an import or a type. */
function isRead({ parent, text }) {
  if (ts.isPropertyAccessExpression(parent))
    return parent.expression.getText() === text || parent.expression.getText() === 'globalThis';
  return (
    ts.isExpression(parent) ||
    ts.isStatement(parent) ||
    (ts.isVariableDeclaration(parent) && parent.name.getText() !== text) ||
    ts.isShorthandPropertyAssignment(parent)
  );
}
