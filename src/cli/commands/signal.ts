import { readEvent } from '../arguments/read-values';
import type { Command } from '../command';
import { escapeControls } from '../view/text';
import { makeClient, operationOptions, printAnswer } from './stored-executions';

const group = 'The signal';

/** `baton signal`. */
export const signal: Command = {
  name: 'signal',
  argument: {
    name: '<id> <name>',
    what: 'the id of an execution and the name of a signal',
    second: { what: 'the name of a signal' },
    one: 'takes an id and a name',
  },
  summary: 'sends a signal to an execution, and wakes it',
  options: [
    {
      group,
      name: 'payload',
      value: '<file|json|->',
      help: 'what it says: a file, JSON, or - for standard input (default: nothing)',
    },
    {
      group,
      name: 'id',
      value: '<id>',
      help: 'names the occasion, so that it counts once (default: a random one)',
    },
    ...operationOptions,
  ],
  exitCodes:
    '0 it was taken, now or before; 1 the execution has ended, or is not known; 2 wrong command line',
  async run(request) {
    const { argument: executionId, second: name, read, streams, paint } = request;
    const [text, signalId] = [read('payload'), read('id')];
    const naming = { noun: 'payload', example: `--payload '{"by":"Ann"}'` };
    const payload = text === undefined ? undefined : await readEvent(text, streams.stdin, naming);
    const answer = await makeClient('signal', request).signal({
      executionId,
      name,
      payload,
      ...(signalId !== undefined && { signalId }),
    });
    const id = escapeControls(executionId);
    const lines = {
      accepted: `${paint('good', '✔')} ${id} has ${name} (${escapeControls(answer.signalId)})`,
      repeated: `${paint('dim', '·')} ${id} had ${name} (${escapeControls(answer.signalId)}) before`,
      ended: `${paint('warn', '!')} ${id} has ended: the signal was not kept`,
    };
    printAnswer(request, { executionId, name, ...answer }, () => [lines[answer.kind]]);
    return answer.kind === 'ended' ? 1 : 0;
  },
};
