import type { FaultKind } from './fault-kind';

/** How often each kind of fault strikes, from 0 (never, the default) to 1 (always). Faults of calls strike `Invoke`, `SendMessage` and `SendMessageBatch` over the wire. */
export type FaultProbabilities = { readonly [Kind in FaultKind]?: number };
