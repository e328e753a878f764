import type { ExecutionSummary } from '../../client/answers';
import type { ListQuery } from '../../runtime/ports';
import { chooseValue, parseNumber, parseTime } from '../arguments/read-values';
import type { Command, GivenOptions } from '../command';
import type { Paint } from '../view/paint';
import { renderList } from './render-execution';
import { findStops, makeClient, operationOptions, printAnswer, renderStop } from './stored-executions';

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
