import type { FaultProbabilities } from '../../local';
import {
  architectures,
  chooseValue,
  type DurationRange,
  parseDuration,
  parseNumber,
  timeoutRange,
} from '../arguments/read-values';
import { CliError, type GivenOptions, type OptionSpec } from '../command';
import { checkPageFile } from '../timeline/timeline-file';
import type { RunOutput } from '../view/choose-view';

/** How a function is run on the local Lambda. */
export interface LocalFunctionOptions {
  /** The bundle or TypeScript file; with a template, what is run of it. */
  readonly file: string;
  /** Names of the options that the user wrote; all others have their defaults. */
  readonly given: ReadonlySet<string>;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** Name of the export. */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly nodePath: string | undefined;
  readonly hasQueue: boolean;
  readonly recursiveLoop: 'Allow' | 'Terminate';
  readonly retryDelaysMs: readonly [number, number];
  readonly architecture: 'arm64' | 'x86_64';
  readonly faults: FaultProbabilities;
  /** Missing means a random one. */
  readonly seed: number | undefined;
  /** Whether the job's times are changed in proportion to the time-out. */
  readonly scalesTime: boolean;
  readonly skipsWaits: boolean;
  readonly output: RunOutput;
}

/** What `baton dev` was asked for. */
export interface DevOptions extends LocalFunctionOptions {
  /** The CloudFormation template whose function is run instead of a file. */
  readonly template: { readonly file: string; readonly functionId: string | undefined } | undefined;
  /** A file, JSON text, or `-`. */
  readonly event: string;
  /** The job that is started, where the handler hosts several. */
  readonly job: string | undefined;
  /** Whether executions are kept on this machine. */
  readonly hasStore: boolean;
  /** The page that the run is drawn on. */
  readonly timelineFile: string | undefined;
}

/** How a function is run here: options of `baton dev`, and with `--bundle` of the commands that send an execution on. */
export function listFunctionOptions(group: string): readonly OptionSpec[] {
  return [
    {
      group,
      name: 'timeout',
      value: '<duration>',
      help: 'when an invocation is killed: 900ms, 5s, 15m (default: 3s)',
    },
    {
      group,
      name: 'scale-time',
      help: "run the job's safeMs, reserveMs and intervalMs in proportion: to --timeout from the template's time-out, else from 15 minutes",
    },
    { group, name: 'skip-waits', help: 'waits and retry delays of the job take a second at most' },
    { group, name: 'memory', value: '<MB>', help: 'memory limit (default: 512)' },
    { group, name: 'handler', value: '<export>', help: 'what the file exports (default: handler)' },
    {
      group,
      name: 'env',
      value: '<NAME=value>',
      isRepeatable: true,
      help: 'an environment variable of the handler; repeatable',
    },
    {
      group,
      name: 'node',
      value: '<path>',
      help: 'the Node binary to run the handler on (default: this one)',
    },
    {
      group,
      name: 'no-queue',
      help: 'no continuation queue and no schedules (default: both, with BATON_QUEUE_URL and BATON_SCHEDULER_ROLE_ARN, when local-aws-sqs and @aws-sdk/client-scheduler are installed): wait() needs one of them, the SQS fallback the queue',
    },
    {
      group,
      name: 'retry-delay',
      value: '<duration>',
      help: 'before the first retry of a failed event; the second waits twice as long (default: 200ms, with --duplicate 2s; AWS: 1m)',
    },
  ];
}

const fn = 'The function';
const faults = 'Faults (probabilities from 0 to 1)';

/** The options of `baton dev`, in the order of the help. */
export const devOptionSpecs: readonly OptionSpec[] = [
  {
    group: fn,
    name: 'event',
    value: '<file|json|->',
    help: 'the start event: a file, JSON, or - for standard input (default: {})',
  },
  {
    group: fn,
    name: 'job',
    value: '<name>',
    help: 'the job that is started, where the handler hosts several (default: the first, by the event as it is)',
  },
  {
    group: fn,
    name: 'template',
    value: '<file>',
    help: 'run what a CloudFormation template deploys, instead of a file: cdk.out/<Stack>.template.json; the options below win over it',
  },
  { group: fn, name: 'function', value: '<id>', help: 'which function of the template, when it has several' },
  ...listFunctionOptions(fn),
  {
    group: fn,
    name: 'no-store',
    help: 'executions are not kept (default: in .baton, with BATON_DIRECTORY, unless --env names a table, a bucket or another directory)',
  },
  {
    group: fn,
    name: 'recursion',
    value: '<allow|terminate>',
    help: 'recursion detection after 16 invocations (default: allow, as every lambda-baton function is deployed)',
  },
  { group: fn, name: 'arch', value: '<x86_64|arm64>', help: 'whose prices count (default: x86_64)' },

  { group: faults, name: 'crash', value: '<p>', help: 'an invocation is killed at a random moment' },
  {
    group: faults,
    name: 'duplicate',
    value: '<p>',
    help: 'an accepted event is delivered twice, a schedule fires twice',
  },
  {
    group: faults,
    name: 'throttle',
    value: '<p>',
    help: 'a call of Invoke, SendMessage or CreateSchedule is refused with 429',
  },
  { group: faults, name: 'lost-reply', value: '<p>', help: 'a call takes effect, but its answer is lost' },
  { group: faults, name: 'error', value: '<p>', help: 'a call is answered with 500' },
  { group: faults, name: 'hang', value: '<p>', help: 'a call is never answered' },
  {
    group: faults,
    name: 'seed',
    value: '<n>',
    help: 'the same seed gives the same faults (default: random, shown)',
  },

  {
    group: 'Output',
    name: 'timeline',
    value: '<file>',
    help: 'draw the run, with every step, as one HTML file',
  },
  {
    group: 'Output',
    name: 'json',
    help: 'one JSON object on standard output, nothing else; what the handler writes goes to standard error',
  },
  { group: 'Output', name: 'quiet', short: 'q', help: 'nothing but errors' },
];

