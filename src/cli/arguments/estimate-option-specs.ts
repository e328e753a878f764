import type { OptionSpec } from './option-spec';

const work = 'The work';
const fn = 'The function';
const output = 'Output';

/** The options of `baton estimate`, in the order of the help. */
export const estimateOptionSpecs: readonly OptionSpec[] = [
  { group: work, name: 'items', value: '<n>', help: ['how many there are: 250000, 1e6 (required)'] },
  { group: work, name: 'ms-per-item', value: '<ms>', help: ['how long one takes (required)'] },
  { group: work, name: 'items-per-step', value: '<n>', help: ['how many one step does, and one checkpoint covers (default: 1)'] },
  { group: work, name: 'state-bytes', value: '<n>', help: ['how large the saved state is (default: 1024)'] },
  {
    group: work,
    name: 'store',
    value: '<table|none>',
    help: ['where checkpoints go: a DynamoDB table after every step, or', 'nowhere but with the continuation (default: table)'],
  },

  { group: fn, name: 'memory', value: '<MB>', help: ['its memory (default: 512)'] },
  { group: fn, name: 'arch', value: '<x86_64|arm64>', help: ['whose prices count (default: x86_64)'] },
  { group: fn, name: 'timeout', value: '<duration>', help: ['its time-out: 900 (seconds), 900ms, 5s, 15m (default: 15m)'] },
  { group: fn, name: 'safe', value: '<duration>', help: ["the job's safeMs (default: 60s)"] },
  { group: fn, name: 'start', value: '<duration>', help: ['a cold start, billed with every invocation (default: 500ms)'] },

  {
    group: output,
    name: 'prices',
    value: '<file|json>',
    help: ['prices to use instead, by the names that --json prints, for', `example {"gbSecondUsd":{"arm64":0.00001}}`],
  },
  { group: output, name: 'json', help: ['one JSON object on standard output'] },
  { group: output, name: 'help', short: 'h', help: ['this text'] },
];
