import type { ExecutionSummary } from '../../client/answers';
import type { ListQuery } from '../../runtime/ports';
import { chooseValue } from '../arguments/choose-value';
import { parseNumber } from '../arguments/parse-number';
import { parseTime } from '../arguments/parse-time';
import type { Paint } from '../view/paint';
import { findStops, renderStop } from './find-stops';
import type { Operation } from './operation';
import { printAnswer } from './operation';
import { renderList } from './render-list';

const group = 'Which';
const statuses = { running: 'running', waiting: 'waiting', completed: 'completed', failed: 'failed', cancelled: 'cancelled' } as const;

/** `baton list`. */
export const list: Operation = {
  name: 'list',
  summary: 'lists executions, the newest first',
  options: [
    { group, name: 'job', value: '<name>', help: ['those of one job'] },
    { group, name: 'status', value: '<status>', help: ['running, waiting, completed, failed or cancelled'] },
    { group, name: 'limit', value: '<n>', help: ['at most this many, from 1 to 1000 (default: 100)'] },
    { group, name: 'before', value: '<time>', help: ['those started until then, such as 2026-11-23T10:00Z'] },
  ],
  exitCodes: '0, also when there is none; 2 wrong command line',
  async run(request) {
    const { makeClient, paint, read } = request;
    const [query, client, nowMs] = [readQuery(read), makeClient(), Date.now()];
    const executions = await client.list(query);
    const stopped = await findStops(client, query.job === undefined ? executions.map(({ job }) => job) : [query.job]);
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

function readQuery(read: (option: string) => string | undefined): ListQuery {
  const [job, status] = [read('job'), chooseValue('--status', read('status'), statuses)];
  const startedUntilMs = parseTime(read('before'), '--before');
  const limit = parseNumber(read('limit') ?? '100', '--limit', { least: 1, most: 1_000, isWhole: true, example: 20 });
  return {
    limit,
    ...(job !== undefined && { job }),
    ...(status !== undefined && { status }),
    ...(startedUntilMs !== undefined && { startedUntilMs }),
  };
}
