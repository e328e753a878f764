import type { LocalLambdaEvents } from '../../local';

/** The events of the local Lambda that a run is made of. */
export const watchedEvents = ['invocation-start', 'invocation-end', 'log', 'retry', 'throttled', 'dropped', 'fault', 'message'] as const;

type Watched = (typeof watchedEvents)[number];

/** One thing that happened, with the time since the run began, in milliseconds. */
export type RunEvent = {
  readonly [Name in Watched]: { readonly name: Name; readonly atMs: number; readonly about: LocalLambdaEvents[Name][0] };
}[Watched];
