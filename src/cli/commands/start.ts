import { readEvent } from '../arguments/read-values';
import { CliError, type Command, type CommandRequest } from '../command';
import { runBundle } from '../dev/run-bundle';
import { escapeControls, quoteForShell, writeCommand } from '../view/text';
import { bundleOptions } from './redrive';
import { renderStatus } from './render-execution';
import { makeClient, operationOptions, printAnswer, readColumns } from './stored-executions';

const group = 'The execution';

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
      group,
      name: 'event',
      value: '<file|json|->',
      help: 'its input: a file, JSON, or - for standard input (default: {})',
    },
    {
      group,
      name: 'id',
      value: '<id>',
      help: 'names the work, so that it is done once (default: a random one)',
    },
    {
      group,
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
