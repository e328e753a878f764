import { leastGraceMs, mostSwept } from '../../runtime/core/sweep';
import { parseDuration } from '../arguments/parse-duration';
import { parseNumber } from '../arguments/parse-number';
import { CliError } from '../cli-error';
import type { Operation } from './operation';
import { printAnswer } from './operation';

const group = 'Which';
const graceRange = { leastMs: leastGraceMs, mostMs: 86_400_000, most: 'a day (1440m)' };

/** `baton sweep`. */
export const sweep: Operation = {
  name: 'sweep',
  summary: 'sends on executions that nobody comes for any more',
  options: [
    { group, name: 'job', value: '<name>', help: ['those of one job; needed when the store has several'] },
    { group, name: 'limit', value: '<n>', help: ['at most this many, from 1 to 1000 (default: 100)'] },
    { group, name: 'grace', value: '<time>', help: ['nobody has come for so long (default: 15m)'] },
    { group, name: 'dry-run', help: ['says what it would do, and does nothing'] },
    { group: 'The function', name: 'function', value: '<name>', help: ['its name or ARN, with an alias if that is to go on (required)'] },
  ],
  exitCodes: '0, also when there is none; 1 some could not be sent on; 2 wrong command line',
  async run(request) {
    const { read, makeClient, paint } = request;
    const [functionName, job, grace, isDryRun] = [read('function'), read('job'), read('grace'), read('dry-run') !== undefined];
    if (!functionName) {
      throw new CliError({
        problem: 'baton sweep needs the function that is to go on.',
        cure: 'Write baton sweep --function <name>.',
      });
    }
    const limit = parseNumber(read('limit') ?? '100', '--limit', { least: 1, most: mostSwept, isWhole: true, example: 20 });
    const answer = await makeClient(functionName).sweep({
      ...{ limit, isDryRun },
      ...(job !== undefined && { job }),
      ...(grace !== undefined && { graceMs: parseDuration(grace, '--grace', graceRange) }),
    });
    printAnswer(request, answer, () => [
      ...answer.swept.map(({ executionId, invocation }) => {
        return `${paint('good', '✔')} ${executionId} ${isDryRun ? 'would go' : 'goes'} on in invocation ${invocation}`;
      }),
      ...answer.failed.map(({ executionId, reason }) => `${paint('bad', '✖')} ${executionId}: ${reason}`),
      ...answer.parkedIds.map((executionId) => `${paint('warn', '!')} ${executionId} is parked: allow recursion, then baton redrive`),
      ...(answer.swept.length + answer.failed.length === 0 ? ['nothing to sweep'] : []),
      ...(answer.hasMore ? ['there may be more: sweep again'] : []),
    ]);
    return answer.failed.length > 0 ? 1 : 0;
  },
};
