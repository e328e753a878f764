#!/usr/bin/env node
/**
 * Holds what house style can be counted: no file of src over 300 lines, none so short that it is part of its only reader, no function over
 * 60, nine of ten at most 30, none of the words that this project no longer uses, in code or docs (CONTRIBUTING.md says which word stands
 * for each), and no test whose title cannot be read alone.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { fromRoot } from './lib/from-root.mjs';

const max = { fileLines: 300, functionLines: 60, functionLinesP90: 30 };

/** Old words, and what is said instead. */
const oldWords = [
  [/\bsigns? of life\b/i, 'heartbeat'],
  [/\bbreath(e|es|ing|less)\b/i, 'yieldToEventLoop'],
  [/\bverdicts?\b/i, 'error'],
  [/\b(cure|cures|cured|mend|mends|mended|mending)\b/i, 'fix'],
  [/\bjudged?s?\b/i, 'check'],
  [/\b(anew)\b/i, 'again'],
  [/\bnobody comes for\b/i, 'will not be retried'],
  [/\b0\.1\.0 did not\b/i, 'nothing: nothing was released before'],
];
/** Files that may be short, though one other reads them. */
const hasReason = /\/(ports|adapters|commands)\/|index\.ts$/;
const textFolders = ['src', 'docs', 'samples', 'test', 'bench', 'scripts'];
const textFiles = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'];

const faults = [...checkLengths(), ...checkWalls(), ...checkWords(), ...checkNames(), ...checkTitles()];
for (const fault of faults) console.error(`✖ ${fault}`);
if (faults.length > 0)
  console.error('→ Divide what is too long, by what it does; say what CONTRIBUTING.md says.');
else
  console.log('✔ files and functions are short, the words are the usual ones, and titles can be read alone');
process.exitCode = faults.length > 0 ? 1 : 0;

function checkLengths() {
  const files = listFiles('src', ['.ts']).map((file) => ({
    file,
    text: readFileSync(fromRoot(file), 'utf8'),
  }));
  const tooLong = files
    .map(({ file, text }) => ({ file, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > max.fileLines)
    .map(({ file, lines }) => `${file} has ${lines} lines, more than ${max.fileLines}`);
  const functions = files.flatMap(listFunctions);
  const long = functions
    .filter(({ lines }) => lines > max.functionLines)
    .map(({ place, name, lines }) => `${place}: ${name} has ${lines} lines, more than ${max.functionLines}`);
  const p90 = functions.map(({ lines }) => lines).sort((one, other) => one - other)[
    Math.floor(functions.length * 0.9)
  ];
  const many =
    p90 > max.functionLinesP90
      ? [`one function in ten has more than ${p90} lines, not ${max.functionLinesP90}`]
      : [];
  return [...tooLong, ...long, ...many];
}

/** Functions and methods with a body. One inside another counts for both. */
function listFunctions({ file, text }) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body) {
      const [from, to] = [node.getStart(), node.end].map(
        (at) => source.getLineAndCharacterOfPosition(at).line,
      );
      found.push({
        place: `${file}:${from + 1}`,
        name: node.name?.getText() ?? 'a function',
        lines: to - from + 1,
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** A function that makes an error is named after it: `timeoutError`. */
function checkNames() {
  return listFiles('src', ['.ts']).flatMap((file) =>
    [...readFileSync(fromRoot(file), 'utf8').matchAll(/function (describe\w+)\([^{]*\): \w+Error \{/g)].map(
      ([, name]) => `${file}: ${name} makes an error: end its name with Error`,
    ),
  );
}

/** A test's title begins with what it is about: a capital letter, or a name of the code, and no pronoun. */
function checkTitles() {
  const titles = ['test', 'samples'].flatMap((folder) => listFiles(folder, ['.test.ts'])).flatMap(listTitles);
  return titles
    .filter(({ title }) => {
      const [first = '', ...others] = title.split(/\s+/);
      const isNamed = /^[A-Z]|[A-Z.@_/`%$()-]/.test(first) || first === 'baton';
      const isPronoun = /^(It|Its|They|Their|This|That|These|Those)$/.test(first);
      return !isNamed || isPronoun || others.length < 1;
    })
    .map(({ place, title }) => `${place}: "${title}" cannot be read alone: begin with what it is about`);
}

/** The titles of a file's tests, as they are written. */
function listTitles(file) {
  const text = readFileSync(fromRoot(file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const visit = (node) => {
    const [title, body] = ts.isCallExpression(node) ? node.arguments : [];
    const isTitle = title && body && (ts.isStringLiteralLike(title) || ts.isTemplateExpression(title));
    if (isTitle && /^(it|test)\b/.test(node.expression.getText())) {
      const line = source.getLineAndCharacterOfPosition(title.getStart()).line + 1;
      found.push({ place: `${file}:${line}`, title: title.getText().slice(1, -1) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** A short file that one other reads is part of that one, unless it is public, a port, an adapter or a command. */
function checkWalls() {
  const files = listFiles('src', ['.ts']);
  const lengths = new Map(
    files.map((file) => [file, readFileSync(fromRoot(file), 'utf8').split('\n').length - 1]),
  );
  const importers = new Map(files.map((file) => [file, []]));
  for (const file of files)
    for (const [, path] of readFileSync(fromRoot(file), 'utf8').matchAll(/'(\.{1,2}\/[^']*)'/g))
      importers.get(`${join(dirname(file), path)}.ts`)?.push(file);
  return files
    .map((file) => ({ file, lines: lengths.get(file), readers: [...new Set(importers.get(file))] }))
    .filter(({ file, lines, readers }) => {
      const [reader] = readers;
      const isSmall = lines < 40 && readers.length === 1 && !hasReason.test(file);
      return isSmall && !/index\.ts$/.test(reader) && lines + lengths.get(reader) <= max.fileLines;
    })
    .map(({ file, readers }) => `${file} is short, and only ${readers[0]} reads it: put it there`);
}

function checkWords() {
  const files = [...textFolders.flatMap((folder) => listFiles(folder, ['.ts', '.mjs', '.md'])), ...textFiles];
  return files
    .filter((file) => file !== 'scripts/check-style.mjs')
    .flatMap((file) =>
      readFileSync(fromRoot(file), 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          oldWords
            .filter(([word]) => word.test(line))
            .map(([word, instead]) => `${file}:${index + 1}: "${line.match(word)[0]}": say ${instead}`),
        ),
    );
}

function listFiles(folder, endings) {
  return readdirSync(fromRoot(folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => endings.some((ending) => name.endsWith(ending)) && !name.includes('node_modules'))
    .map((name) => join(folder, name));
}
