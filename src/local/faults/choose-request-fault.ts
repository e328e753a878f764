import type { ApiRequest } from './api-request';
import { draw } from './draw';
import type { FaultProbabilities } from './fault-probabilities';
import type { RequestFault } from './request-fault';

const faults: readonly (RequestFault & { readonly kind: keyof FaultProbabilities })[] = [
  { kind: 'throttle' },
  { kind: 'server-error' },
  { kind: 'hang' },
  { kind: 'lost-reply', when: 'after' },
  { kind: 'duplicate' },
];

const struckOperations = new Set(['Invoke', 'SendMessage', 'SendMessageBatch']);

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
