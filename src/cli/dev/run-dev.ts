import { rmSync } from 'node:fs';
import type { LocalLambda } from '../../local';
import { createRandomId } from '../../runtime/adapters/node/random-id';
import { readEvent } from '../arguments/read-event';
import type { CommandRequest } from '../command';
import { findHandlerFile } from '../template/locate-code';
import { applyTemplate } from './apply-template';
import { deployFunction } from './deploy-function';
import { type DevOptions, readDevOptions } from './dev-options';
import { chooseDevStore, keepOutOfGit } from './dev-store';
import { defaultDesignMs, fitTime } from './fit-time';
import { type LocalRun, runLocally } from './local-run';
import { checkCode, prepareLambda } from './prepare-lambda';

/** Carries `baton dev` out. @returns the exit code */
export async function runDev(request: CommandRequest): Promise<number> {
  const options = readDevOptions(request.argument, request);
  const event = nameJob(await readEvent(options.event, request.streams.stdin), options.job);
  checkCode(options);
  return options.template
    ? runTemplate(options, options.template, event, request)
    : runFile(options, event, request);
}

/** The start of a job by its name needs an id: one that nothing else has. */
function nameJob(input: unknown, job: string | undefined): unknown {
  if (job === undefined) return input;
  return { lambdaBaton: { v: 1, start: { executionId: createRandomId(), input, job } } };
}

async function runFile(options: DevOptions, event: unknown, request: CommandRequest): Promise<number> {
  const store = chooseDevStore(options, request.streams);
  const { variables, remarks } = await fitTime({
    ...options,
    designedForMs: defaultDesignMs,
    variables: { ...(store.directory && { BATON_DIRECTORY: store.directory }), ...options.environment },
  });
  keepOutOfGit(store);
  const run: LocalRun = {
    command: 'baton dev',
    options,
    timelineFile: options.timelineFile,
    times: remarks,
    storeDirectory: store.directory ?? options.environment.BATON_DIRECTORY,
    store:
      store.directory === undefined
        ? undefined
        : { directory: store.directory, options: store.options, bundle: options.file },
    storeLabel: store.label,
    prepare: (lambda) =>
      prepareLambda(
        lambda,
        { ...options, environment: { ...variables, ...options.environment } },
        store.directory,
      ),
    begin: (lambda, functionName) => sendEvent(lambda, functionName, event),
  };
  return runLocally(run, request);
}

/** Which id the event's execution gets is the function's to say. */
async function sendEvent(lambda: LocalLambda, functionName: string, payload: unknown): Promise<undefined> {
  await lambda.invoke({ functionName, invocationType: 'Event', payload });
}

async function runTemplate(
  given: DevOptions,
  template: NonNullable<DevOptions['template']>,
  event: unknown,
  request: CommandRequest,
): Promise<number> {
  const applied = applyTemplate(given, template);
  const { deployed, options, storeDirectory } = applied;
  try {
    const { variables, remarks } = await fitTime({
      ...options,
      file: findHandlerFile(deployed.codeDirectory, deployed.handler),
      directory: deployed.codeDirectory,
      handler: deployed.handler,
      designedForMs: deployed.timeoutMs,
      variables: { BATON_DIRECTORY: storeDirectory, ...options.environment },
    });
    const environment = { ...variables, ...options.environment };
    return await runLocally(
      {
        ...{
          command: 'baton dev',
          options,
          timelineFile: given.timelineFile,
          times: remarks,
          storeDirectory,
          store: undefined,
          storeLabel: undefined,
        },
        prepare: (lambda) => deployFunction(lambda, { ...applied, options: { ...options, environment } }),
        begin: (lambda, functionName) => sendEvent(lambda, functionName, event),
      },
      request,
    );
  } finally {
    rmSync(storeDirectory, { recursive: true, force: true });
  }
}
