import type { ExecutionDescription } from '../../client/answers';
import type { DropReason, InvocationEnd, InvocationStart, LocalLambda, LocalLambdaEvents } from '../../local';
import { countInvocations } from '../watch/watched-execution';
import { type Failure, type HandOff, readTold, type ToldFact } from './execution-fact';
import { type InvocationRecord, openInvocation, ProgressTrack, readAnswer } from './invocation-record';
import { type LineFact, readLine } from './read-line';

/** The events of the local Lambda that a run is made of. */
const watchedEvents = [
  'invocation-start',
  'invocation-end',
  'log',
  'note',
  'retry',
  'throttled',
  'dropped',
  'fault',
  'message',
  'schedule',
] as const;

type Watched = (typeof watchedEvents)[number];

/** One thing that happened, with the time since the run began, in milliseconds. */
export type RunEvent = {
  readonly [Name in Watched]: {
    readonly name: Name;
    readonly atMs: number;
    readonly about: LocalLambdaEvents[Name][0];
  };
}[Watched];

/** What an event was, once the record has taken it in. */
export interface Taken {
  /** The invocation that it is about. */
  readonly invocation?: InvocationRecord | undefined;
  /** What its line tells. */
  readonly fact?: LineFact;
  /** What the runtime tells. */
  readonly told?: ToldFact | undefined;
}

/** What is known of one execution. Without a store it may run as several lines at once: then each figure is the highest of them. */
export class ExecutionRecord {
  status: 'cancelled' | 'completed' | 'failed' | 'running' | 'skipped' = 'running';
  job: string | undefined;
  stepCount = 0;
  failedAttemptCount = 0;
  /** The invocation that it has come to. */
  invocation = 0;
  /** How many invocations it has had: one that died and came again is two. */
  invocationCount = 0;
  /** What it has cost, its children not included, in US dollars. */
  costUsd = 0;
  /** Why it failed. Kept when a later delivery completed it. */
  failure: Failure | undefined;
  /** Undefined until it is known: a queue's batch does not answer with it. */
  result: unknown;
  /** Until when it waits, in epoch milliseconds; undefined when it waits for nothing. */
  waitsUntilMs: number | undefined;
  /** The ends of invocations that were told: one may be told twice. */
  readonly #ended = new Set<string>();

  constructor(readonly executionId: string) {}

  take({ subject, ...fact }: ToldFact): void {
    const { job, invocation, stepCount = 0, failedAttemptCount = 0 } = subject;
    this.job ??= job;
    this.invocation = Math.max(this.invocation, invocation);
    this.stepCount = Math.max(this.stepCount, stepCount);
    this.failedAttemptCount = Math.max(this.failedAttemptCount, failedAttemptCount);
    if (fact.kind === 'invocation-started') this.invocationCount += 1;
    if (fact.kind === 'invocation-ended' && !this.#ended.has(fact.key)) {
      this.#ended.add(fact.key);
      this.costUsd += fact.costUsd;
    }
    if (fact.kind === 'completed' || fact.kind === 'cancelled' || fact.kind === 'skipped')
      this.status = fact.kind;
    if (fact.kind !== 'failed') return;
    this.failure = fact.failure;
    if (this.status !== 'completed') this.status = 'failed';
  }

  complete(result: unknown): void {
    this.status = 'completed';
    this.result = result;
  }

  /** Takes over what the store says: it counts, since `baton status` will say the same. Where it does not have the error's stack, the event has. */
  settle(description: ExecutionDescription): void {
    const { status, job, invocation, stepCount, failedAttemptCount, costUsd } = description;
    const { result, error, resumeAtMs } = description;
    this.status = status === 'waiting' ? 'running' : status;
    this.waitsUntilMs = status === 'waiting' ? (resumeAtMs ?? undefined) : undefined;
    this.failure = error === undefined ? undefined : { ...this.failure, ...error };
    const invocationCount = countInvocations(description);
    Object.assign(this, { job, invocation, invocationCount, stepCount, failedAttemptCount, costUsd });
    if (result !== undefined) this.result = result;
  }
}

/** Everything that is known of a run, taken from its events one after the other. */
export class RunRecord {
  readonly invocations: InvocationRecord[] = [];
  readonly executions = new Map<string, ExecutionRecord>();
  readonly handOffs: HandOff[] = [];
  readonly dropped: DropReason[] = [];
  /** How often each kind of fault struck. */
  readonly faults = new Map<string, number>();
  readonly progress = new ProgressTrack();
  /** Events that were delivered again by Lambda. */
  retryCount = 0;
  /** Attempts at a step that failed, in all lines together. */
  failedAttemptCount = 0;
  throttleCount = 0;
  /** Deliveries that were answered from the store. */
  duplicateCount = 0;
  /** Invocations that lost their execution to another one. */
  supersededCount = 0;
  sqsSentCount = 0;
  /** Schedules that have fired. */
  firedCount = 0;
  /** What the runtime said of an execution that it parked before AWS could stop it. */
  parked: Failure | undefined;
  deadLetterCount = 0;
  /** When the last delayed delivery that is known of is due, in milliseconds since the run began. */
  nextDeliveryAtMs = 0;

  /** The running invocation by its environment, which runs one at a time. Retries and duplicates share a request id. */
  readonly #byEnvironment = new Map<string, InvocationRecord>();

