import { cpSync, mkdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { LocalLambdaError } from '../local-lambda-error';
import type { FunctionOptions } from '../options';
import { findPackage, linkNodeModules } from '../packages';
import type { FunctionRegistry } from './function-registry';
import { defaultRetryDelaysMs, type FunctionVersion, LocalFunction } from './local-function';
import { resolveCode } from './resolve-code';

/** Creates, changes and publishes functions. */
export class FunctionControl {
  readonly #workDirectory: string;
  readonly #onReplaced: (version: FunctionVersion) => void;

  constructor(
    readonly registry: FunctionRegistry,
    workDirectory: string,
    /** Called with a version that nothing should run any more. */
    onReplaced: (version: FunctionVersion) => void,
  ) {
    this.#workDirectory = workDirectory;
    this.#onReplaced = onReplaced;
  }

  async create(options: FunctionOptions): Promise<LocalFunction> {
    checkOptions(options);
    if (this.registry.has(options.name)) {
      throw new LocalLambdaError(options.name, {
        problem: `Function ${options.name} exists already.`,
        fix: 'Use updateFunction, or another name.',
      });
    }
    const fn = new LocalFunction(
      options.name,
      this.registry.arnOf(options.name),
      options,
      await this.#build(options),
    );
    this.registry.add(fn);
    return fn;
  }

  async update(name: string, changes: Partial<Omit<FunctionOptions, 'name'>>): Promise<void> {
    const fn = this.registry.get(name);
    const options = { ...fn.options, ...changes };
    checkOptions(options);
    const replaced = fn.latest;
    fn.update(changes, await this.#build(options));
    this.#onReplaced(replaced);
  }

  /** @returns the new version's number */
  publish(fn: LocalFunction): string {
    fn.newestVersion++;
    const version = String(fn.newestVersion);
    const taskRoot = freezeCode(
      fn.latest,
      fn.options.code,
      join(this.#workDirectory, 'versions', fn.name, version),
    );
    fn.published.set(version, { ...fn.latest, version, taskRoot });
    return version;
  }

  async #build(options: FunctionOptions): Promise<FunctionVersion> {
    const code = await resolveCode(options, this.#workDirectory);
    return {
      functionName: options.name,
      version: '$LATEST',
      timeoutMs: options.timeoutMs ?? 3000,
      memoryMb: options.memoryMb ?? 512,
      environment: options.environment ?? {},
      retryAfterMs: readRetryAfterMs(options),
      nodePath: options.nodePath ?? process.execPath,
      runtimeClient: join(
        findPackage('aws-lambda-ric', [
          code.taskRoot,
          ...(options.searchFrom === undefined ? [] : [options.searchFrom]),
        ]),
        'index.mjs',
      ),
      ...code,
    };
  }
}

/** A retry comes when the timer says so, which may be a little early: what it is compared with is a little less. */
const timerSlack = 0.9;

/** How long whoever had an event before must have been silent: less than it takes until the event is retried here. */
function readRetryAfterMs({ retryDelaysMs: [first] = defaultRetryDelaysMs }: FunctionOptions): number {
  return Math.min(awsRetryAfterMs, Math.floor(first * timerSlack));
}

/** What fits AWS's own first retry, after a minute. */
const awsRetryAfterMs = 50_000;

function checkOptions({
  name,
  timeoutMs = 1,
  memoryMb = 1,
  reservedConcurrency = 0,
  maximumRetryAttempts = 0,
}: FunctionOptions): void {
  const faults = [
    /^[\w-]{1,64}$/.test(name) ? '' : 'name must be 1 to 64 letters, digits, - or _',
    Number.isFinite(timeoutMs) && timeoutMs > 0
      ? ''
      : `timeoutMs (${timeoutMs}) must be a number greater than 0`,
    Number.isFinite(memoryMb) && memoryMb > 0 ? '' : `memoryMb (${memoryMb}) must be a number greater than 0`,
    Number.isInteger(reservedConcurrency) && reservedConcurrency >= 0
      ? ''
      : `reservedConcurrency (${reservedConcurrency}) must be an integer, 0 or more`,
    [0, 1, 2].includes(maximumRetryAttempts)
      ? ''
      : `maximumRetryAttempts (${maximumRetryAttempts}) must be 0, 1 or 2`,
  ].filter((fault) => fault !== '');
  if (faults.length > 0)
    throw new LocalLambdaError(name, {
      problem: `Function ${name}: ${faults.join('; ')}.`,
      fix: 'Correct the options of createFunction.',
    });
}

/**
 * Copies a version's code to a directory of its own, so that later changes do not reach it.
 * A directory is copied but for `node_modules`, which is linked; of a bundle file's directory only the files with its name are.
 */
function freezeCode(latest: FunctionVersion, code: string, into: string): string {
  mkdirSync(into, { recursive: true });
  const wholeDirectory = statSync(resolve(code)).isDirectory();
  const stem = latest.handler.split('.')[0] ?? '';
  cpSync(latest.taskRoot, into, {
    recursive: true,
    filter: (path) =>
      path === latest.taskRoot ||
      (basename(path) !== 'node_modules' && (wholeDirectory || basename(path).startsWith(`${stem}.`))),
  });
  linkNodeModules(latest.taskRoot, into);
  return into;
}
