/** What keys begin with unless told otherwise. */
export const defaultPrefix = 'lambda-baton/';

const plainId = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/;
/** Characters of an id that stay readable, and of its digest, in a key that cannot hold it. */
const readableLength = 40;
const digestLength = 40;

/**
 * The folder of an execution, with its slash: its id, or a readable beginning and a digest of one that is long or means something to S3,
 * to a URL or to a browser of objects. No id leads out of the prefix, and no two share a folder.
 */
export function describeFolder(prefix: string, executionId: string): string {
  if (plainId.test(executionId)) return `${prefix}${executionId}/`;
  const beginning = executionId.slice(0, readableLength).replace(/[^A-Za-z0-9_-]/g, '_');
  const digest = process
    .getBuiltinModule('node:crypto')
    .createHash('sha256')
    .update(executionId, 'utf16le')
    .digest('hex');
  return `${prefix}${beginning}~${digest.slice(0, digestLength)}/`;
}
