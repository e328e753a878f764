import { readEvent } from '../arguments/read-event';
import type { Operation } from './operation';
import { printAnswer } from './operation';
import { renderStatus } from './render-status';

const group = 'The execution';

/** `baton start`. */
export const start: Operation = {
  name: 'start',
  argument: { name: '<function>', what: 'the function: its name or ARN' },
  summary: 'starts an execution; the same id and input again start nothing',
  options: [
    { group, name: 'event', value: '<file|json|->', help: ['its input: a file, JSON, or - for standard input (default: {})'] },
    { group, name: 'id', value: '<id>', help: ['names the work, so that it is done once (default: a random one)'] },
    { group, name: 'job', value: '<name>', help: ["the job's name: an execution of another job under that id is refused"] },
  ],
  isNewStoreFine: true,
  exitCodes: '0 started, or it was there already; 1 refused; 2 wrong command line',
  async run(request) {
    const { argument, read, makeClient, streams, paint } = request;
    const input = await readEvent(read('event') ?? '{}', streams.stdin);
    const [executionId, job] = [read('id'), read('job')];
    const answer = await makeClient(argument).start({ input, ...(executionId && { executionId }), ...(job && { job }) });
    const { execution } = answer;
    printAnswer(request, answer, () =>
      execution === undefined
        ? [`${paint('good', '✔')} ${answer.executionId} was sent to ${argument}`, `  baton status ${answer.executionId}`]
        : [`${paint('dim', '·')} it was there already, and nothing was started`, ...renderStatus(execution, Date.now(), paint)],
    );
    return 0;
  },
};
