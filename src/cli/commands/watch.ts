import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionDescription } from '../../client/answers';
import type { BatonClient } from '../../client/baton-client';
import { parseDuration } from '../arguments/read-values';
import { type Command, type CommandRequest, jsonOption, readExitCode } from '../command';
import { JsonWatchView, LiveWatchView, PlainWatchView, type WatchView } from '../watch/watch-view';
import { hasEnded, WatchedExecution } from '../watch/watched-execution';
import { unknownError } from './status';
import { executionArgument, makeClient, operationOptions } from './stored-executions';

const intervalRange = { leastMs: 100, maxMs: 600_000, most: '10m' };
/** An execution that has just been started may have no record yet: it is waited for so long, in milliseconds. */
const appearsWithinMs = 2_000;
/** So many looks in a row may fail: a store that is throttled for a moment ends no watch. */
const maxFailures = 5;

/** `baton watch`. */
export const watch: Command = {
  name: 'watch',
  argument: executionArgument,
  summary: 'shows an execution live, until it ends',
  options: [
    {
      group: 'Output',
      name: 'every',
      value: '<duration>',
      help: 'how often the store is looked into (default: 1s)',
    },
    ...operationOptions.filter(({ name }) => name !== jsonOption.name),
    { ...jsonOption, help: 'one JSON object a line: each invocation, and how the execution stands' },
  ],
  exitCodes: '0 it has completed; 1 it has ended otherwise, or is not known; 2 wrong command line',
  handlesInterruption: true,
  async run(request) {
    const everyMs = parseDuration(request.read('every') ?? '1s', '--every', intervalRange);
    const client = makeClient('watch', request);
    const view = chooseView(request);
    try {
      const execution = await watchToItsEnd(client, request, view, everyMs);
      if (execution === undefined) return readExitCode(request.interruption);
      view.end(execution, Date.now());
      return execution.status === 'completed' ? 0 : 1;
    } finally {
      view.close();
    }
  },
};

function chooseView({ isJson, streams: { stdout }, paint }: CommandRequest): WatchView {
  if (isJson) return new JsonWatchView(stdout);
  return stdout.isTTY === true ? new LiveWatchView(stdout, paint) : new PlainWatchView(stdout, paint);
}

/** @returns the execution as it has ended; undefined when the watch was interrupted */
async function watchToItsEnd(
  client: BatonClient,
  { argument, interruption }: CommandRequest,
  view: WatchView,
  everyMs: number,
): Promise<ExecutionDescription | undefined> {
  const watched = new WatchedExecution();
  const startedAtMs = Date.now();
  let failures = 0;
  for (;;) {
    if (interruption.aborted) return undefined;
    try {
      const execution = await client.status(argument);
      failures = 0;
      if (execution !== undefined) {
        view.show(watched.take(execution), Date.now());
        if (hasEnded(execution)) return execution;
      } else if (Date.now() - startedAtMs >= appearsWithinMs) throw unknownError(argument);
    } catch (error) {
      failures += 1;
      if (failures >= maxFailures || isFinal(error)) throw error;
    }
    await sleep(everyMs, undefined, { signal: interruption }).catch(() => {});
  }
}

/** Whether the next look would fail the same way. */
function isFinal(error: unknown): boolean {
  const { retryable } = Object(error) as { retryable?: unknown };
  return retryable === false;
}
