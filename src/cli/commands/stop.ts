import type { StopAnswer } from '../../client/answers';
import type { Command, CommandRequest } from '../command';
import { escapeControls, formatNumberOf, writeCommand } from '../view/text';
import {
  executionArgument,
  jobArgument,
  makeClient,
  operationOptions,
  printAnswer,
} from './stored-executions';

const inTheEnd = 'when its next invocation begins';

/** `baton cancel`. */
export const cancel: Command = {
  name: 'cancel',
  argument: executionArgument,
  summary: 'asks an execution to end at its next safe point',
  options: operationOptions,
  exitCodes: '0 it was asked; 1 it had ended already, or is not known; 2 wrong command line',
  async run(request) {
    const { argument, paint } = request;
    const answer = await makeClient('cancel', request).cancel(argument);
    const { kind, execution } = answer;
    const id = escapeControls(argument);
    printAnswer(request, answer, () => {
      if (kind === 'already-ended')
        return [`${paint('warn', '!')} ${id} had ended already: it is ${execution.status}`];
      if (!execution.isStuck) return [`${paint('good', '✔')} ${id} will end at its next safe point`];
      return [
        `${paint('warn', '!')} ${id} looks stuck, and ends when it is redriven`,
        `  ${writeCommand('baton redrive', argument, ' --function <function>')}`,
      ];
    });
    return kind === 'requested' ? 0 : 1;
  },
};

/** `baton stop`. */
export const stop: Command = {
  name: 'stop',
  argument: jobArgument,
  summary: 'ends all executions of a job, and refuses new ones',
  options: [
    {
      group: 'The stop',
      name: 'reason',
      value: '<text>',
      help: 'why, for whoever meets it: up to 500 characters',
    },
    ...operationOptions,
  ],
  exitCodes:
    '0 it is stopped, also when nothing was running; 1 some could not be asked to end yet; 2 wrong command line',
  async run(request) {
    const { argument, read } = request;
    const [client, reason] = [makeClient('stop', request), read('reason')];
    const answer = await client.stop(argument, { ...(reason !== undefined && { reason }) });
    const isUnknown =
      answer.executionIds.length === 0 && (await client.list({ job: argument, limit: 1 })).length === 0;
    printAnswer(request, answer, () => renderAnswer(answer, isUnknown, request));
    return answer.hasMore || answer.failed.length > 0 ? 1 : 0;
  },
};

function renderAnswer(
  { job, executionIds, failed, hasMore }: StopAnswer,
  isUnknown: boolean,
  { paint }: CommandRequest,
): string[] {
  const asked = formatNumberOf(executionIds.length, 'execution');
  return [
    `${paint('good', '✔')} ${escapeControls(job)} is stopped: new executions are refused until ${writeCommand('baton resume', job)}`,
    `  ${asked} will end, at the next safe point or ${inTheEnd}`,
    ...failed.map(
      ({ executionId, reason }) =>
        `${paint('bad', '✖')} ${escapeControls(executionId)} could not be asked, and ends ${inTheEnd}: ${escapeControls(reason)}`,
    ),
    ...(hasMore
      ? [`${paint('warn', '!')} there may be more than the store can list: each ends ${inTheEnd}`]
      : []),
    ...(isUnknown
      ? [`${paint('warn', '!')} the store has no execution of ${escapeControls(job)}: check the name`]
      : []),
  ];
}

/** `baton resume`. */
export const resume: Command = {
  name: 'resume',
  argument: jobArgument,
  summary: 'lets a stopped job start executions again',
  options: operationOptions,
  exitCodes: '0, also when it was not stopped; 2 wrong command line',
  async run(request) {
    const { argument, paint } = request;
    const answer = await makeClient('resume', request).resume(argument);
    const job = escapeControls(argument);
    printAnswer(request, answer, () =>
      answer.wasStopped
        ? [`${paint('good', '✔')} ${job} starts executions again; those that were asked to end still do`]
        : [`${paint('dim', '·')} ${job} was not stopped`],
    );
    return 0;
  },
};
