import { CliError, type Command } from '../command';
import { writeCommand, writeJson } from '../view/text';
import { renderStatus } from './render-execution';
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
