import type { InjectionToken } from 'tsyringe';
import {
  defaultLambdaClient,
  defaultSchedulerClient,
  defaultSqsClient,
} from '../runtime/adapters/aws/clients';
import { DevalueCodec } from '../runtime/adapters/codec/devalue-codec';
import { FileFlightRecorder } from '../runtime/adapters/file/file-flight-recorder';
import { type ContinueOn, LambdaSender } from '../runtime/adapters/lambda/lambda-sender';
import { completeClock, MathRandom, SystemClock } from '../runtime/adapters/node/ambient';
import { GuardedLogger, JsonLogger, type LogLevel } from '../runtime/adapters/node/loggers';
import { NodePlatform, SignatureSeal } from '../runtime/adapters/node/node-platform';
import { NanoTimer } from '../runtime/adapters/node/timers';
import { SchedulerSender, type SchedulerSettings } from '../runtime/adapters/scheduler/scheduler-sender';
import { SqsSender } from '../runtime/adapters/sqs/sqs-sender';
import { createStore, preloadStore, type StoreSettings } from '../runtime/adapters/store/stores';
import { checkPrices, listPrices, type Prices } from '../runtime/core/cost/cost';
import { describeError } from '../runtime/core/record/describe-error';
import { type Seal, sealByChecksum } from '../runtime/core/state/seal';
import type { Observer } from '../runtime/observe/runtime-event';
import type { CheckpointStore, Clock, ContinuationSender, FlightRecorder, Logger } from '../runtime/ports';
import type { Collaborators } from '../runtime/ports/collaborators';
import { ContextLogger } from '../runtime/step/step-output';
import type { InvocationScope } from './handler-scope';
import {
  CHECKPOINT_STORE,
  CLOCK,
  CONTINUATION_SENDERS,
  LAMBDA_CLIENT,
  LOGGER,
  OBSERVERS,
  PRICES,
  RANDOM,
  SCHEDULER_CLIENT,
  SQS_CLIENT,
  STATE_CODEC,
  TIMER,
} from './tokens';

/** What decides between defaults. */
export interface DefaultsSettings {
  readonly queueUrl: string | undefined;
  readonly scheduler?: SchedulerSettings | undefined;
  readonly continueOn: ContinueOn;
  readonly logLevel: LogLevel | undefined;
  readonly store: StoreSettings | undefined;
  readonly signingKeys: readonly string[];
  readonly retryAfterMs: number;
  readonly isOnLambda: boolean;
}

type Client = ConstructorParameters<typeof LambdaSender>[0];

/** What the default channels are made over. */
interface Channels {
  readonly lambda: Client;
  readonly sqs: Client;
  readonly scheduler: Client;
  readonly clock: Clock;
}

/** A handler's defaults, made once and kept warm. */
export class Defaults {
  readonly lambdaClient = defaultLambdaClient();
  readonly sqsClient = defaultSqsClient();
  readonly schedulerClient = defaultSchedulerClient();
  readonly clock = new SystemClock();
  readonly timer = new NanoTimer();
  readonly random = new MathRandom();
  readonly codec = new DevalueCodec();
  readonly platform = new NodePlatform();
  readonly logger: JsonLogger;
  readonly store: CheckpointStore | undefined;
  readonly seal: Seal;
  readonly recorder: FlightRecorder | undefined;
  readonly settings: DefaultsSettings;
  #channels: (Channels & { readonly senders: readonly ContinuationSender[] }) | undefined;

  constructor(settings: DefaultsSettings) {
    this.settings = settings;
    this.logger = new JsonLogger(settings.logLevel);
    this.store = settings.store && createStore(settings.store);
    if (settings.store !== undefined && settings.isOnLambda) preloadStore(settings.store);
    this.recorder = settings.isOnLambda ? new FileFlightRecorder() : undefined;
    const [first, ...others] = settings.signingKeys;
    this.seal =
      first === undefined ? sealByChecksum(this.platform.checksum) : new SignatureSeal([first, ...others]);
  }

  /** The default channels over these clients: the same ones while the clients stay, since a channel keeps what it has learnt. */
  openSenders(over: Channels): readonly ContinuationSender[] {
    const kept = this.#channels;
    const isSame = (['lambda', 'sqs', 'scheduler', 'clock'] as const).every(
      (part) => kept?.[part] === over[part],
    );
    if (kept !== undefined && isSame) return kept.senders;
    const senders = createSenders(this.settings, over);
    this.#channels = { ...over, senders };
    return senders;
  }
}

/** Every token that the runtime resolves. */
export const collaboratorTokens: readonly InjectionToken[] = [
  LAMBDA_CLIENT,
  SQS_CLIENT,
  SCHEDULER_CLIENT,
  CLOCK,
  TIMER,
  RANDOM,
  LOGGER,
  OBSERVERS,
  STATE_CODEC,
  CONTINUATION_SENDERS,
  PRICES,
  CHECKPOINT_STORE,
];
/** Those that always have a default, which can be injected too. */
export const defaultTokens: ReadonlySet<unknown> = new Set(
  collaboratorTokens.filter((token) => token !== CHECKPOINT_STORE),
);

