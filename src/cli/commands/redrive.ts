import { leastGraceMs, maxSwept } from '../../runtime/core/record/sweep';
import { parseDuration, parseNumber } from '../arguments/read-values';
import { CliError, type Command, type OptionSpec } from '../command';
import { listFunctionOptions } from '../dev/dev-options';
import { redriveHere } from '../dev/run-bundle';
import { escapeControls, writeCommand } from '../view/text';
import { executionArgument, makeClient, operationOptions, printAnswer } from './stored-executions';

/** How an execution is run on this machine, instead of by a deployed function. */
export const bundleOptions: readonly OptionSpec[] = [
  {
    group: 'On this machine',
    name: 'bundle',
    value: '<file>',
    help: 'run it here, to its end, from a bundle or a TypeScript file: what baton dev left behind goes on',
  },
  ...listFunctionOptions('On this machine'),
  { group: 'Output', name: 'quiet', short: 'q', help: 'with --bundle: nothing but errors' },
];

const functionOption: OptionSpec = {
  group: 'The function',
  name: 'function',
  value: '<name>',
  help: 'its name or ARN, with an alias if that is to go on (required)',
};

/** `baton redrive`. */
export const redrive: Command = {
  name: 'redrive',
  argument: executionArgument,
  summary: 'lets a failed or stuck execution go on from its last checkpoint',
  options: [
    { ...functionOption, help: `${functionOption.help.replace('(required)', '(this or --bundle)')}` },
    {
      group: 'The function',
      name: 'latest',
      help: 'with the newest code, and not on the version that it began on',
    },
    ...bundleOptions,
    ...operationOptions,
  ],
  exitCodes: '0 it goes on (with --bundle: it completed); 1 refused; 2 wrong command line',
  handlesInterruption: true,
  async run(request) {
    const { argument, has, read, paint } = request;
    const [functionName, bundle] = [read('function'), read('bundle')];
    if (bundle !== undefined) return redriveHere(bundle, request);
    if (!functionName) {
      throw new CliError({
        problem: 'baton redrive needs the function that is to go on.',
        fix: `Write ${writeCommand('baton redrive', argument, ' --function <name>')}, or --bundle <file> on this machine.`,
      });
    }
    const answer = await makeClient('redrive', request, { functionName }).redrive(
      argument,
      has('latest') ? { continueOn: 'latest' } : {},
    );
    printAnswer(request, answer, () => [
      `${paint('good', '✔')} ${escapeControls(argument)} goes on in invocation ${answer.invocation}`,
      `  ${writeCommand('baton status', argument)}`,
    ]);
    return 0;
  },
};

const group = 'Which';
const graceRange = { leastMs: leastGraceMs, maxMs: 86_400_000, most: 'a day (1440m)' };

/** `baton sweep`. */
export const sweep: Command = {
  name: 'sweep',
  summary: 'sends on executions that will not be retried',
  options: [
    { group, name: 'job', value: '<name>', help: 'those of one job; needed when the store has several' },
    { group, name: 'limit', value: '<n>', help: 'at most this many, from 1 to 1000 (default: 100)' },
    { group, name: 'grace', value: '<time>', help: 'nobody has come for so long (default: 15m)' },
    { group, name: 'dry-run', help: 'says what it would do, and does nothing' },
    functionOption,
    ...operationOptions,
  ],
  exitCodes: '0, also when there is none; 1 some could not be sent on; 2 wrong command line',
  async run(request) {
    const { read, has, paint } = request;
    const [functionName, job, grace, isDryRun] = [
      read('function'),
      read('job'),
      read('grace'),
      has('dry-run'),
    ];
    if (!functionName) {
      throw new CliError({
        problem: 'baton sweep needs the function that is to go on.',
        fix: 'Write baton sweep --function <name>.',
      });
    }
    const limit = parseNumber(read('limit') ?? '100', '--limit', {
      least: 1,
      most: maxSwept,
      isWhole: true,
      example: 20,
    });
    const answer = await makeClient('sweep', request, { functionName }).sweep({
      ...{ limit, isDryRun },
      ...(job !== undefined && { job }),
      ...(grace !== undefined && { graceMs: parseDuration(grace, '--grace', graceRange) }),
    });
    printAnswer(request, answer, () => [
      ...answer.swept.map(({ executionId, invocation }) => {
        return `${paint('good', '✔')} ${escapeControls(executionId)} ${isDryRun ? 'would go' : 'goes'} on in invocation ${invocation}`;
      }),
      ...answer.failed.map(
        ({ executionId, reason }) =>
          `${paint('bad', '✖')} ${escapeControls(executionId)}: ${escapeControls(reason)}`,
      ),
      ...answer.parkedIds.map(
        (id) => `${paint('warn', '!')} ${escapeControls(id)} is parked: allow recursion, then baton redrive`,
      ),
      ...(answer.swept.length + answer.failed.length === 0 ? ['nothing to sweep'] : []),
      ...(answer.hasMore ? ['there may be more: sweep again'] : []),
    ]);
    return answer.failed.length > 0 ? 1 : 0;
  },
};
