import type { InvocationStart } from '../events/invocation-start';

/** What an {@link InvocationHook} can do: kill the invocation `afterMs` milliseconds after its delivery. */
export interface InvocationFault {
  readonly kind: 'crash';
  /** @defaultValue 0: before the handler is likely to have done anything */
  readonly afterMs?: number;
}

/** Called with every invocation as it starts. Answers the fault for this one, or nothing: then the probabilities of the options decide. */
export type InvocationHook = (invocation: InvocationStart) => InvocationFault | undefined;
