import { setTimeout as sleep } from 'node:timers/promises';
import { BatonClient } from '../../client/baton-client';
import { RedriveRefusedError } from '../../errors';
import type { LocalLambda } from '../../local';
import { loadLambdaSdk } from '../../runtime/adapters/aws/clients';
import { createStore } from '../../runtime/adapters/store/stores';
import { readStore } from '../arguments/read-store';
import { CliError, type CommandRequest } from '../command';
import { formatDuration, quoteForShell } from '../view/text';
import type { View } from '../view/view';
import { readFunctionOptions } from './dev-options';
import { defaultDesignMs, fitTime } from './fit-time';
import { runLocally } from './local-run';
import { checkCode, prepareLambda } from './prepare-lambda';

/** An execution that is sent on, or started, on this machine. */
interface BundleRun {
  readonly command: string;
  /** The bundle or TypeScript file. */
  readonly bundle: string;
  /** Whether the store's directory need not be there yet. */
  readonly isNewStoreFine: boolean;
}

/** Sends the execution to the function, by a client of both; `view` for what has to be waited for. @returns the execution's id */
type Send = (client: BatonClient, view: View, interruption: AbortSignal) => Promise<string>;

/** Runs an execution of a store on this machine on a local bundle, to its end. @returns the exit code: 0 only when it completed */
export async function runBundle(
  { command, bundle, isNewStoreFine }: BundleRun,
  request: CommandRequest,
  send: Send,
): Promise<number> {
  if (request.has('function'))
    throw new CliError({ problem: '--bundle and --function are both given.', fix: 'Keep one of them.' });
  const options = readFunctionOptions(bundle, request);
  checkCode(options);
  const settings = readStore(command, request, isNewStoreFine, request.streams);
  const { directory } = settings;
  if (directory === undefined) throw noDirectoryError(command);
  const { variables, remarks } = await fitTime({
    ...options,
    designedForMs: defaultDesignMs,
    variables: { BATON_DIRECTORY: directory, ...options.environment },
  });
  const given = request.read('directory');
  const run = {
    command,
    options,
    times: remarks,
    storeDirectory: directory,
    storeLabel: directory,
    store: { directory, options: given === undefined ? '' : ` --directory ${quoteForShell(given)}`, bundle },
    prepare: (lambda: LocalLambda) =>
      prepareLambda(lambda, { ...options, environment: { ...variables, ...options.environment } }, directory),
    begin: async (lambda: LocalLambda, functionName: string, view: View) => {
      const { LambdaClient } = await loadLambdaSdk();
      const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
      const client = new LambdaClient({ endpoint: lambda.endpoint, region: lambda.region, credentials });
      const signingKey = options.environment.BATON_SIGNING_KEY;
      try {
        const store = createStore(settings);
        return await send(
          new BatonClient({ store, functionName, client, ...(signingKey && { signingKey }) }),
          view,
          request.interruption,
        );
      } finally {
        client.destroy();
      }
    },
  };
  return runLocally(run, request);
}

/** Lets an execution of this machine go on from its last checkpoint, on a local bundle. @returns the exit code */
export async function redriveHere(bundle: string, request: CommandRequest): Promise<number> {
  const { argument: executionId } = request;
  const run = { command: 'baton redrive', bundle, isNewStoreFine: false };
  return runBundle(run, request, async (client, view, interruption) => {
    try {
      await client.redrive(executionId);
    } catch (error) {
      await waitForLease(error, executionId, { client, view, interruption });
      await client.redrive(executionId);
    }
    return executionId;
  });
}

interface WaitParts {
  readonly client: BatonClient;
  readonly view: View;
  readonly interruption: AbortSignal;
}

/** What was interrupted a moment ago looks alive until its time-out is over, and what waits is not due yet: both are a matter of time. */
async function waitForLease(
  error: unknown,
  executionId: string,
  { client, view, interruption }: WaitParts,
): Promise<void> {
  const isMatterOfTime =
    error instanceof RedriveRefusedError && ['handed-off', 'running'].includes(error.details.standing);
  const execution = isMatterOfTime ? await client.status(executionId) : undefined;
  if (execution === undefined) throw error;
  const leftMs = Math.max(execution.leaseUntilMs, execution.resumeAtMs ?? 0) - Date.now() + 1;
  if (leftMs > 0) {
    view.remark(
      `Its last invocation may be alive, or its wait goes on, for ${formatDuration(leftMs)} yet: it goes on after that.`,
    );
    await sleep(leftMs, undefined, { signal: interruption });
  }
}

function noDirectoryError(command: string): CliError {
  return new CliError({
    problem: `${command} --bundle runs on this machine, and the executions are kept in AWS.`,
    fix: 'Give the directory that they are kept in: --directory <path>; or --function <name> instead of --bundle.',
  });
}
