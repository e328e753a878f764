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
