/**
 * `lambda-baton/local`: AWS Lambda and SQS on this machine, for development and tests.
 *
 * Packaging: no asset needs copying. The module that is preloaded into each environment is a string in this code, written to a temporary directory at run time.
 * `aws-lambda-ric`, `local-aws-sqs` and `esbuild` are looked up when they are first needed, from the code's directory, the working directory and the running script: optional packages, never bundled.
 */
export type { EndReason } from './events/end-reason';
export type { InvocationEnd } from './events/invocation-end';
export type { InvocationStart } from './events/invocation-start';
export type { DropReason, LocalLambdaEvents } from './events/local-lambda-events';
export type { ApiRequest } from './faults/api-request';
export type { FaultKind } from './faults/fault-kind';
export type { FaultProbabilities } from './faults/fault-probabilities';
export type { InvocationFault, InvocationHook } from './faults/invocation-hook';
export type { RequestFault } from './faults/request-fault';
export type { RequestHook } from './faults/request-hook';
export type { MetricName } from './functions/local-function';
export { LocalLambda } from './local-lambda';
export { LocalLambdaError } from './local-lambda-error';
export type { EventSourceMappingOptions } from './options/event-source-mapping-options';
export type { FunctionOptions } from './options/function-options';
export type { InvokeOptions } from './options/invoke-options';
export type { InvokeResult } from './options/invoke-result';
export type { LocalLambdaOptions } from './options/local-lambda-options';
export type { QueueOptions } from './options/queue-options';
export type { ReceivedMessage } from './options/received-message';
