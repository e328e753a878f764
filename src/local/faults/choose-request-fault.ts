import type { ApiRequest, FaultProbabilities, RequestFault } from './faults';

const faults: readonly (RequestFault & { readonly kind: keyof FaultProbabilities })[] = [
  { kind: 'throttle' },
  { kind: 'server-error' },
  { kind: 'hang' },
  { kind: 'lost-reply', when: 'after' },
  { kind: 'duplicate' },
];

const struckOperations = new Set(['CreateSchedule', 'Invoke', 'SendMessage', 'SendMessageBatch']);

/** The fault that the probabilities have in store for one request, if any. */
export function chooseRequestFault(
  seed: number,
  probabilities: FaultProbabilities,
  { operation, count, invocationType }: ApiRequest,
): RequestFault | undefined {
  if (!struckOperations.has(operation)) return undefined;
  const canDuplicate = operation !== 'Invoke' || invocationType === 'Event';
  return faults.find(
    ({ kind }) =>
      (kind !== 'duplicate' || canDuplicate) &&
      draw(seed, kind, operation, count) < (probabilities[kind] ?? 0),
  );
}

/**
 * A number in [0, 1) for a seed and a key. The same seed and key always give the same number,
 * so a fault does not depend on how calls of concurrent processes happen to interleave.
 */
export function draw(seed: number, ...key: readonly (number | string)[]): number {
  let hash = 2166136261;
  for (const character of [seed, ...key].join('/'))
    hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 16), 2246822507);
  hash = Math.imul(hash ^ (hash >>> 13), 3266489909);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
