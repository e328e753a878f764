import type { Clock, ContinuationSender, Logger, Platform, Random, StateCodec, Timer } from './ports';

/** Everything an invocation works with, resolved from the container: what tests replace. */
export interface Collaborators {
  readonly clock: Clock;
  readonly timer: Timer;
  readonly random: Random;
  readonly logger: Logger;
  readonly codec: StateCodec;
  readonly senders: readonly ContinuationSender[];
  readonly platform: Platform;
}
