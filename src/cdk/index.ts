/**
 * `lambda-baton/cdk`: a job deployed with everything it needs.
 *
 * Its peers, `aws-cdk-lib` and `constructs`, are only needed here. The function is bundled with the project's own esbuild.
 */
export type { JobFault } from '../errors/definition-errors';
export type { JobClass } from '../runtime/core/execution/job-plan';
export { InvalidDeploymentError } from './invalid-deployment-error';
export { LongRunningFunction } from './long-running-function';
export type {
  ContinuationQueueProps,
  ExecutionStoreProps,
  LongRunningFunctionProps,
  SweepProps,
} from './long-running-function-props';
