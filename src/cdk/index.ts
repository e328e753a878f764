/**
 * `lambda-baton/cdk`: a job deployed with everything it needs.
 *
 * Its peers, `aws-cdk-lib` and `constructs`, are only needed here. The function is bundled with the project's own esbuild.
 */
export type { JobFault } from '../errors/definition-errors';
export type { JobClass } from '../runtime/core/execution/job-plan';
export type { ContinuationQueueProps } from './continuation-queue-props';
export type { ExecutionStoreProps } from './execution-store-props';
export { InvalidDeploymentError } from './invalid-deployment-error';
export { LongRunningFunction } from './long-running-function';
export type { LongRunningFunctionProps } from './long-running-function-props';
export type { SweepProps } from './sweep-props';
