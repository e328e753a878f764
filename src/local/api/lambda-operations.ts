import type { FunctionControl } from '../functions/function-control';
import type { FunctionRegistry, Target } from '../functions/function-registry';
import { parseFunctionName } from '../functions/local-function';
import { type InvokeApi, invokeOperation } from '../invoke/invoke-api';
import type { EventSourceMapping } from '../sqs/event-source-mapping';
import { type Answer, ApiError, type Operation, type RawRequest } from './operation';

/** What the Lambda API acts on. */
export interface LambdaParts {
  readonly invokeApi: InvokeApi;
  readonly control: FunctionControl;
  readonly mappings: Iterable<EventSourceMapping>;
}

type Act = (parts: LambdaParts, request: RawRequest, name: string, rest: string) => object | undefined;

const functions = '^/2015-03-31/functions/([^/]+)';

/** Method, path, name, what it does, and the status of success. */
const controlPlane: readonly (readonly [string, RegExp, string, Act, number])[] = [
  ['GET', new RegExp(`${functions}/configuration$`), 'GetFunctionConfiguration', getConfiguration, 200],
  ['POST', new RegExp(`${functions}/versions$`), 'PublishVersion', publishVersion, 201],
  ['POST', new RegExp(`${functions}/aliases$`), 'CreateAlias', createAlias, 201],
  ['GET', new RegExp(`${functions}/aliases/([^/]+)$`), 'GetAlias', getAlias, 200],
  ['PUT', new RegExp(`${functions}/aliases/([^/]+)$`), 'UpdateAlias', updateAlias, 200],
  [
    'GET',
    /^\/2024-08-31\/functions\/([^/]+)\/recursion-config$/,
    'GetFunctionRecursionConfig',
    getRecursionConfig,
    200,
  ],
  [
    'PUT',
    /^\/2024-08-31\/functions\/([^/]+)\/recursion-config$/,
    'PutFunctionRecursionConfig',
    putRecursionConfig,
    200,
  ],
  [
    'GET',
    /^\/2019-09-25\/functions\/([^/]+)\/event-invoke-config$/,
    'GetFunctionEventInvokeConfig',
    getEventSettings,
    200,
  ],
  ['GET', /^\/2019-09-30\/functions\/([^/]+)\/concurrency$/, 'GetFunctionConcurrency', getConcurrency, 200],
  ['PUT', /^\/2017-10-31\/functions\/([^/]+)\/concurrency$/, 'PutFunctionConcurrency', putConcurrency, 200],
  [
    'DELETE',
    /^\/2017-10-31\/functions\/([^/]+)\/concurrency$/,
    'DeleteFunctionConcurrency',
    deleteConcurrency,
    204,
  ],
];

const invocations = new RegExp(`${functions}/invocations$`);

