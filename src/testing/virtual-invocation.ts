import type { RuntimeEvent } from '../runtime/observe/runtime-event';
import type { Clock } from '../runtime/ports';
import { Life } from './life';
import type { LogLine } from './memory-logger';
import type { DeliveryChannel, InvocationEnd, InvocationRun } from './run-records';

/** One event on its way to the function. */
export interface VirtualDelivery {
  /** `awsRequestId`, or the SQS `messageId`. */
  readonly id: string;
  readonly channel: DeliveryChannel;
  /** The event, or the message's body, as JSON text. */
  readonly body: string;
  /** From 1. */
  readonly receiveCount: number;
  /** How many invocations of the function lie behind it. */
  readonly chainLength: number;
  /** Whether it is a copy, or was sent by an invocation that one began: these are not copied again. */
  readonly isCopy: boolean;
}

/** How a call of the handler ended. */
export interface InvocationOutcome {
  readonly end: InvocationEnd;
  readonly answer?: unknown;
  readonly error?: unknown;
}

/** One call of the handler, from its start to its end or death. */
export class VirtualInvocation extends Life {
  /** From 1, over the whole run. */
  readonly call: number;
  readonly delivery: VirtualDelivery;
  readonly startedAtMs: number;
  readonly deadlineMs: number;
  /** What the runtime logged in it. */
  readonly lines: LogLine[] = [];
  /** What the runtime told in it. */
  readonly events: RuntimeEvent[] = [];
  /** Whether the context says that the safe window has begun, whatever the clock says. */
  isDraining = false;
  /** The last job instance that was made in it. */
  job: object | undefined;
  readonly #clock: Clock;
  #endedAtMs: number | undefined;
  #outcome: InvocationOutcome | undefined;

  constructor(call: number, delivery: VirtualDelivery, clock: Clock, timeoutMs: number) {
    super();
    this.#clock = clock;
    this.call = call;
    this.delivery = delivery;
    this.startedAtMs = clock.now();
    this.deadlineMs = this.startedAtMs + timeoutMs;
  }

  /** Also when code held the event loop beyond the deadline: a real process would have been killed in the middle of it. */
  override get isOver(): boolean {
    return super.isOver || this.#clock.now() >= this.deadlineMs;
  }

  /** How it ended; undefined while Lambda believes it to be running. */
  get outcome(): InvocationOutcome | undefined {
    return this.#outcome;
  }

  /** Ends it: from now on nothing of it takes effect. */
  close(outcome: InvocationOutcome, atMs: number): void {
    this.end();
    this.#outcome = outcome;
    this.#endedAtMs = atMs;
  }

  /** Whether it was an invocation of this execution, as far as it has said so. */
  isOf(executionId: string): boolean {
    const line = this.lines.find(({ fields }) => typeof fields.executionId === 'string');
    return line === undefined || line.fields.executionId === executionId;
  }

  /** It, as the result of a run shows it. */
  describe(): InvocationRun {
    const { call, delivery, startedAtMs } = this;
    const { end, answer, error } = this.#outcome ?? {
      end: 'crashed' as const,
      answer: undefined,
      error: undefined,
    };
    const handOff = this.events.findLast(isHandOff);
    return {
      call,
      delivery: delivery.id,
      channel: delivery.channel,
      receiveCount: delivery.receiveCount,
      invocation: this.#readInvocation(),
      startedAtMs,
      durationMs: (this.#endedAtMs ?? startedAtMs) - startedAtMs,
      end,
      ...(handOff !== undefined && (end === 'handed-off' || end === 'waiting')
        ? { reason: handOff.reason }
        : {}),
      ...(answer === undefined ? {} : { answer }),
      ...(error === undefined ? {} : { error }),
    };
  }

  #readInvocation(): number | undefined {
    const { id } = this.delivery;
    // The end of a lost invocation is told by the next one.
    const own = this.events.find((event) => event.type !== 'invocation.ended' || event.requestId === id);
    if (own !== undefined) return own.invocation;
    const line = this.lines.find(({ fields }) => typeof fields.invocation === 'number');
    return line?.fields.invocation as number | undefined;
  }
}

function isHandOff(
  event: RuntimeEvent,
): event is Extract<RuntimeEvent, { type: 'execution.handed-off' | 'execution.waiting' }> {
  return event.type === 'execution.handed-off' || event.type === 'execution.waiting';
}
