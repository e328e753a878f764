import type { Prices } from '../core/cost/cost';
import type { Seal } from '../core/state/seal';
import type {
  CheckpointStore,
  Clock,
  ContinuationSender,
  FlightRecorder,
  Logger,
  Platform,
  Random,
  StateCodec,
  Timer,
} from '.';

/** Everything an invocation works with, resolved from the container: what tests replace. */
export interface Collaborators {
  /** `now` for what others read too, `elapsedMs` for how long something has taken: nobody sets that one. */
  readonly clock: Required<Clock>;
  readonly timer: Timer;
  readonly random: Random;
  readonly logger: Logger;
  readonly codec: StateCodec;
  readonly senders: readonly ContinuationSender[];
  /** Undefined when the state travels in the continuation alone. */
  readonly store: CheckpointStore | undefined;
  readonly platform: Platform;
  /** What `limits.maxCostUsd` reckons with. */
  readonly prices: Prices;
  /** Undefined outside Lambda, where nobody delivers an event again. */
  readonly recorder: FlightRecorder | undefined;
  /** How continuations are sealed: signed when there is a key. */
  readonly seal: Seal;
  /** Which code carries executions on. */
  readonly continueOn: 'latest' | 'pinned';
  /** How long an owner must have been silent before its own delivery takes over, in milliseconds. */
  readonly retryAfterMs: number;
}
