import { BatonError } from '../errors/baton-error';
import type { BatonHandler } from '../handler/create-handler';
import { recursionLimit } from '../runtime/core/execution/chain';
import { fakeLambdaContext } from './fake-lambda-context';
import { runInFrame } from './life';
import type { RunRecorder } from './run-recorder';
import type { DeadLetter } from './run-records';
import { settle } from './settle';
import { sqsEvent } from './sqs-event';
import { type InvocationOutcome, type VirtualDelivery, VirtualInvocation } from './virtual-invocation';
import type { ManualTimer } from './virtual-time';

/** How the virtual Lambda and its queue are set up. */
export interface VirtualLambdaSettings {
  readonly timeoutMs: number;
  readonly safeMs: number;
  readonly recursion: 'allow' | 'terminate';
  readonly maximumRetryAttempts: number;
  readonly maxReceiveCount: number;
  readonly retryFailed: boolean;
  readonly maxDeliveries: number;
  readonly isCopying: boolean;
}

/** When Lambda tries a failed event again, in milliseconds after the failure. */
const retryDelaysMs = [60_000, 120_000];
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
  #idCount = 0;
  /** The invocations that Lambda believes to be running, each with its deadline. */
  readonly #running = new Map<VirtualInvocation, Appointment>();
  readonly #timer: ManualTimer;
  readonly #recorder: RunRecorder;
  readonly #settings: VirtualLambdaSettings;
  readonly #openHandler: () => Promise<BatonHandler>;

  constructor(
    timer: ManualTimer,
    recorder: RunRecorder,
    settings: VirtualLambdaSettings,
    openHandler: () => Promise<BatonHandler>,
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
      if (this.#callCount > this.#settings.maxDeliveries) return false;
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
    else this.#start(delivery);
  }

  #start(delivery: VirtualDelivery): void {
    this.#callCount += 1;
    const { timeoutMs } = this.#settings;
    const invocation = new VirtualInvocation(this.#callCount, delivery, this.#timer.clock, timeoutMs);
    this.#recorder.invocations.push(invocation);
    const deadline = this.#at(invocation.deadlineMs, () => this.#close(invocation, { end: 'timed-out' }));
    this.#running.set(invocation, deadline);
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
    const handler = await this.#openHandler();
    const answer = await handler(describeEvent(invocation.delivery), this.#describeContext(invocation));
    return JSON.parse(JSON.stringify(answer)) as unknown;
  }

  #describeContext(invocation: VirtualInvocation) {
    const { channel, id } = invocation.delivery;
    const { clock } = this.#timer;
    const awsRequestId = channel === 'sqs' ? `batch-${invocation.call}` : id;
    const { safeMs } = this.#settings;
    const context = fakeLambdaContext({ clock, awsRequestId, remainingMs: this.#settings.timeoutMs });
    const readRemaining = context.getRemainingTimeInMillis;
    return {
      ...context,
      getRemainingTimeInMillis: () =>
        invocation.isDraining ? Math.min(safeMs, readRemaining()) : readRemaining(),
    };
  }

  #close(invocation: VirtualInvocation, outcome: InvocationOutcome): void {
    const deadline = this.#running.get(invocation);
    if (!this.#running.delete(invocation)) return;
    this.#agenda = this.#agenda.filter((other) => other !== deadline);
    invocation.close(outcome, this.#timer.clock.now());
    this.#recorder.cutOff(invocation.call);
    if (endings.has(outcome.end) && invocation.isOf(this.#recorder.executionId))
      this.#recorder.ending ??= invocation;
    if (isFailure(invocation)) this.#tryAgain(invocation);
  }

  #tryAgain({ delivery, startedAtMs, outcome }: VirtualInvocation): void {
    if (outcome?.end === 'failed' && !this.#settings.retryFailed) this.#bury(delivery, 'ExecutionFailed');
    else if (delivery.channel === 'sqs') this.#release(delivery, startedAtMs);
    else if (delivery.receiveCount > this.#settings.maximumRetryAttempts)
      this.#bury(delivery, 'RetriesExhausted');
    else
      this.#deliverAgain(delivery, this.#timer.clock.now() + (retryDelaysMs[delivery.receiveCount - 1] ?? 0));
  }

  /** A message that was not deleted becomes visible again, until its queue gives it up. */
  #release(delivery: VirtualDelivery, receivedAtMs: number): void {
    const visibleAtMs = Math.max(
      this.#timer.clock.now(),
      receivedAtMs + visibilityFactor * this.#settings.timeoutMs,
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
