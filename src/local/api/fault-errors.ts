import type { RequestFault } from '../faults/request-fault';
import { ApiError } from './api-error';

/** The error that a fault answers with, for the kinds that answer with one. */
export function faultError(fault: RequestFault, api: 'lambda' | 'sqs'): ApiError | undefined {
  if (fault.kind === 'error')
    return new ApiError(fault.status, fault.errorType, fault.message ?? 'A fault that was asked for.');
  if (fault.kind === 'throttle' && api === 'lambda')
    return new ApiError(429, 'TooManyRequestsException', 'Rate Exceeded.', {
      Reason: 'CallerRateLimitExceeded',
      Type: 'User',
    });
  if (fault.kind === 'throttle') return new ApiError(400, 'RequestThrottled', 'Rate exceeded.');
  if (fault.kind === 'server-error' && api === 'lambda')
    return new ApiError(500, 'ServiceException', 'The Lambda service encountered an internal error.', {
      Type: 'Server',
    });
  if (fault.kind === 'server-error')
    return new ApiError(
      500,
      'InternalFailure',
      'The request processing has failed because of an unknown error.',
    );
  return undefined;
}
