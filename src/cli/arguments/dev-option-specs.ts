import type { OptionSpec } from './option-spec';

const fn = 'The function';
const faults = 'Faults (probabilities from 0 to 1)';
const output = 'Output';

/** The options of `baton dev`, in the order of the help. */
export const devOptionSpecs: readonly OptionSpec[] = [
  { group: fn, name: 'event', value: '<file|json|->', help: ['the start event: a file, JSON, or - for standard input (default: {})'] },
  {
    group: fn,
    name: 'template',
    value: '<file>',
    help: [
      'run what a CloudFormation template deploys, instead of a file:',
      'cdk.out/<Stack>.template.json; the options below win over it',
    ],
  },
  { group: fn, name: 'function', value: '<id>', help: ['which function of the template, when it has several'] },
  { group: fn, name: 'timeout', value: '<duration>', help: ['when an invocation is killed: 900ms, 5s, 15m (default: 3s)'] },
  { group: fn, name: 'memory', value: '<MB>', help: ['memory limit (default: 512)'] },
  { group: fn, name: 'handler', value: '<export>', help: ['what the file exports (default: handler)'] },
  { group: fn, name: 'env', value: '<NAME=value>', isRepeatable: true, help: ['an environment variable of the handler; repeatable'] },
  { group: fn, name: 'node', value: '<path>', help: ['the Node binary to run the handler on (default: this one)'] },
  {
    group: fn,
    name: 'no-queue',
    help: [
      'no continuation queue (default: one, with BATON_QUEUE_URL, when',
      'local-aws-sqs is installed): wait() and the SQS fallback need it',
    ],
  },
  {
    group: fn,
    name: 'no-store',
    help: [
      'executions are not kept (default: in .baton, with BATON_DIRECTORY,',
      'unless --env names a table, a bucket or another directory)',
    ],
  },
  {
    group: fn,
    name: 'recursion',
    value: '<allow|terminate>',
    help: ['recursion detection after 16 invocations (default: allow, as every', 'lambda-baton function is deployed)'],
  },
  {
    group: fn,
    name: 'retry-delay',
    value: '<duration>',
    help: ['before the first retry of a failed event; the second waits', 'twice as long (default: 200ms; AWS: 1m)'],
  },
  { group: fn, name: 'arch', value: '<x86_64|arm64>', help: ['whose prices count (default: x86_64)'] },

  { group: faults, name: 'crash', value: '<p>', help: ['an invocation is killed at a random moment'] },
  { group: faults, name: 'duplicate', value: '<p>', help: ['an accepted event is delivered twice'] },
  { group: faults, name: 'throttle', value: '<p>', help: ['a call of Invoke or SendMessage is refused with 429'] },
  { group: faults, name: 'lost-reply', value: '<p>', help: ['a call takes effect, but its answer is lost'] },
  { group: faults, name: 'error', value: '<p>', help: ['a call is answered with 500'] },
  { group: faults, name: 'hang', value: '<p>', help: ['a call is never answered'] },
  { group: faults, name: 'seed', value: '<n>', help: ['the same seed gives the same faults (default: random, shown)'] },

  {
    group: output,
    name: 'json',
    help: ['one JSON object on standard output, nothing else; what the', 'handler writes goes to standard error'],
  },
  { group: output, name: 'quiet', short: 'q', help: ['nothing but errors'] },
  { group: output, name: 'help', short: 'h', help: ['this text'] },
];
