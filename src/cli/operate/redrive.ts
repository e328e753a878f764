import { CliError } from '../cli-error';
import { executionArgument } from './execution-argument';
import type { Operation } from './operation';
import { printAnswer } from './operation';

/** `baton redrive`. */
export const redrive: Operation = {
  name: 'redrive',
  argument: executionArgument,
  summary: 'lets a failed or stuck execution go on from its last checkpoint',
  options: [
    { group: 'The function', name: 'function', value: '<name>', help: ['its name or ARN, with an alias if that is to go on (required)'] },
  ],
  exitCodes: '0 it goes on; 1 refused; 2 wrong command line',
  async run(request) {
    const { argument, read, makeClient, paint } = request;
    const functionName = read('function');
    if (!functionName) {
      throw new CliError({
        problem: 'baton redrive needs the function that is to go on.',
        cure: `Write baton redrive ${argument} --function <name>.`,
      });
    }
    const answer = await makeClient(functionName).redrive(argument);
    printAnswer(request, answer, () => [
      `${paint('good', '✔')} ${argument} goes on in invocation ${answer.invocation}`,
      `  baton status ${argument}`,
    ]);
    return 0;
  },
};