const retryRange: DurationRange = { leastMs: 0, maxMs: 3_600_000, most: '60m' };
const faultOptions: Readonly<Record<string, keyof FaultProbabilities>> = {
  crash: 'crash',
  duplicate: 'duplicate',
  throttle: 'throttle',
  'lost-reply': 'lost-reply',
  error: 'server-error',
  hang: 'hang',
};

/** Reads the command line of `baton dev`. @throws CliError */
export function readDevOptions(file: string, options: GivenOptions): DevOptions {
  const { read, has } = options;
  return {
    ...readFunctionOptions(
      read('template') === undefined ? checkFile(file) : refuseFile(file, options),
      options,
    ),
    template: readTemplateOptions(options),
    event: read('event') ?? '{}',
    job: read('job'),
    hasStore: !has('no-store'),
    timelineFile: readTimelineFile(read('timeline')),
  };
}

/** Reads how a function is run here. @throws CliError */
export function readFunctionOptions(
  file: string,
  { read, readAll, has, given }: GivenOptions,
): LocalFunctionOptions {
  const probabilities = readFaults(read);
  const retryDelayMs = parseDuration(
    read('retry-delay') ?? (probabilities.duplicate ? '2s' : '200ms'),
    '--retry-delay',
    retryRange,
  );
  return {
    file,
    given,
    timeoutMs: parseDuration(read('timeout') ?? '3s', '--timeout', timeoutRange),
    memoryMb: parseNumber(read('memory') ?? '512', '--memory', {
      least: 128,
      most: 10_240,
      isWhole: true,
      example: 512,
    }),
    handler: read('handler') ?? 'handler',
    environment: readEnvironment(readAll('env')),
    nodePath: read('node'),
    hasQueue: !has('no-queue'),
    recursiveLoop:
      chooseValue('--recursion', read('recursion'), { allow: 'Allow', terminate: 'Terminate' }) ?? 'Allow',
    retryDelaysMs: [retryDelayMs, 2 * retryDelayMs],
    architecture: chooseValue('--arch', read('arch'), architectures) ?? 'x86_64',
    faults: probabilities,
    seed: readSeed(read('seed')),
    scalesTime: has('scale-time'),
    skipsWaits: has('skip-waits'),
    output: has('json') ? 'json' : has('quiet') ? 'quiet' : 'text',
  };
}

function readTimelineFile(file: string | undefined): string | undefined {
  return file === undefined ? undefined : checkPageFile(file, '--timeline');
}

function checkFile(file: string): string {
  if (file !== '') return file;
  throw new CliError({
    problem: 'baton dev needs the file that exports the handler.',
    fix: 'Write baton dev src/job.ts, or the path of a bundle.',
  });
}

/** A template says which code is run, and which of its exports. */
function refuseFile(file: string, { has }: GivenOptions): string {
  const superfluous = file || (has('handler') ? '--handler' : '');
  if (superfluous === '') return '';
  throw new CliError({
    problem: `--template says what is run, and so does ${superfluous}.`,
    fix: 'Keep one of them.',
  });
}

function readTemplateOptions({ read }: GivenOptions): DevOptions['template'] {
  const [file, functionId] = [read('template'), read('function')];
  if (file !== undefined) return { file, functionId };
  if (functionId === undefined) return undefined;
  throw new CliError({
    problem: '--function names a function of a template, and there is none.',
    fix: 'Add --template <file>, or leave it out.',
  });
}

function readEnvironment(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(pair) ?? [];
      if (name !== undefined && value !== undefined) return [name, value];
      throw new CliError({
        problem: `--env ${pair}: that is not NAME=value.`,
        fix: 'Write for example --env STAGE=dev.',
      });
    }),
  );
}

function readFaults(read: GivenOptions['read']): FaultProbabilities {
  const entries = Object.entries(faultOptions).flatMap(([option, kind]) => {
    const text = read(option);
    return text === undefined
      ? []
      : [[kind, parseNumber(text, `--${option}`, { least: 0, most: 1, isWhole: false, example: 0.05 })]];
  });
  return Object.fromEntries(entries) as FaultProbabilities;
}

function readSeed(text: string | undefined): number | undefined {
  return text === undefined
    ? undefined
    : parseNumber(text, '--seed', { least: 0, most: 2 ** 32 - 1, isWhole: true, example: 42 });
}