/** The collaborators of one invocation: what the user provides, else the default. */
export function resolveCollaborators(
  scope: InvocationScope,
  defaults: Defaults,
): { collaborators: Collaborators; observers: readonly Observer[]; asTokens: Map<InjectionToken, unknown> } {
  const lambdaClient = scope.resolve(LAMBDA_CLIENT, () => defaults.lambdaClient);
  const sqsClient = scope.resolve(SQS_CLIENT, () => defaults.sqsClient);
  const schedulerClient = scope.resolve(SCHEDULER_CLIENT, () => defaults.schedulerClient);
  const clock = scope.resolve(CLOCK, () => defaults.clock);
  const logger = resolveLogger(scope, defaults);
  const observers = resolveObservers(scope, logger);
  const collaborators = {
    clock: completeClock(clock),
    timer: scope.resolve(TIMER, () => defaults.timer),
    random: scope.resolve(RANDOM, () => defaults.random),
    logger,
    codec: scope.resolve(STATE_CODEC, () => defaults.codec),
    senders: scope.resolve(CONTINUATION_SENDERS, () =>
      defaults.openSenders({ lambda: lambdaClient, sqs: sqsClient, scheduler: schedulerClient, clock }),
    ),
    store: scope.provides(CHECKPOINT_STORE)
      ? scope.resolve(CHECKPOINT_STORE, () => undefined)
      : defaults.store,
    platform: defaults.platform,
    prices: resolvePrices(scope, logger),
    seal: defaults.seal,
    recorder: defaults.recorder,
    continueOn: defaults.settings.continueOn,
    retryAfterMs: defaults.settings.retryAfterMs,
  };
  const asTokens = new Map<InjectionToken, unknown>([
    [LAMBDA_CLIENT, lambdaClient],
    [SQS_CLIENT, sqsClient],
    [SCHEDULER_CLIENT, schedulerClient],
    [CLOCK, clock],
    [TIMER, collaborators.timer],
    [RANDOM, collaborators.random],
    [LOGGER, ContextLogger.forUsers(logger)],
    [OBSERVERS, observers],
    [STATE_CODEC, collaborators.codec],
    [CONTINUATION_SENDERS, collaborators.senders],
    [PRICES, collaborators.prices],
    ...(collaborators.store === undefined ? [] : [[CHECKPOINT_STORE, collaborators.store] as const]),
  ]);
  return { collaborators, observers, asTokens };
}

/** What has no influence on the outcome of an execution can have none by failing either. */
function resolveLogger(scope: InvocationScope, defaults: Defaults): Logger {
  if (!scope.provides(LOGGER)) return defaults.logger;
  try {
    return new GuardedLogger(
      scope.resolve(LOGGER, () => defaults.logger),
      defaults.logger,
    );
  } catch (error) {
    defaults.logger.error('LOGGER cannot be made: lines are written to standard output', {
      error: describeError(error),
    });
    return defaults.logger;
  }
}

function resolvePrices(scope: InvocationScope, logger: Logger): Prices {
  if (!scope.provides(PRICES)) return listPrices;
  try {
    const { prices, wrongNames } = checkPrices(scope.resolve(PRICES, () => ({})));
    if (wrongNames.length > 0)
      logger.warn('PRICES are not all numbers from 0 up: list prices are used instead', { wrongNames });
    return prices;
  } catch (error) {
    logger.warn('PRICES cannot be read: list prices are used', { error: describeError(error) });
    return listPrices;
  }
}

function resolveObservers(scope: InvocationScope, logger: Logger): readonly Observer[] {
  if (!scope.provides(OBSERVERS)) return [];
  try {
    const given: unknown = scope.resolve(OBSERVERS, () => []);
    const observers = Array.isArray(given) ? given.filter(isObserver) : [];
    if (!Array.isArray(given) || observers.length < given.length)
      logger.warn('OBSERVERS are not all a list of objects with an on method: the others are left out');
    return observers;
  } catch (error) {
    logger.warn('OBSERVERS cannot be made: nobody but the log is told', { error: describeError(error) });
    return [];
  }
}

function isObserver(given: unknown): given is Observer {
  return typeof (given as Partial<Observer> | null | undefined)?.on === 'function';
}

function createSenders(
  { queueUrl, scheduler: settings, continueOn }: DefaultsSettings,
  { lambda, sqs, scheduler, clock }: Channels,
): ContinuationSender[] {
  const senders: ContinuationSender[] = [new LambdaSender(lambda, continueOn)];
  if (queueUrl !== undefined) senders.push(new SqsSender(sqs, queueUrl));
  if (settings !== undefined) senders.push(new SchedulerSender(scheduler, settings, continueOn, clock));
  return senders;
}
