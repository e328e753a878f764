import { BatonError } from './baton-error';

/** How an execution stands that cannot be redriven. `handed-off`: its next invocation is on its way. */
export type RedriveObstacle = 'cancelled' | 'completed' | 'handed-off' | 'running';

/** An execution cannot be redriven: somebody is at it, or it has ended well. Nothing was changed. */
export class RedriveRefusedError extends BatonError<{ executionId: string; standing: RedriveObstacle }> {
  override readonly name = 'RedriveRefusedError';
  readonly code = 'REDRIVE_REFUSED';
}
