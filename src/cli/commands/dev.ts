import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { LocalLambda } from '../../local';
import { createRandomId } from '../../runtime/adapters/node/ambient';
import { stores } from '../../runtime/adapters/store/stores';
import { devDirectory } from '../arguments/read-store';
import { readEvent } from '../arguments/read-values';
import type { Command, CommandRequest, ConsoleStreams } from '../command';
import { applyTemplate, deployFunction } from '../dev/deploy-function';
import { type DevOptions, devOptionSpecs, readDevOptions } from '../dev/dev-options';
import { defaultDesignMs, fitTime } from '../dev/fit-time';
import { type LocalRun, runLocally } from '../dev/local-run';
import { checkCode, prepareLambda } from '../dev/prepare-lambda';
import { findHandlerFile } from '../template/read-function';
import { quoteForShell } from '../view/text';

/** `baton dev`. */
export const dev: Command = {
  name: 'dev',
  argument: {
    name: '<file>',
    isOptional: true,
    what: 'the file that exports the handler',
    one: 'runs one file',
    fix: 'Leave the others out, or quote a path with blanks.',
  },
  summary: 'runs an execution to its end on a local Lambda, and shows it',
  usage: [
    ['baton dev <file> [options]', 'a bundle, or a TypeScript file (bundled with esbuild)'],
    ['baton dev --template <file> [options]', 'what a CloudFormation template deploys (cdk synth)'],
  ],
  options: devOptionSpecs,
  exitCodes:
    '0 the execution completed, 1 it did not, 2 wrong command line, 130 stopped with Ctrl-C (143 by SIGTERM, 129 by SIGHUP)',
  handlesInterruption: true,
  run: runDev,
};

/** Carries `baton dev` out. @returns the exit code */
async function runDev(request: CommandRequest): Promise<number> {
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

/** Where a run keeps its executions. */
interface DevStore {
  /** Undefined when they travel in their continuations alone, or are kept where `--env` says. */
  readonly directory: string | undefined;
  /** The directory for people, from where they are. */
  readonly label: string | undefined;
  /** The options that `baton status` and its like need to find them. */
  readonly options: string;
}

/** Executions travel in their continuations alone, or are kept where `--env` or a template says. */
const noDevStore: DevStore = { directory: undefined, label: undefined, options: '' };
const variables = stores.map(({ variable }) => variable);

/** Chooses where a run keeps its executions: in `.baton`, unless `--env`, `--no-store` or the environment say otherwise. */
function chooseDevStore(
  { hasStore, environment: given }: Pick<DevOptions, 'environment' | 'hasStore'>,
  { environment, workingDirectory }: ConsoleStreams,
): DevStore {
  if (!hasStore || variables.some((name) => given[name])) return noDevStore;
  const directory = resolve(workingDirectory, environment.BATON_DIRECTORY || devDirectory);
  const label = relative(workingDirectory, directory);
  if (environment.BATON_DIRECTORY) return { directory, label, options: '' };
  const isElsewhere = variables.some((name) => environment[name]);
  return { directory, label, options: isElsewhere ? ` --directory ${quoteForShell(label)}` : '' };
}

/** Tells git to leave `.baton` alone: what is kept there is nobody's source. A directory of the user's own is left as it is. */
function keepOutOfGit({ directory }: DevStore): void {
  if (directory === undefined || !directory.endsWith(devDirectory)) return;
  const folder = dirname(directory);
  const file = join(folder, '.gitignore');
  if (existsSync(file)) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, '*\n');
}
