import type { ExecutionSummary } from '../../client/answers';
import type { ListQuery } from '../../runtime/ports';
import { chooseValue, parseNumber, parseTime } from '../arguments/read-values';
import { CliError, type Command, type GivenOptions } from '../command';
import type { Paint } from '../view/paint';
import { writeCommand, writeJson } from '../view/text';
import { renderList, renderStatus } from './render-execution';
import {
  executionArgument,
  findStops,
  makeClient,
  operationOptions,
  printAnswer,
  readColumns,
  renderStop,
} from './stored-executions';

/** `baton status`. */
export const status: Command = {
  name: 'status',
  argument: executionArgument,
  summary: 'says how an execution stands',
  options: operationOptions,
  exitCodes: '0 it is known; 1 it is not; 2 wrong command line',
  async run(request) {
    const { argument, paint } = request;
    const client = makeClient('status', request);
    const execution = await client.status(argument);
    if (execution === undefined) throw unknownError(argument);
    const [stop] = await findStops(client, [execution.job]);
    printAnswer(request, stop === undefined ? execution : { ...execution, stop }, () => [
      ...(stop === undefined ? [] : [renderStop(stop, Date.now(), paint)]),
      ...renderStatus(execution, Date.now(), paint, readColumns(request)),
    ]);
    return 0;
  },
};

/** The error for an execution that the store does not have. */
export function unknownError(executionId: string): CliError {
  const problem = `The store has no execution ${executionId}.`;
  return new CliError({ problem, fix: 'Check the id and the store; baton list shows what is there.' }, 1);
}

/** `baton result`. */
export const result: Command = {
  name: 'result',
  argument: executionArgument,
  summary: 'prints the result of an execution that has completed',
  options: operationOptions,
  exitCodes: '0 it has completed; 1 it has not; 2 wrong command line',
  async run(request) {
    const { argument, isJson } = request;
    const answer = await makeClient('result', request).result(argument);
    if (answer.status !== 'completed' && !isJson) throw unfinishedError(argument, answer);
    printAnswer(request, answer, () => [writeJson(answer.result ?? null, 2)]);
    return answer.status === 'completed' ? 0 : 1;
  },
};

function unfinishedError(
  executionId: string,
  { status: standing, invocation }: { status: string; invocation: number },
): CliError {
  if (standing === 'cancelled' || standing === 'skipped') {
    const problem = `Execution ${executionId} was ${standing}, and has no result.`;
    return new CliError({ problem, fix: 'Start it again under another id.' }, 1);
  }
  const problem = `Execution ${executionId} has not ended: it is ${standing}, in invocation ${invocation}.`;
  return new CliError(
    { problem, fix: `Ask again later, or see ${writeCommand('baton status', executionId)}.` },
    1,
  );
}

const group = 'Which';
const statuses = {
  running: 'running',
  waiting: 'waiting',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
  skipped: 'skipped',
} as const;

/** `baton list`. */
export const list: Command = {
  name: 'list',
  summary: 'lists executions, the newest first',
  options: [
    { group, name: 'job', value: '<name>', help: 'those of one job' },
    {
      group,
      name: 'status',
      value: '<status>',
      help: 'running, waiting, completed, failed, cancelled or skipped',
    },
    { group, name: 'limit', value: '<n>', help: 'at most this many, from 1 to 1000 (default: 100)' },
    { group, name: 'before', value: '<time>', help: 'those started until then, such as 2026-11-23T10:00Z' },
    ...operationOptions,
  ],
  exitCodes: '0, also when there is none; 2 wrong command line',
  async run(request) {
    const { paint } = request;
    const [query, client, nowMs] = [readQuery(request), makeClient('list', request), Date.now()];
    const executions = await client.list(query);
    const stopped = await findStops(
      client,
      query.job === undefined ? executions.map(({ job }) => job) : [query.job],
    );
    printAnswer(request, { executions, stopped }, () => [
      ...stopped.map((stop) => renderStop(stop, nowMs, paint)),
      ...renderList(executions, nowMs, paint),
      ...describeRest(executions, query, paint),
    ]);
    return 0;
  },
};

/** Where a list that is full goes on. */
function describeRest(executions: readonly ExecutionSummary[], { limit }: ListQuery, paint: Paint): string[] {
  const last = executions.at(-1);
  if (last === undefined || executions.length !== limit) return [];
  return [paint('dim', `there may be more: --before ${new Date(last.startedAtMs).toISOString()}`)];
}

function readQuery({ read }: GivenOptions): ListQuery {
  const [job, status] = [read('job'), chooseValue('--status', read('status'), statuses)];
  const startedUntilMs = parseTime(read('before'), '--before');
  const limit = parseNumber(read('limit') ?? '100', '--limit', {
    least: 1,
    most: 1_000,
    isWhole: true,
    example: 20,
  });
  return {
    limit,
    ...(job !== undefined && { job }),
    ...(status !== undefined && { status }),
    ...(startedUntilMs !== undefined && { startedUntilMs }),
  };
}
