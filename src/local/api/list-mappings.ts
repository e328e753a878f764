import type { FunctionRegistry } from '../functions/function-registry';
import { parseFunctionName } from '../functions/function-version';
import type { EventSourceMapping } from '../sqs/event-source-mapping';

/** The event source mappings of a function, of a queue, or all, as the Lambda API lists them: on one page. */
export function listMappings(
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
