/** The longest partition key, in bytes. */
const maxKeyBytes = 2_048;
const mark = '~sha256~';
const loneSurrogate = /\p{Surrogate}/u;

/** The partition key of an execution: its id, or a digest of one that a key cannot hold. */
export function describePartition(executionId: string): string {
  const isKey = executionId !== '' && !executionId.startsWith(mark) && !loneSurrogate.test(executionId);
  if (isKey && Buffer.byteLength(executionId) <= maxKeyBytes) return executionId;
  const digest = process
    .getBuiltinModule('node:crypto')
    .createHash('sha256')
    .update(executionId, 'utf16le')
    .digest('hex');
  return `${mark}${digest}`;
}
