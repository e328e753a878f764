import { jobArgument } from './job-argument';
import type { Operation } from './operation';
import { printAnswer } from './operation';

/** `baton resume`. */
export const resume: Operation = {
  name: 'resume',
  argument: jobArgument,
  summary: 'lets a stopped job start executions again',
  options: [],
  exitCodes: '0, also when it was not stopped; 2 wrong command line',
  async run(request) {
    const { argument, makeClient, paint } = request;
    const answer = await makeClient().resume(argument);
    printAnswer(request, answer, () =>
      answer.wasStopped
        ? [`${paint('good', '✔')} ${argument} starts executions again; those that were asked to end still do`]
        : [`${paint('dim', '·')} ${argument} was not stopped`],
    );
    return 0;
  },
};
