import type { LocalLambdaEvents } from './local-lambda-events';

/** Tells listeners that something has happened. */
export type Emit = <Name extends keyof LocalLambdaEvents>(name: Name, ...event: LocalLambdaEvents[Name]) => void;
