const loneSurrogate = /\p{Surrogate}/u;
/** The longest execution id, in characters: it has to fit every store's keys. */
const maxIdLength = 256;

/** What the runtime itself keeps in a store is kept under ids that begin with this. No job's name has a colon. */
export const reservedPrefix = 'lambda-baton:';

/** What an execution's id is, for messages. */
export const usableId = `a string of 1 to ${maxIdLength} characters that does not begin with ${reservedPrefix}`;

/** Says whether a value can be the id of an execution. */
export function isUsableId(id: unknown): id is string {
  return (
    typeof id === 'string' &&
    id !== '' &&
    id.length <= maxIdLength &&
    !id.startsWith(reservedPrefix) &&
    !loneSurrogate.test(id)
  );
}

/**
 * The id of an execution that AWS named: AWS's id, and the job that it belongs to. One event may reach several jobs that share a store.
 * No job's name has an `@`.
 */
export function deriveId(awsId: string, job: string): string {
  return `${awsId}@${job}`;
}
