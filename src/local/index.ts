/**
 * `lambda-baton/local`: AWS Lambda, SQS and EventBridge Scheduler on this machine, for development and tests.
 *
 * Packaging: no asset needs copying. The module that is preloaded into each environment is a string in this code, written to a temporary directory at run time.
 * `aws-lambda-ric`, `local-aws-sqs` and `esbuild` are looked up when they are first needed, from the code's directory, the working directory and the running script: optional packages, never bundled.
 */
export type {
  DropReason,
  EndReason,
  InvocationEnd,
  InvocationStart,
  LocalLambdaEvents,
} from './events';
export type { ApiRequest, FaultKind, FaultProbabilities, RequestFault, RequestHook } from './faults';
export type { MetricName } from './functions/local-function';
export { LocalLambda } from './local-lambda';
export { LocalLambdaError } from './local-lambda-error';
export type {
  EventSourceMappingOptions,
  FunctionOptions,
  InvocationFault,
  InvocationHook,
  InvokeOptions,
  InvokeResult,
  LocalLambdaOptions,
  QueueOptions,
  ReceivedMessage,
} from './options';
