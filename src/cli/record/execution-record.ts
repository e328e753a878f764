import { type Failure, readFailure } from './failure';
import { type LogEntry, readNumber, readText } from './log-entry';

/** What is known of one execution. Without a store it may run as several lines at once: then each figure is the highest of them. */
export class ExecutionRecord {
  status: 'cancelled' | 'completed' | 'failed' | 'running' = 'running';
  job: string | undefined;
  stepCount = 0;
  /** Why it failed. Kept when a later delivery completed it. */
  failure: Failure | undefined;
  /** What the handler answered as its result. Unknown when a queue's batch completed it. */
  result: unknown;

  constructor(readonly executionId: string) {}

  take(entry: LogEntry): void {
    this.job ??= readText(entry, 'job');
    this.stepCount = Math.max(this.stepCount, readNumber(entry, 'stepCount') ?? 0);
    if (entry.message === 'execution completed') this.status = 'completed';
    if (entry.message === 'execution cancelled') this.status = 'cancelled';
    if (entry.message === 'execution failed') this.fail(readFailure(entry));
  }

  complete(result: unknown): void {
    this.status = 'completed';
    this.result = result;
  }

  private fail(failure: Failure | undefined): void {
    this.failure = failure;
    if (this.status !== 'completed') this.status = 'failed';
  }
}
