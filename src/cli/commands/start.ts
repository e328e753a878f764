import { readEvent } from '../arguments/read-values';
import { CliError, type Command, type CommandRequest } from '../command';
import { runBundle } from '../dev/run-bundle';
import { escapeControls, quoteForShell, writeCommand } from '../view/text';
import { bundleOptions } from './redrive';
import { renderStatus } from './render-execution';
import { makeClient, operationOptions, printAnswer, readColumns } from './stored-executions';

/** `baton start`. */
export const start: Command = {
  name: 'start',
  argument: { name: '<function>', isOptional: true, what: 'the function: its name or ARN' },
  summary: 'starts an execution; the same id and input again start nothing',
  usage: [
    ['baton start <function> [options]', 'a deployed function: its name or ARN'],
    ['baton start --bundle <file> [options]', 'a bundle or TypeScript file, run on this machine to the end'],
  ],
  options: [
    {
      group: 'The execution',
      name: 'event',
      value: '<file|json|->',
      help: 'its input: a file, JSON, or - for standard input (default: {})',
    },
    {
      group: 'The execution',
      name: 'id',
      value: '<id>',
      help: 'names the work, so that it is done once (default: a random one)',
    },
    {
      group: 'The execution',
      name: 'job',
      value: '<name>',
      help: "the job's name: an execution of another job under that id is refused",
    },
    ...bundleOptions,
    ...operationOptions,
  ],
  exitCodes:
    '0 started, or it was there already (with --bundle: it completed); 1 refused; 2 wrong command line',
  handlesInterruption: true,
  async run(request) {
    const { argument, read, streams } = request;
    const bundle = read('bundle');
    if (!argument && bundle === undefined) throw noFunctionError();
    const input = await readEvent(read('event') ?? '{}', streams.stdin);
    const [executionId, job] = [read('id'), read('job')];
    const asked = { input, ...(executionId && { executionId }), ...(job && { job }) };
    if (bundle !== undefined) return startHere(bundle, asked, request);
    const answer = await makeClient('start', request, { functionName: argument, isNewStoreFine: true }).start(
      asked,
    );
    const { paint } = request;
    printAnswer(request, answer, () =>
      answer.execution === undefined
        ? [
            `${paint('good', '✔')} ${escapeControls(answer.executionId)} was sent to ${escapeControls(argument)}`,
            `  ${writeCommand('baton status', answer.executionId)}`,
          ]
        : [
            `${paint('dim', '·')} it was there already, and nothing was started`,
            ...renderStatus(answer.execution, Date.now(), paint, readColumns(request)),
          ],
    );
    return 0;
  },
};

async function startHere(
  bundle: string,
  asked: { readonly input: unknown; readonly executionId?: string },
  request: CommandRequest,
) {
  return runBundle({ command: 'baton start', bundle, isNewStoreFine: true }, request, async (client) => {
    const { executionId, execution } = await client.start(asked);
    if (execution === undefined || execution.status === 'completed') return executionId;
    throw new CliError(
      {
        problem: `Execution ${executionId} is there already: it is ${execution.status}, and nothing was started.`,
        fix: `Let it go on: ${writeCommand('baton redrive', executionId, ` --bundle ${quoteForShell(bundle)}`)}.`,
      },
      1,
    );
  });
}

function noFunctionError(): CliError {
  return new CliError({
    problem: 'baton start needs the function: its name or ARN.',
    fix: 'Write baton start <function>, or baton start --bundle <file> to run it on this machine.',
  });
}

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
      group: 'The signal',
      name: 'payload',
      value: '<file|json|->',
      help: 'what it says: a file, JSON, or - for standard input (default: nothing)',
    },
    {
      group: 'The signal',
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
