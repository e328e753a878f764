import { formatNumberOf } from '../view/format';
import type { Operation } from './operation';
import { printAnswer } from './operation';

/** `baton stop`. */
export const stop: Operation = {
  name: 'stop',
  argument: { name: '<job>', what: 'the name of a job' },
  summary: 'asks all executions of a job to end',
  options: [],
  exitCodes: '0 all are asked, also when there is none; 1 there may be more; 2 wrong command line',
  async run(request) {
    const { argument, makeClient, paint } = request;
    const answer = await makeClient().stop(argument);
    printAnswer(request, answer, () => [
      `${paint('good', '✔')} ${formatNumberOf(answer.executionIds.length, 'execution')} of ${argument} will end, each at its next safe point or when its next invocation begins`,
      ...(answer.hasMore ? [`${paint('warn', '!')} there may be more: stop again when these have ended`] : []),
    ]);
    return answer.hasMore ? 1 : 0;
  },
};