  get running(): readonly InvocationRecord[] {
    return [...this.#byEnvironment.values()];
  }

  /** Whether every execution that began has ended. */
  get hasEnded(): boolean {
    return (
      this.executions.size > 0 && [...this.executions.values()].every(({ status }) => status !== 'running')
    );
  }

  /** Takes everything that a local Lambda tells in, and passes it on. */
  watch(lambda: LocalLambda, readTime: () => number, listen: (event: RunEvent, taken: Taken) => void): void {
    const { on } = lambda as { on(name: RunEvent['name'], listener: (about: never) => void): unknown };
    for (const name of watchedEvents) {
      on.call(lambda, name, (about) => {
        const event = { name, atMs: readTime(), about } as RunEvent;
        listen(event, this.take(event));
      });
    }
  }

  /** Takes an event in. */
  take(event: RunEvent): Taken {
    switch (event.name) {
      case 'invocation-start':
        return { invocation: this.#open(event.about, event.atMs) };
      case 'invocation-end':
        return { invocation: this.#close(event.about) };
      case 'log':
        return {
          invocation: this.#byEnvironment.get(event.about.environmentId),
          fact: readLine(event.about.line),
        };
      case 'note':
        return this.#takeTold(event.about.line, event.about.environmentId, event.atMs);
      case 'retry':
        this.retryCount++;
        this.nextDeliveryAtMs = event.atMs + event.about.delayMs;
        return this.#findLast(event.about.requestId);
      case 'throttled':
        this.throttleCount++;
        return {};
      case 'dropped':
        this.dropped.push(event.about.reason);
        return this.#findLast(event.about.requestId);
      case 'fault':
        this.faults.set(event.about.kind, (this.faults.get(event.about.kind) ?? 0) + 1);
        return this.#findLast(event.about.requestId);
      case 'message':
        this.#takeMessage(event.about, event.atMs);
        return {};
      case 'schedule':
        this.#takeSchedule(event.about, event.atMs);
        return {};
    }
  }

  /** The record of an execution, a new one when there was none. */
  open(executionId: string): ExecutionRecord {
    const execution = this.executions.get(executionId) ?? new ExecutionRecord(executionId);
    this.executions.set(executionId, execution);
    return execution;
  }

  #open(start: InvocationStart, atMs: number): InvocationRecord {
    const invocation = openInvocation(start, atMs, this.hasEnded);
    this.invocations.push(invocation);
    this.#byEnvironment.set(start.environmentId, invocation);
    return invocation;
  }

  #close(end: InvocationEnd): InvocationRecord | undefined {
    const invocation = this.#byEnvironment.get(end.environmentId);
    if (invocation === undefined) return undefined;
    this.#byEnvironment.delete(end.environmentId);
    const { billedMs, durationMs, error, initMs, memoryMb, reason, response } = end;
    invocation.end = {
      billedMs,
      durationMs,
      memoryMb,
      reason,
      response,
      ...(error && { error }),
      ...(initMs !== undefined && { initMs }),
    };
    if (reason === 'ok') this.#takeAnswer(response);
    return invocation;
  }

  #takeTold(line: string, environmentId: string, atMs: number): Taken {
    const invocation = this.#byEnvironment.get(environmentId);
    const told = readTold(line);
    if (told !== undefined) this.#takeFact(told, invocation, atMs);
    return { invocation, told };
  }

  #takeFact(fact: ToldFact, invocation: InvocationRecord | undefined, atMs: number): void {
    const { subject } = fact;
    this.open(subject.executionId).take(fact);
    if (invocation !== undefined) invocation.number = subject.invocation;
    switch (fact.kind) {
      case 'handed-off':
        this.handOffs.push(fact.handOff);
        if (invocation !== undefined) invocation.outcome = fact;
        break;
      case 'cancelled':
      case 'completed':
      case 'failed':
      case 'skipped':
        if (invocation !== undefined) invocation.outcome = fact;
        break;
      case 'parked':
        this.parked = fact.failure;
        break;
      case 'progress':
        this.progress.take(fact.report, subject, atMs);
        break;
      case 'step-failed':
        this.failedAttemptCount++;
        break;
      case 'duplicate':
        this.duplicateCount++;
        break;
      case 'superseded':
        this.supersededCount++;
        break;
    }
  }

  /** The answer has what the log has not: the result. */
  #takeAnswer(response: string): void {
    const { status, executionId, result } = readAnswer(response);
    if (status === 'completed' && typeof executionId === 'string') this.open(executionId).complete(result);
  }

  #takeMessage({ deadLetter, delayMs }: { deadLetter: boolean; delayMs: number }, atMs: number): void {
    if (deadLetter) this.deadLetterCount++;
    else this.sqsSentCount++;
    this.nextDeliveryAtMs = Math.max(this.nextDeliveryAtMs, atMs + delayMs);
  }

  #takeSchedule({ kind, fireAtMs }: LocalLambdaEvents['schedule'][0], atMs: number): void {
    if (kind === 'fired') this.firedCount++;
    if (kind === 'created')
      this.nextDeliveryAtMs = Math.max(this.nextDeliveryAtMs, atMs + fireAtMs - Date.now());
  }

  #findLast(requestId: string | undefined): Taken {
    return { invocation: this.invocations.findLast(({ start }) => start.requestId === requestId) };
  }
}
