import type { Target } from '../functions/function-registry';
import { ApiError } from './api-error';

/**
 * How asynchronous events of a function are retried, as the Lambda API describes it. One setting stands for all its versions and aliases.
 *
 * @throws ApiError as AWS does, when nothing was configured and its defaults count
 */
export function describeEventSettings({ fn, invokedFunctionArn }: Target): object {
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
