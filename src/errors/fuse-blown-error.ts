import { BatonError } from './baton-error';

/** The limits that end an execution with a {@link FuseBlownError}. */
export type FuseName =
  | 'maxCostUsd'
  | 'maxDurationMs'
  | 'maxIdleInvocations'
  | 'maxInvocations'
  | 'maxStalledInvocations';

/** One of the job's `limits` was reached: what stops a job that would never end. */
export class FuseBlownError extends BatonError<{ limit: FuseName; allowed: number; actual: number }> {
  override readonly name = 'FuseBlownError';
  readonly code = 'FUSE_BLOWN';
}
