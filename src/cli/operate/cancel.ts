import { executionArgument } from './execution-argument';
import type { Operation } from './operation';
import { printAnswer } from './operation';

/** `baton cancel`. */
export const cancel: Operation = {
  name: 'cancel',
  argument: executionArgument,
  summary: 'asks an execution to end at its next safe point',
  options: [],
  exitCodes: '0 it was asked; 1 it had ended already, or is not known; 2 wrong command line',
  async run(request) {
    const { argument, makeClient, paint } = request;
    const answer = await makeClient().cancel(argument);
    const { kind, execution } = answer;
    printAnswer(request, answer, () => {
      if (kind === 'already-ended') return [`${paint('warn', '!')} ${argument} had ended already: it is ${execution.status}`];
      if (!execution.isStuck) return [`${paint('good', '✔')} ${argument} will end at its next safe point`];
      return [
        `${paint('warn', '!')} ${argument} looks stuck, and ends when it is redriven`,
        `  baton redrive ${argument} --function <function>`,
      ];
    });
    return kind === 'requested' ? 0 : 1;
  },
};
