import { describeError as describe, type ErrorRecord } from '../../src/runtime/core/record/describe-error';

export * from '../../src/runtime/core/record/describe-error';

const thrownBy = new WeakMap<ErrorRecord, unknown>();

/** The real one, which remembers what it has described: an SQS batch tells what was thrown to the log alone. */
export function describeError(thrown: unknown): ErrorRecord {
  const record = describe(thrown);
  thrownBy.set(record, thrown);
  return record;
}

/** What was thrown, of a record that the log has. */
export function readThrown(record: unknown): unknown {
  return thrownBy.get(record as ErrorRecord);
}
