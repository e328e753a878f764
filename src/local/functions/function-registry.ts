import { ApiError } from '../api/operation';
import { LocalLambdaError } from '../local-lambda-error';
import { type FunctionVersion, type LocalFunction, parseFunctionName } from './local-function';

/** What a name and a qualifier stand for. */
export interface Target {
  readonly fn: LocalFunction;
  readonly version: FunctionVersion;
  /** With the qualifier the caller used, as `context.invokedFunctionArn` has it. */
  readonly invokedFunctionArn: string;
}

/** All functions, by name. */
export class FunctionRegistry {
  readonly #functions = new Map<string, LocalFunction>();
  readonly #region: string;
  readonly #accountId: string;

  constructor(region: string, accountId: string) {
    this.#region = region;
    this.#accountId = accountId;
  }

  arnOf(name: string): string {
    return `arn:aws:lambda:${this.#region}:${this.#accountId}:function:${name}`;
  }

  add(fn: LocalFunction): void {
    this.#functions.set(fn.name, fn);
  }

  has(name: string): boolean {
    return this.#functions.has(name);
  }

  /** @throws LocalLambdaError when there is no function of this unqualified name */
  get(name: string): LocalFunction {
    const fn = this.#functions.get(parseFunctionName(name)?.name ?? '');
    if (fn !== undefined) return fn;
    const known = [...this.#functions.keys()].join(', ') || 'none';
    throw new LocalLambdaError(name, {
      problem: `There is no function ${name} in the local Lambda.`,
      fix: `Create it with createFunction, or use one of: ${known}.`,
    });
  }

  /**
   * Finds what an API call is about.
   * @throws ApiError as AWS does: a malformed name, two qualifiers, an unknown function, version or alias
   */
  resolve(reference: string, qualifier?: string): Target {
    const parsed = parseFunctionName(reference);
    if (parsed === undefined)
      throw new ApiError(
        400,
        'ValidationException',
        `Value '${reference}' at 'functionName' failed to satisfy constraint`,
      );
    if (qualifier !== undefined && parsed.qualifier !== undefined && qualifier !== parsed.qualifier) {
      throw new ApiError(
        400,
        'InvalidParameterValueException',
        'The derived qualifier from the function name does not match the specified qualifier.',
      );
    }
    const asked = qualifier ?? parsed.qualifier;
    const arn = asked === undefined ? this.arnOf(parsed.name) : `${this.arnOf(parsed.name)}:${asked}`;
    const fn = this.#functions.get(parsed.name);
    const version = fn && findVersion(fn, asked ?? '$LATEST');
    if (fn === undefined || version === undefined)
      throw new ApiError(404, 'ResourceNotFoundException', `Function not found: ${arn}`);
    return { fn, version, invokedFunctionArn: arn };
  }
}

function findVersion(fn: LocalFunction, qualifier: string): FunctionVersion | undefined {
  if (qualifier === '$LATEST') return fn.latest;
  return (
    fn.published.get(fn.aliases.get(qualifier) ?? qualifier) ??
    (fn.aliases.get(qualifier) === '$LATEST' ? fn.latest : undefined)
  );
}
