const loneSurrogate = /\p{Surrogate}/u;
/** The longest execution id, in characters: it has to fit every store's keys. */
const maxIdLength = 256;

/** What an execution's id is, for messages. */
export const usableId = `a string of 1 to ${maxIdLength} characters`;

/** Says whether a value can be the id of an execution. */
export function isUsableId(id: unknown): id is string {
  return typeof id === 'string' && id !== '' && id.length <= maxIdLength && !loneSurrogate.test(id);
}