/** Recognises a request of the Lambda API; nothing when it is not one. */
export function findLambdaOperation(parts: LambdaParts, request: RawRequest): Operation | undefined {
  if (!/^\/20\d\d-\d\d-\d\d\//.test(request.path)) return undefined;
  if (request.method === 'GET' && /^\/2015-03-31\/event-source-mappings\/?$/.test(request.path))
    return listing(parts, request);
  const invoked = request.method === 'POST' ? invocations.exec(request.path)?.[1] : undefined;
  if (invoked !== undefined) return invokeOperation(parts.invokeApi, request, decodeURIComponent(invoked));
  for (const [method, pattern, name, act, status] of controlPlane) {
    const [, target, rest = ''] = (request.method === method && pattern.exec(request.path)) || [];
    if (target === undefined) continue;
    const reference = decodeURIComponent(target);
    return {
      name,
      target: reference,
      api: 'lambda',
      run: () => answer(status, act(parts, request, reference, decodeURIComponent(rest))),
    };
  }
  return undefined;
}

/** The one request that is about no function in particular. */
function listing({ mappings, control }: LambdaParts, { query }: RawRequest): Operation {
  const target = query.get('FunctionName') ?? query.get('EventSourceArn') ?? '';
  const run = () => jsonAnswer(200, listMappings(mappings, control.registry, query));
  return { name: 'ListEventSourceMappings', target, api: 'lambda', run };
}

function answer(status: number, body: object | undefined) {
  return body === undefined ? { status } : jsonAnswer(status, body);
}

function getConfiguration({ control }: LambdaParts, { query }: RawRequest, name: string): object {
  return describeFunction(control.registry.resolve(name, query.get('Qualifier') ?? undefined));
}

function publishVersion({ control }: LambdaParts, _request: RawRequest, name: string): object {
  const { fn } = control.registry.resolve(name);
  return describeFunction(control.registry.resolve(fn.name, control.publish(fn)));
}

function createAlias({ control }: LambdaParts, request: RawRequest, name: string): object {
  const { Name = '', FunctionVersion = '' } = readJson<{ Name?: string; FunctionVersion?: string }>(request);
  return setAlias(control, name, Name, FunctionVersion);
}

function updateAlias({ control }: LambdaParts, request: RawRequest, name: string, alias: string): object {
  const { FunctionVersion = '' } = readJson<{ FunctionVersion?: string }>(request);
  return setAlias(control, name, alias, FunctionVersion);
}

function setAlias(control: FunctionControl, name: string, alias: string, version: string): object {
  const { fn } = control.registry.resolve(name, version);
  fn.aliases.set(alias, version);
  return { AliasArn: `${fn.arn}:${alias}`, Name: alias, FunctionVersion: version };
}

function getAlias({ control }: LambdaParts, _request: RawRequest, name: string, alias: string): object {
  const { fn } = control.registry.resolve(name, alias);
  return { AliasArn: `${fn.arn}:${alias}`, Name: alias, FunctionVersion: fn.aliases.get(alias) };
}

function getRecursionConfig({ control }: LambdaParts, _request: RawRequest, name: string): object {
  return { RecursiveLoop: control.registry.resolve(name).fn.recursiveLoop };
}

function putRecursionConfig({ control }: LambdaParts, request: RawRequest, name: string): object {
  const { RecursiveLoop } = readJson<{ RecursiveLoop?: string }>(request);
  if (RecursiveLoop !== 'Allow' && RecursiveLoop !== 'Terminate') {
    throw new ApiError(
      400,
      'InvalidParameterValueException',
      `Value '${RecursiveLoop}' at 'recursiveLoop' must be one of: Terminate, Allow`,
    );
  }
  control.registry.resolve(name).fn.recursiveLoop = RecursiveLoop;
  return { RecursiveLoop };
}

function getEventSettings({ control }: LambdaParts, { query }: RawRequest, name: string): object {
  return describeEventSettings(control.registry.resolve(name, query.get('Qualifier') ?? undefined));
}

/** Without a reservation the answer is empty, as AWS's is. */
function getConcurrency({ control }: LambdaParts, _request: RawRequest, name: string): object {
  const { reservedConcurrency } = control.registry.resolve(name).fn;
  return reservedConcurrency === undefined ? {} : { ReservedConcurrentExecutions: reservedConcurrency };
}

function putConcurrency({ control }: LambdaParts, request: RawRequest, name: string): object {
  const { ReservedConcurrentExecutions = 0 } = readJson<{ ReservedConcurrentExecutions?: number }>(request);
  control.registry.resolve(name).fn.reservedConcurrency = ReservedConcurrentExecutions;
  return { ReservedConcurrentExecutions };
}

function deleteConcurrency({ control }: LambdaParts, _request: RawRequest, name: string): undefined {
  control.registry.resolve(name).fn.reservedConcurrency = undefined;
}

function readJson<Body>({ body }: RawRequest): Body {
  try {
    return JSON.parse(body.toString() || '{}') as Body;
  } catch (error) {
    throw new ApiError(
      400,
      'InvalidRequestContentException',
      `Could not parse request body into json: ${String(error)}`,
    );
  }
}

/** A function's configuration as the Lambda API describes it. */
function describeFunction({ fn, version, invokedFunctionArn }: Target): object {
  return {
    FunctionName: fn.name,
    FunctionArn: invokedFunctionArn,
    Version: version.version,
    Handler: version.handler,
    Timeout: Math.ceil(version.timeoutMs / 1000),
    MemorySize: version.memoryMb,
    Environment: { Variables: version.environment },
    Runtime: 'nodejs24.x',
    PackageType: 'Zip',
    State: 'Active',
    LastUpdateStatus: 'Successful',
    ...(fn.policy.deadLetterQueue === undefined
      ? {}
      : { DeadLetterConfig: { TargetArn: fn.policy.deadLetterQueue } }),
  };
}

/**
 * How asynchronous events of a function are retried, as the Lambda API describes it. One setting stands for all its versions and aliases.
 *
 * @throws ApiError as AWS does, when nothing was configured and its defaults count
 */
function describeEventSettings({ fn, invokedFunctionArn }: Target): object {
  const { maximumRetryAttempts, maximumEventAgeMs, onFailure } = fn.options;
  if (maximumRetryAttempts === undefined && maximumEventAgeMs === undefined && onFailure === undefined) {
    const message = `The function ${invokedFunctionArn} doesn't have an EventInvokeConfig`;
    throw new ApiError(404, 'ResourceNotFoundException', message, { Type: 'User' });
  }
  return {
    LastModified: fn.createdAtMs / 1_000,
    FunctionArn: invokedFunctionArn === fn.arn ? `${fn.arn}:$LATEST` : invokedFunctionArn,
    MaximumRetryAttempts: fn.policy.maximumRetryAttempts,
    MaximumEventAgeInSeconds: Math.ceil(fn.policy.maximumEventAgeMs / 1_000),
    DestinationConfig: {
      OnSuccess: {},
      OnFailure: onFailure === undefined ? {} : { Destination: onFailure },
    },
  };
}

/** An answer of the Lambda API. */
function jsonAnswer(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** The event source mappings of a function, of a queue, or all, as the Lambda API lists them: on one page. */
function listMappings(
  mappings: Iterable<EventSourceMapping>,
  registry: FunctionRegistry,
  query: URLSearchParams,
): object {
  const [functionName, sourceArn] = [query.get('FunctionName'), query.get('EventSourceArn')];
  const functionArn = functionName === null ? undefined : findArn(functionName, registry);
  const described = [...mappings].map((mapping) => describeMapping(mapping, registry));
  return {
    EventSourceMappings: described.filter(
      ({ FunctionArn, EventSourceArn }) =>
        (functionArn === undefined || FunctionArn === functionArn) &&
        (sourceArn === null || EventSourceArn === sourceArn),
    ),
  };
}

function describeMapping(
  { id, createdAtMs, parts: { queue, options } }: EventSourceMapping,
  registry: FunctionRegistry,
) {
  return {
    UUID: id,
    BatchSize: options.batchSize ?? 10,
    MaximumBatchingWindowInSeconds: 0,
    EventSourceArn: queue.arn,
    FunctionArn: findArn(options.functionName, registry),
    FunctionResponseTypes: options.reportBatchItemFailures ? ['ReportBatchItemFailures'] : [],
    ...(options.maximumConcurrency !== undefined && {
      ScalingConfig: { MaximumConcurrency: options.maximumConcurrency },
    }),
    State: 'Enabled',
    StateTransitionReason: 'USER_INITIATED',
    LastModified: createdAtMs / 1_000,
  };
}

/** Its name in full, with the qualifier that it was given with. */
function findArn(reference: string, registry: FunctionRegistry): string {
  const { name = reference, qualifier } = parseFunctionName(reference) ?? {};
  return qualifier === undefined ? registry.arnOf(name) : `${registry.arnOf(name)}:${qualifier}`;
}
