import type { ExecutionRecord } from '../core/record/execution-record';

/**
 * Thrown inside the runtime when another invocation has claimed the execution: this one stops on the spot and answers `superseded`.
 * Never reaches user code, so it cannot be caught there.
 */
export class Superseded extends Error {
  override readonly name = 'Superseded';
  /** What the record says now; undefined when it is gone. */
  readonly record: ExecutionRecord | undefined;

  constructor(record: ExecutionRecord | undefined) {
    super('another invocation has claimed the execution');
    this.record = record;
  }
}
