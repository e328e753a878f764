import { BatonError } from '../errors/baton-error';
import type { BatonHandler } from '../handler/create-handler';
import { recursionLimit } from '../runtime/core/execution/line';
import { fakeLambdaContext, sqsEvent } from './fake-events';
import { runInFrame } from './life';
import type { RunRecorder } from './run-recorder';
import type { DeadLetter } from './run-records';
import { settle } from './settle';
import { type InvocationOutcome, type VirtualDelivery, VirtualInvocation } from './virtual-invocation';
import type { ManualTimer } from './virtual-time';

/** How the virtual Lambda and its queue are set up. */
export interface VirtualLambdaSettings {
  /** The function's time-out, in milliseconds; of each delivery its own where a test wants that. */
  readonly timeoutMs: number | ((delivery: VirtualDelivery) => number);
  readonly safeMs: number;
  readonly recursion: 'allow' | 'terminate';
  /** After how many milliseconds an event whose invocation failed is delivered again; undefined: it is given up. */
  readonly readRetryDelayMs: (failed: VirtualInvocation) => number | undefined;
  /** After how many milliseconds the process dies in the middle of an invocation. @defaultValue it does not */
  readonly readDeathMs?: (delivery: VirtualDelivery) => number | undefined;
  readonly maxReceiveCount: number;
  readonly retryFailed: boolean;
  readonly maxDeliveries: number;
  readonly isCopying: boolean;
}

/** When Lambda tries a failed event again, in milliseconds after the failure. */
const retryDelaysMs = [60_000, 120_000];

/** Lambda's own retries of an event, 0 to 2. */
export function retryAsLambda(maximumRetryAttempts: number): VirtualLambdaSettings['readRetryDelayMs'] {
  return ({ delivery: { receiveCount } }) =>
    receiveCount > maximumRetryAttempts ? undefined : (retryDelaysMs[receiveCount - 1] ?? 0);
}

/** An SQS message comes back after this many times the function's time-out: what AWS recommends. */
const visibilityFactor = 6;
/** Turns of the event loop that an invocation gets when nothing of it is on virtual time: it may be loading a module. */
const maxIdleTurns = 500;

const endings: ReadonlySet<string> = new Set(['cancelled', 'completed', 'failed', 'skipped']);

interface Appointment {
  readonly atMs: number;
  readonly act: () => void;
}

/** AWS as far as an execution sees it: asynchronous events with their retries, a queue, deadlines, dead letters, recursion detection. On virtual time. */
export class VirtualLambda {
  #agenda: Appointment[] = [];
  #callCount = 0;
  #isGivenUp = false;
  #idCount = 0;
  /** The invocations that Lambda believes to be running, each with what ends it: its deadline, its death. */
  readonly #running = new Map<VirtualInvocation, readonly Appointment[]>();
  readonly #timer: ManualTimer;
  readonly #recorder: RunRecorder;
  readonly #settings: VirtualLambdaSettings;
  readonly #openHandler: (invocation: VirtualInvocation) => Promise<BatonHandler>;

  constructor(
    timer: ManualTimer,
    recorder: RunRecorder,
    settings: VirtualLambdaSettings,
    openHandler: (invocation: VirtualInvocation) => Promise<BatonHandler>,
  ) {
    this.#timer = timer;
    this.#recorder = recorder;
    this.#settings = settings;
    this.#openHandler = openHandler;
  }

  /** An id that nothing else of this run has. */
  nextId(kind: string): string {
    this.#idCount += 1;
    return `${kind}-${this.#idCount}`;
  }

