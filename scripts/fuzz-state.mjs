#!/usr/bin/env node
/**
 * Compares the state tracker with the plain copier on states that are edited at random: a million captures, or `--captures 20000000`;
 * `--seed 17` begins elsewhere. What differs is told with its seed.
 */
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { fromRoot } from './lib/from-root.mjs';

/** A state is begun again after so many captures. */
const capturesOfSeed = 100;

const { values } = parseArgs({ options: { captures: { type: 'string' }, seed: { type: 'string' } } });
const captures = Number(values.captures ?? 1_000_000);
const firstSeed = Number(values.seed ?? 0);
const outfile = fromRoot(`scripts/.fuzz-state.${process.pid}.mjs`);

try {
  await build({
    entryPoints: [fromRoot('test/helpers/fuzz-state.ts')],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outfile,
  });
  const { fuzzState } = await import(outfile);
  let [tracked, refused] = [0, 0];
  for (let seed = firstSeed; seed < firstSeed + captures / capturesOfSeed; seed += 1) {
    const report = fuzzState(seed, capturesOfSeed);
    tracked += report.tracked;
    refused += report.refused;
  }
  console.log(`✔ ${captures} captures, ${tracked} of them by twins, ${refused} refused: none differs`);
} catch (error) {
  console.error(`✖ ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(outfile, { force: true });
}
