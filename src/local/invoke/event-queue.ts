import { ApiError } from '../api/operation';
import type { Outcome } from '../environment/work';
import type { DropReason, Emit } from '../events';
import type { FunctionRegistry } from '../functions/function-registry';
import type { MetricName } from '../functions/local-function';
import type { SendOptions } from '../sqs/queue-hub';
import type { InvocationRunner } from './invocation-runner';
import { type Concurrency, readChainLength, recursionLimit } from './limits';
import { destinationRecord, type QueuedEvent } from './queued-event';

/** What the event queue is made of. */
interface EventQueueParts {
  readonly runner: InvocationRunner;
  readonly concurrency: Concurrency;
  readonly emit: Emit;
  readonly registry: FunctionRegistry;
  /** Puts a message into a queue, by its ARN. @throws ApiError when the queue does not take it: too large */
  readonly send: (queueArn: string, body: string, options?: SendOptions) => void;
}

/** Lambda's own queue of asynchronous events: at least once, with retries, an age limit, and a place where failures go. */
export class EventQueue {
  #ready: QueuedEvent[] = [];
  readonly #throttled = new WeakSet<QueuedEvent>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #running = 0;
  #isClosed = false;
  readonly #parts: EventQueueParts;

  constructor(parts: EventQueueParts) {
    this.#parts = parts;
  }

  /** Whether no event is queued, running or waiting for its retry. */
  get isEmpty(): boolean {
    return this.#ready.length === 0 && this.#timers.size === 0 && this.#running === 0;
  }

  /** Whether no event is queued or running: one may still wait for its retry. */
  get isQuiet(): boolean {
    return this.#ready.length === 0 && this.#running === 0;
  }

  add(event: QueuedEvent): void {
    this.#ready.push(event);
    setImmediate(() => this.drain());
  }

  /** Starts whatever has room to run. Called whenever a place becomes free. */
  drain(): void {
    if (this.#isClosed) return;
    const events = this.#ready;
    this.#ready = [];
    for (const event of events) this.#start(this.#refresh(event), event);
  }

  close(): void {
    this.#isClosed = true;
    this.#ready = [];
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Looks the target up again, because aliases and `$LATEST` move. */
  #refresh(event: QueuedEvent): QueuedEvent {
    return { ...event, target: this.#parts.registry.resolve(event.reference) };
  }

  #start(event: QueuedEvent, original: QueuedEvent): void {
    const { fn } = event.target;
    const refusal = findRefusal(event);
    if (refusal !== undefined) this.#drop(event, refusal);
    else if (this.#parts.concurrency.hasRoomFor(fn)) void this.#run(event);
    else this.#postpone(event, original);
  }

  #postpone(event: QueuedEvent, original: QueuedEvent): void {
    if (!this.#throttled.has(original)) {
      event.target.fn.metrics.Throttles++;
      this.#parts.emit('throttled', {
        functionName: event.target.fn.name,
        requestId: event.requestId,
        invocationType: 'Event',
      });
      const remainingMs = event.acceptedAt + event.target.fn.policy.maximumEventAgeMs - Date.now();
      this.#later(remainingMs + 1, () => this.drain(), true);
    }
    this.#throttled.add(event);
    this.#ready.push(event);
  }

  async #run(event: QueuedEvent): Promise<void> {
    this.#running++;
    const outcome = await this.#parts.runner.run({ ...event, channel: 'invoke', invocationType: 'Event' });
    this.#running--;
    if (outcome.reason !== 'ok' && !this.#isClosed) this.#retryOrDrop(event, outcome);
  }

  #retryOrDrop(event: QueuedEvent, outcome: Outcome): void {
    const { policy, name } = event.target.fn;
    const delayMs = policy.retryDelaysMs[event.attempt - 1] ?? 0;
    const isTooOld = Date.now() + delayMs - event.acceptedAt > policy.maximumEventAgeMs;
    const isLast = event.attempt > policy.maximumRetryAttempts;
    if (isLast || isTooOld) {
      this.#drop(event, isLast ? 'RetriesExhausted' : 'EventAgeExceeded', outcome);
      return;
    }
    const next = { ...event, attempt: event.attempt + 1 };
    this.#later(delayMs, () => this.add(next));
    this.#parts.emit('retry', {
      functionName: name,
      requestId: event.requestId,
      attempt: next.attempt,
      delayMs,
    });
  }

  #drop(event: QueuedEvent, reason: DropReason, outcome?: Outcome): void {
    const { fn } = event.target;
    const { onFailure, deadLetterQueue } = fn.policy;
    if (reason === 'RecursiveInvocation') fn.metrics.RecursiveInvocationsDropped++;
    const sentTo: string[] = [];
    /** What does not fit its queue is lost, as on AWS: only a metric says so. */
    const offer = (queueArn: string | undefined, metric: MetricName, send: (queueArn: string) => void) => {
      if (queueArn === undefined) return;
      try {
        send(queueArn);
        sentTo.push(queueArn);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        fn.metrics[metric]++;
      }
    };
    offer(onFailure, 'DestinationDeliveryFailures', (arn) =>
      this.#parts.send(arn, destinationRecord(event, reason, outcome)),
    );
    const attributes = deadLetterAttributes(event, outcome, reason);
    offer(deadLetterQueue, 'DeadLetterErrors', (arn) => this.#parts.send(arn, event.payload, { attributes }));
    this.#parts.emit('dropped', {
      functionName: fn.name,
      requestId: event.requestId,
      reason,
      channel: 'invoke',
      sentTo,
    });
  }

  /** `isBackground` timers are no reason to call the queue busy: the event they are about is counted already. */
  #later(delayMs: number, action: () => void, isBackground = false): void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        action();
      },
      Math.min(delayMs, 2 ** 31 - 1),
    );
    if (isBackground) timer.unref();
    else this.#timers.add(timer);
  }
}

/** Why an event is not even tried. */
function findRefusal({ target, traceHeader, acceptedAt }: QueuedEvent): DropReason | undefined {
  const { fn } = target;
  if (fn.reservedConcurrency === 0) return 'ZeroReservedConcurrency';
  if (fn.recursiveLoop === 'Terminate' && readChainLength(traceHeader, fn.arn) >= recursionLimit)
    return 'RecursiveInvocation';
  return Date.now() - acceptedAt > fn.policy.maximumEventAgeMs ? 'EventAgeExceeded' : undefined;
}

/** An SQS message attribute as the wire has it. */
interface MessageAttribute {
  readonly DataType: 'Number' | 'String';
  readonly StringValue: string;
}

/** The attributes AWS puts on an event in a function's dead-letter queue. */
function deadLetterAttributes(
  { requestId }: QueuedEvent,
  outcome: Outcome | undefined,
  message: string,
): Record<string, MessageAttribute> {
  const text = outcome?.error?.errorMessage ?? message;
  return {
    RequestID: { DataType: 'String', StringValue: requestId },
    ErrorCode: { DataType: 'Number', StringValue: outcome === undefined ? '429' : '200' },
    ErrorMessage: { DataType: 'String', StringValue: text.slice(0, 1024) || 'unknown' },
  };
}
