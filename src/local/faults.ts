/**
 * Everything that can be made to go wrong.
 *
 * - `crash`: an invocation is killed at a random moment (log-uniform between 1 ms and its time-out, so that short ones are hit too)
 * - `duplicate`: an event or a message that was accepted is delivered twice, a schedule fires twice
 * - `lost-reply`: a call takes effect, but the connection is reset instead of an answer
 * - `throttle`: a call is refused with 429
 * - `server-error`: a call is answered with 500
 * - `hang`: a call is never answered
 */
export type FaultKind = 'crash' | 'duplicate' | 'hang' | 'lost-reply' | 'server-error' | 'throttle';

/** How often each kind of fault strikes, from 0 (never, the default) to 1 (always). Faults of calls strike `Invoke`, `SendMessage`, `SendMessageBatch` and `CreateSchedule` over the wire. */
export type FaultProbabilities = { readonly [Kind in FaultKind]?: number };

/** One request at the endpoint, as a {@link RequestHook} sees it. */
export interface ApiRequest {
  /** `Invoke`, `SendMessage`, `GetFunctionRecursionConfig`, …: the name of the SDK's command without `Command`. */
  readonly operation: string;
  /** The how-manieth request of this operation it is, from 1. */
  readonly count: number;
  /** Function name as it was asked for, or the queue's or the schedule's name. */
  readonly target: string;
  /** `Event`, `RequestResponse` or `DryRun`; `Invoke` only. */
  readonly invocationType?: string;
  /** The request's body. */
  readonly body: Buffer;
  /** `awsRequestId` of the invocation that sent it; missing when it came from elsewhere, or with credentials of its own. */
  readonly callerRequestId?: string;
}

/**
 * What a {@link RequestHook} can do to one request.
 * `when` says whether the request takes effect first: `before` (the default) means it never does.
 */
export type RequestFault =
  | { readonly kind: 'throttle' }
  | { readonly kind: 'server-error'; readonly when?: 'after' | 'before' }
  | { readonly kind: 'error'; readonly status: number; readonly errorType: string; readonly message?: string }
  | { readonly kind: 'lost-reply'; readonly when?: 'after' | 'before' }
  | { readonly kind: 'hang'; readonly when?: 'after' | 'before' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'crash-caller'; readonly when?: 'after' | 'before' }
  | { readonly kind: 'duplicate' };

/**
 * Called with every API request before it takes effect. Answers the fault for this request, or nothing.
 * Where it answers nothing, the probabilities of the options decide.
 *
 * @example
 * onRequest: ({ operation, count }) => (operation === 'Invoke' && count === 2 ? { kind: 'lost-reply', when: 'after' } : undefined)
 */
export type RequestHook = (
  request: ApiRequest,
) => RequestFault | undefined | Promise<RequestFault | undefined>;

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