  /** Takes an event or a message, to be delivered after a delay. */
  accept(delivery: VirtualDelivery, delayMs = 0): void {
    this.#at(this.#timer.clock.now() + delayMs, () => this.#deliver(delivery));
    if (this.#settings.isCopying && !delivery.isCopy) this.copy(delivery, delayMs);
  }

  /** Delivers what was accepted a second time: at least once means that it can come twice. */
  copy(delivery: VirtualDelivery, delayMs = 0): void {
    const again = {
      ...delivery,
      isCopy: true,
      receiveCount: delivery.receiveCount + (delivery.channel === 'sqs' ? 1 : 0),
    };
    this.#at(this.#timer.clock.now() + delayMs, () => this.#deliver(again));
  }

  /** Lets virtual time pass until nothing runs and nothing is scheduled. Answers `false` when it was given up. */
  async drain(): Promise<boolean> {
    await settle();
    for (;;) {
      if (this.#isGivenUp) return false;
      if (this.#running.size === 0 && this.#agenda.length === 0) return true;
      await this.#goOn();
    }
  }

  /** The process dies at once. Lambda notices, and delivers again. */
  crash(invocation: VirtualInvocation): void {
    if (!invocation.isOver) this.#close(invocation, { end: 'crashed' });
  }

  /** The process hangs until Lambda kills it at its deadline: from now on nothing of it takes effect. */
  freeze(invocation: VirtualInvocation): void {
    invocation.end();
  }

  /** Ends whatever still runs: a run that was given up must not disturb the next one. */
  stop(): void {
    for (const invocation of this.#running.keys()) invocation.end();
    this.#agenda = [];
  }

  async #goOn(): Promise<void> {
    const next = this.#agenda[0];
    const alarmMs = this.#timer.nextDueMs;
    if (alarmMs !== undefined && (next === undefined || alarmMs <= next.atMs)) {
      await this.#timer.fireNext();
      return;
    }
    if (alarmMs === undefined && this.#running.size > 0 && (await this.#waitForReality())) return;
    if (next === undefined) return;
    this.#agenda.shift();
    this.#timer.clock.moveTo(next.atMs);
    next.act();
    await settle();
  }

  /** Says whether something has happened in the meantime. */
  async #waitForReality(): Promise<boolean> {
    const [next] = this.#agenda;
    const running = this.#running.size;
    for (let turn = 0; turn < maxIdleTurns; turn += 1) {
      await settle();
      if (this.#timer.nextDueMs !== undefined || this.#agenda[0] !== next || this.#running.size !== running)
        return true;
    }
    return false;
  }

  #at(atMs: number, act: () => void): Appointment {
    const appointment = { atMs, act };
    const index = this.#agenda.findIndex((other) => other.atMs > atMs);
    this.#agenda.splice(index < 0 ? this.#agenda.length : index, 0, appointment);
    return appointment;
  }

  #deliver(delivery: VirtualDelivery): void {
    const isLoop = this.#settings.recursion === 'terminate' && delivery.chainLength >= recursionLimit;
    if (isLoop) this.#refuseRecursion(delivery);
    else if (this.#callCount >= this.#settings.maxDeliveries) this.#isGivenUp = true;
    else this.#start(delivery);
  }

  #start(delivery: VirtualDelivery): void {
    this.#callCount += 1;
    const { clock } = this.#timer;
    const invocation = new VirtualInvocation(this.#callCount, delivery, clock, this.#readTimeoutMs(delivery));
    this.#recorder.invocations.push(invocation);
    const deathMs = this.#settings.readDeathMs?.(delivery);
    this.#running.set(invocation, [
      this.#at(invocation.deadlineMs, () => this.#close(invocation, { end: 'timed-out' })),
      ...(deathMs === undefined ? [] : [this.#at(clock.now() + deathMs, () => this.crash(invocation))]),
    ]);
    const end = (outcome: InvocationOutcome) => {
      if (!invocation.isOver) this.#close(invocation, outcome);
    };
    runInFrame({ life: invocation }, () => this.#call(invocation)).then(
      (answer) => end(describeAnswer(invocation, answer)),
      (error: unknown) => end({ end: isExecutionFailure(error) ? 'failed' : 'threw', error }),
    );
  }

  /** The recursion setting of the function. */
  get recursion(): 'allow' | 'terminate' {
    return this.#settings.recursion;
  }

  async #call(invocation: VirtualInvocation): Promise<unknown> {
    const handler = await this.#openHandler(invocation);
    const answer = await handler(describeEvent(invocation.delivery), this.#describeContext(invocation));
    return JSON.parse(JSON.stringify(answer)) as unknown;
  }

  #describeContext(invocation: VirtualInvocation) {
    const { channel, id } = invocation.delivery;
    const { clock } = this.#timer;
    const awsRequestId = channel === 'sqs' ? `batch-${invocation.call}` : id;
    const { safeMs } = this.#settings;
    const remainingMs = invocation.deadlineMs - clock.now();
    const context = fakeLambdaContext({ clock, awsRequestId, remainingMs });
    const readRemaining = context.getRemainingTimeInMillis;
    return {
      ...context,
      getRemainingTimeInMillis: () =>
        invocation.isDraining ? Math.min(safeMs, readRemaining()) : readRemaining(),
    };
  }

  #close(invocation: VirtualInvocation, outcome: InvocationOutcome): void {
    const ends = this.#running.get(invocation);
    if (ends === undefined) return;
    this.#running.delete(invocation);
    this.#agenda = this.#agenda.filter((other) => !ends.includes(other));
    invocation.close(outcome, this.#timer.clock.now());
    this.#recorder.cutOff(invocation.call);
    if (endings.has(outcome.end) && invocation.isOf(this.#recorder.executionId))
      this.#recorder.ending ??= invocation;
    if (isFailure(invocation)) this.#tryAgain(invocation);
  }

  #tryAgain(invocation: VirtualInvocation): void {
    const { delivery, startedAtMs, outcome } = invocation;
    if (outcome?.end === 'failed' && !this.#settings.retryFailed) this.#bury(delivery, 'ExecutionFailed');
    else if (delivery.channel === 'sqs') this.#release(delivery, startedAtMs);
    else {
      const delayMs = this.#settings.readRetryDelayMs(invocation);
      if (delayMs === undefined) this.#bury(delivery, 'RetriesExhausted');
      else this.#deliverAgain(delivery, this.#timer.clock.now() + delayMs);
    }
  }

  #readTimeoutMs(delivery: VirtualDelivery): number {
    const { timeoutMs } = this.#settings;
    return typeof timeoutMs === 'number' ? timeoutMs : timeoutMs(delivery);
  }

  /** A message that was not deleted becomes visible again, until its queue gives it up. */
  #release(delivery: VirtualDelivery, receivedAtMs: number): void {
    const visibleAtMs = Math.max(
      this.#timer.clock.now(),
      receivedAtMs + visibilityFactor * this.#readTimeoutMs(delivery),
    );
    if (delivery.receiveCount >= this.#settings.maxReceiveCount) this.#bury(delivery, 'MaxReceiveCount');
    else this.#deliverAgain(delivery, visibleAtMs);
  }

  /** The function is not started. */
  #refuseRecursion(delivery: VirtualDelivery): void {
    if (delivery.channel === 'sqs') this.#release(delivery, this.#timer.clock.now());
    else this.#bury(delivery, 'RecursiveInvocation');
  }

  #deliverAgain(delivery: VirtualDelivery, atMs: number): void {
    this.#at(atMs, () => this.#deliver({ ...delivery, receiveCount: delivery.receiveCount + 1 }));
  }

  #bury({ id, channel, body }: VirtualDelivery, reason: DeadLetter['reason']): void {
    this.#recorder.deadLetters.push({ delivery: id, channel, reason, body });
  }
}

