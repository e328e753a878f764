import type { DropReason, InvocationEnd, InvocationStart } from '../../local';
import { readAnswer } from './answer';
import { ExecutionRecord } from './execution-record';
import { type Failure, readFailure } from './failure';
import { type InvocationRecord, openInvocation } from './invocation-record';
import { type LogEntry, readLogEntry, readNumber, readText } from './log-entry';
import { ProgressTrack } from './progress-track';
import type { RunEvent } from './run-event';

/** A continuation that was accepted. */
interface HandOff {
  readonly channel: string;
  readonly bytes: number;
}

const outcomes = new Set(['handed off', 'execution cancelled', 'execution completed', 'execution failed']);

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
  /** What the runtime said of an execution that it parked before AWS could stop it. */
  parked: Failure | undefined;
  deadLetterCount = 0;
  /** When the last delayed delivery that is known of is due, in milliseconds since the run began. */
  nextDeliveryAtMs = 0;

  /** The running invocation by its environment, which runs one at a time. Retries and duplicates share a request id. */
  private readonly byEnvironment = new Map<string, InvocationRecord>();

  get running(): readonly InvocationRecord[] {
    return [...this.byEnvironment.values()];
  }

  /** Takes an event in. Answers the invocation that it is about, when it is about one. */
  take(event: RunEvent): InvocationRecord | undefined {
    switch (event.name) {
      case 'invocation-start':
        return this.open(event.about, event.atMs);
      case 'invocation-end':
        return this.close(event.about);
      case 'log':
        return this.takeLine(event.about.line, event.about.environmentId, event.atMs);
      case 'retry':
        this.retryCount++;
        this.nextDeliveryAtMs = event.atMs + event.about.delayMs;
        return this.findLast(event.about.requestId);
      case 'throttled':
        this.throttleCount++;
        return undefined;
      case 'dropped':
        this.dropped.push(event.about.reason);
        return this.findLast(event.about.requestId);
      case 'fault':
        this.faults.set(event.about.kind, (this.faults.get(event.about.kind) ?? 0) + 1);
        return this.findLast(event.about.requestId);
      case 'message':
        this.takeMessage(event.about, event.atMs);
        return undefined;
    }
  }

  private open(start: InvocationStart, atMs: number): InvocationRecord {
    const invocation = openInvocation(start, atMs);
    this.invocations.push(invocation);
    this.byEnvironment.set(start.environmentId, invocation);
    return invocation;
  }

  private close(end: InvocationEnd): InvocationRecord | undefined {
    const invocation = this.byEnvironment.get(end.environmentId);
    if (invocation === undefined) return undefined;
    this.byEnvironment.delete(end.environmentId);
    const { billedMs, durationMs, error, initMs, memoryMb, reason, response } = end;
    invocation.end = { billedMs, durationMs, memoryMb, reason, response, ...(error && { error }), ...(initMs !== undefined && { initMs }) };
    if (reason === 'ok') this.takeAnswer(response);
    return invocation;
  }

  private takeLine(line: string, environmentId: string, atMs: number): InvocationRecord | undefined {
    const invocation = this.byEnvironment.get(environmentId);
    const entry = readLogEntry(line);
    if (entry !== undefined && typeof entry.executionId === 'string') this.takeEntry(entry, entry.executionId, invocation, atMs);
    return invocation;
  }

  private takeEntry(entry: LogEntry, executionId: string, invocation: InvocationRecord | undefined, atMs: number): void {
    this.openExecution(executionId).take(entry);
    if (invocation !== undefined) invocation.number = readNumber(entry, 'invocation') ?? invocation.number;
    if (invocation !== undefined && outcomes.has(entry.message)) invocation.outcome = entry;
    if (entry.message === 'execution parked') this.parked = readFailure(entry);
    if (entry.message === 'progress') this.progress.take(entry, atMs);
    if (entry.message === 'step failed') this.failedAttemptCount++;
    if (entry.message === 'delivery answered from the store') this.duplicateCount++;
    if (entry.message.startsWith('invocation superseded')) this.supersededCount++;
    if (entry.message === 'handed off') {
      this.handOffs.push({ channel: readText(entry, 'channel') ?? '?', bytes: readNumber(entry, 'bytes') ?? 0 });
    }
  }

  /** The answer has what the log has not: the result. */
  private takeAnswer(response: string): void {
    const { status, executionId, result } = readAnswer(response);
    if (status === 'completed' && typeof executionId === 'string') this.openExecution(executionId).complete(result);
  }

  private takeMessage({ deadLetter, delayMs }: { deadLetter: boolean; delayMs: number }, atMs: number): void {
    if (deadLetter) this.deadLetterCount++;
    else this.sqsSentCount++;
    this.nextDeliveryAtMs = Math.max(this.nextDeliveryAtMs, atMs + delayMs);
  }

  private openExecution(executionId: string): ExecutionRecord {
    const execution = this.executions.get(executionId) ?? new ExecutionRecord(executionId);
    this.executions.set(executionId, execution);
    return execution;
  }

  private findLast(requestId: string | undefined): InvocationRecord | undefined {
    return this.invocations.findLast(({ start }) => start.requestId === requestId);
  }
}
