import type { InjectionToken } from 'tsyringe';
import type { CommandSender } from '../runtime/adapters/aws/lazy-client';
import type { Prices } from '../runtime/core/cost/cost';
import type { Observer } from '../runtime/observe/runtime-event';
import type {
  CheckpointStore,
  Clock,
  ContinuationSender,
  Logger,
  Random,
  StateCodec,
  Timer,
} from '../runtime/ports';

/** Symbols of the global registry: two copies of this package mean the same tokens. */
function token<Value>(name: string): InjectionToken<Value> & symbol {
  return Symbol.for(`lambda-baton.${name}`);
}

/** The client that invokes the function again. @defaultValue `LambdaClient` of `@aws-sdk/client-lambda`, loaded on first use */
export const LAMBDA_CLIENT = token<CommandSender>('LAMBDA_CLIENT');
/** The client of the continuation queue. @defaultValue `SQSClient` of `@aws-sdk/client-sqs`, loaded on first use */
export const SQS_CLIENT = token<CommandSender>('SQS_CLIENT');
/** The client that makes schedules for long waits. @defaultValue `SchedulerClient` of `@aws-sdk/client-scheduler`, loaded on first use */
export const SCHEDULER_CLIENT = token<CommandSender>('SCHEDULER_CLIENT');
/** Tells the time: a {@link Clock}. @defaultValue the machine's wall clock */
export const CLOCK = token<Clock>('CLOCK');
/** Calls back later: a {@link Timer}. @defaultValue Nanotimer */
export const TIMER = token<Timer>('TIMER');
/** Draws numbers, for jitter: a {@link Random}. @defaultValue `Math.random` */
export const RANDOM = token<Random>('RANDOM');
/** Where lines of the log go: a {@link Logger}. @defaultValue one line of JSON per message on standard output, from `BATON_LOG_LEVEL` up */
export const LOGGER = token<Logger>('LOGGER');
/** A list of {@link Observer}, told what happens beside the log. @defaultValue an empty one */
export const OBSERVERS = token<readonly Observer[]>('OBSERVERS');
/** Makes a text of the state, and the state again: a {@link StateCodec}. @defaultValue JSON when the state is plain, devalue when it is not */
export const STATE_CODEC = token<StateCodec>('STATE_CODEC');
/** A list of {@link ContinuationSender} in the order they are tried. @defaultValue Lambda, then SQS when `BATON_QUEUE_URL` is set */
export const CONTINUATION_SENDERS = token<readonly ContinuationSender[]>('CONTINUATION_SENDERS');
/** What you pay, where it is not the list price of us-east-1: part of {@link Prices}, for `limits.maxCostUsd`. @defaultValue the list prices */
export const PRICES = token<Partial<Prices>>('PRICES');
/** The checkpoint store. @defaultValue none: the state travels in the continuation */
export const CHECKPOINT_STORE = token<CheckpointStore | undefined>('CHECKPOINT_STORE');
