import type { ExecutionDescription } from '../../client/answers';
import type { BatonClient } from '../../client/baton-client';
import type { Command, CommandRequest } from '../command';
import { modelFromHistory } from '../timeline/model-from-history';
import { renderTerminal } from '../timeline/render-terminal';
import type { Timeline } from '../timeline/timeline';
import { checkPageFile, writePage } from '../timeline/timeline-file';
import { unknownError } from './status';
import {
  executionArgument,
  makeClient,
  operationOptions,
  printAnswer,
  readColumns,
} from './stored-executions';

/** How many children are drawn. */
const maxChildren = 100;
/** Among how many executions children are looked for: the newest. */
const maxListed = 1_000;

/** `baton timeline`. */
export const timeline: Command = {
  name: 'timeline',
  argument: executionArgument,
  summary: 'draws what an execution did, invocation by invocation, and where its time went',
  options: [
    {
      group: 'Output',
      name: 'html',
      value: '<file>',
      help: 'one HTML file instead, which needs nothing else: to look at, and to send to somebody',
    },
    ...operationOptions,
  ],
  exitCodes: '0 it was drawn; 1 it is not known; 2 wrong command line',
  async run(request) {
    const html = request.read('html');
    const file = html === undefined ? undefined : checkPageFile(html, '--html');
    const drawn = await drawExecution(makeClient('timeline', request), request);
    if (file !== undefined) await writePage(drawn, file);
    printAnswer(request, drawn, () =>
      file === undefined
        ? renderTerminal(drawn, request.paint, readColumns(request))
        : [`timeline written to ${file}`],
    );
    return 0;
  },
};

async function drawExecution(client: BatonClient, { argument }: CommandRequest): Promise<Timeline> {
  const execution = await client.status(argument);
  if (execution === undefined) throw unknownError(argument);
  const { children, foundCount } = await findChildren(client, execution);
  const drawn = modelFromHistory(execution, children, Date.now());
  if (foundCount <= maxChildren) return drawn;
  return { ...drawn, omitted: [`Only ${maxChildren} of ${foundCount} children are shown.`] };
}

/** A child is named after its parent. The oldest come first, as they were started. */
async function findChildren(client: BatonClient, { executionId }: ExecutionDescription) {
  const listed = await client.list({ limit: maxListed });
  const found = listed
    .filter((other) => other.executionId.startsWith(`${executionId}/`))
    .toSorted((a, b) => a.startedAtMs - b.startedAtMs);
  const shown = found.slice(0, maxChildren);
  const described = await Promise.all(shown.map((child) => client.status(child.executionId)));
  return { children: described.filter((child) => child !== undefined), foundCount: found.length };
}
