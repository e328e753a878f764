import {
  CLOCK,
  CONTINUATION_SENDERS,
  type ContinuationSender,
  LOGGER,
  type Provider,
  RANDOM,
  TIMER,
} from '../../src';
import { ManualTimer, MemoryLogger, RecordingSender, VirtualClock } from '../../src/testing';

/** Options of {@link virtualWorld}. */
export interface VirtualWorldOptions {
  /** The channels, in the order they are tried. @defaultValue one that cannot delay */
  readonly senders?: readonly ContinuationSender[];
  /** Source of retry jitter. @defaultValue always 0.5 */
  readonly random?: () => number;
}

/** Everything around a job that is not the job, on virtual time. */
export interface VirtualWorld {
  readonly clock: VirtualClock;
  readonly timer: ManualTimer;
  readonly logger: MemoryLogger;
  readonly senders: readonly ContinuationSender[];
  /** For `createHandler(Job, { providers })`. */
  readonly providers: readonly Provider[];
}

/** Makes the collaborators of one test, and the providers that put them into a handler. */
export function virtualWorld({
  senders = [new RecordingSender()],
  random = () => 0.5,
}: VirtualWorldOptions = {}): VirtualWorld {
  const clock = new VirtualClock();
  const timer = new ManualTimer(clock);
  const logger = new MemoryLogger();
  const providers: Provider[] = [
    { token: CLOCK, useValue: clock },
    { token: TIMER, useValue: timer },
    { token: LOGGER, useValue: logger },
    { token: RANDOM, useValue: { next: random } },
    { token: CONTINUATION_SENDERS, useValue: senders },
  ];
  return { clock, timer, logger, senders, providers };
}
