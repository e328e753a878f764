import type { StopAnswer } from '../../client/answers';
import { formatNumberOf } from '../view/format';
import { jobArgument } from './job-argument';
import type { Operation, OperationRequest } from './operation';
import { printAnswer } from './operation';

const inTheEnd = 'when its next invocation begins';

/** `baton stop`. */
export const stop: Operation = {
  name: 'stop',
  argument: jobArgument,
  summary: 'ends all executions of a job, and refuses new ones',
  options: [{ group: 'The stop', name: 'reason', value: '<text>', help: ['why, for whoever meets it: up to 500 characters'] }],
  exitCodes: '0 it is stopped, also when nothing was running; 1 some could not be asked to end yet; 2 wrong command line',
  async run(request) {
    const { argument, read, makeClient } = request;
    const [client, reason] = [makeClient(), read('reason')];
    const answer = await client.stop(argument, { ...(reason !== undefined && { reason }) });
    const isUnknown = answer.executionIds.length === 0 && (await client.list({ job: argument, limit: 1 })).length === 0;
    printAnswer(request, answer, () => renderAnswer(answer, isUnknown, request));
    return answer.hasMore || answer.failed.length > 0 ? 1 : 0;
  },
};

function renderAnswer({ job, executionIds, failed, hasMore }: StopAnswer, isUnknown: boolean, { paint }: OperationRequest): string[] {
  const asked = formatNumberOf(executionIds.length, 'execution');
  return [
    `${paint('good', '✔')} ${job} is stopped: new executions are refused until baton resume ${job}`,
    `  ${asked} will end, at the next safe point or ${inTheEnd}`,
    ...failed.map(({ executionId, reason }) => `${paint('bad', '✖')} ${executionId} could not be asked, and ends ${inTheEnd}: ${reason}`),
    ...(hasMore ? [`${paint('warn', '!')} there may be more than the store can list: each ends ${inTheEnd}`] : []),
    ...(isUnknown ? [`${paint('warn', '!')} the store has no execution of ${job}: check the name`] : []),
  ];
}
