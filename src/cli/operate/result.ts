import { CliError } from '../cli-error';
import { executionArgument } from './execution-argument';
import type { Operation } from './operation';
import { printAnswer } from './operation';

/** `baton result`. */
export const result: Operation = {
  name: 'result',
  argument: executionArgument,
  summary: 'prints the result of an execution that has completed',
  options: [],
  exitCodes: '0 it has completed; 1 it has not; 2 wrong command line',
  async run(request) {
    const { argument, makeClient, isJson } = request;
    const answer = await makeClient().result(argument);
    if (answer.status !== 'completed' && !isJson) throw describeUnfinished(argument, answer);
    printAnswer(request, answer, () => [JSON.stringify(answer.result ?? null, undefined, 2)]);
    return answer.status === 'completed' ? 0 : 1;
  },
};

function describeUnfinished(executionId: string, { status, invocation }: { status: string; invocation: number }): CliError {
  if (status === 'cancelled') {
    return new CliError(
      { problem: `Execution ${executionId} was cancelled, and has no result.`, cure: 'Start it again under another id.' },
      1,
    );
  }
  const problem = `Execution ${executionId} has not ended: it is ${status}, in invocation ${invocation}.`;
  return new CliError({ problem, cure: `Ask again later, or see baton status ${executionId}.` }, 1);
}