function describeEvent({ id, channel, body, receiveCount }: VirtualDelivery): unknown {
  return channel === 'sqs' ? sqsEvent({ messageId: id, body, receiveCount }) : (JSON.parse(body) as unknown);
}

/** An SQS batch answers only which records failed; the log says what became of each. */
function describeAnswer({ lines, delivery }: VirtualInvocation, answer: unknown): InvocationOutcome {
  if (delivery.channel !== 'sqs') {
    const { status } = answer as { status: InvocationOutcome['end'] };
    return { end: status, answer };
  }
  const done = lines.findLast(({ fields }) => fields.event === 'record.done');
  if (done !== undefined) return { end: done.fields.status as InvocationOutcome['end'], answer };
  const failed = lines.findLast(({ fields }) => fields.event === 'record.failed');
  const isFailed = failed?.fields.code === 'EXECUTION_FAILED';
  return { end: isFailed ? 'failed' : 'threw', answer, error: failed?.fields.error };
}

function isExecutionFailure(error: unknown): boolean {
  return BatonError.is(error) && error.code === 'EXECUTION_FAILED';
}

function isFailure({ outcome }: VirtualInvocation): boolean {
  return outcome !== undefined && ['crashed', 'failed', 'threw', 'timed-out'].includes(outcome.end);
}
