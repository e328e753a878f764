import { CliError } from '../cli-error';
import { executionArgument } from './execution-argument';
import { findStops, renderStop } from './find-stops';
import type { Operation } from './operation';
import { printAnswer } from './operation';
import { renderStatus } from './render-status';

/** `baton status`. */
export const status: Operation = {
  name: 'status',
  argument: executionArgument,
  summary: 'says how an execution stands',
  options: [],
  exitCodes: '0 it is known; 1 it is not; 2 wrong command line',
  async run(request) {
    const { argument, makeClient, paint } = request;
    const client = makeClient();
    const execution = await client.status(argument);
    if (execution === undefined) throw describeUnknown(argument);
    const [stop] = await findStops(client, [execution.job]);
    printAnswer(request, stop === undefined ? execution : { ...execution, stop }, () => [
      ...(stop === undefined ? [] : [renderStop(stop, Date.now(), paint)]),
      ...renderStatus(execution, Date.now(), paint),
    ]);
    return 0;
  },
};

function describeUnknown(executionId: string): CliError {
  const problem = `The store has no execution ${executionId}.`;
  return new CliError({ problem, cure: 'Check the id and the store; baton list shows what is there.' }, 1);
}
