/**
 * Everything that can be made to go wrong.
 *
 * - `crash`: an invocation is killed at a random moment (log-uniform between 1 ms and its time-out, so that short ones are hit too)
 * - `duplicate`: an event or a message that was accepted is delivered twice
 * - `lost-reply`: a call takes effect, but the connection is reset instead of an answer
 * - `throttle`: a call is refused with 429
 * - `server-error`: a call is answered with 500
 * - `hang`: a call is never answered
 */
export type FaultKind = 'crash' | 'duplicate' | 'hang' | 'lost-reply' | 'server-error' | 'throttle';
