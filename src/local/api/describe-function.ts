import type { Target } from '../functions/function-registry';

/** A function's configuration as the Lambda API describes it. */
export function describeFunction({ fn, version, invokedFunctionArn }: Target): object {
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
