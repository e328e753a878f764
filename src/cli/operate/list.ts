import type { ListQuery } from '../../runtime/ports';
import { chooseValue } from '../arguments/choose-value';
import { parseNumber } from '../arguments/parse-number';
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
  ],
  exitCodes: '0, also when there is none; 2 wrong command line',
  async run(request) {
    const { makeClient, paint, read } = request;
    const query = readQuery(read);
    const executions = await makeClient().list(query);
    printAnswer(request, { executions }, () => renderList(executions, Date.now(), paint));
    return 0;
  },
};

function readQuery(read: (option: string) => string | undefined): ListQuery {
  const [job, status] = [read('job'), chooseValue('--status', read('status'), statuses)];
  const limit = parseNumber(read('limit') ?? '100', '--limit', { least: 1, most: 1_000, isWhole: true, example: 20 });
  return { limit, ...(job !== undefined && { job }), ...(status !== undefined && { status }) };
}
