export type {
  CheckpointStore,
  ExecutionStatus,
  ListedExecutions,
  ListQuery,
  SaveHint,
  StoredExecution,
  StoredRevision,
} from './checkpoint-store';
export type { Clock } from './clock';
export {
  type ContinuationRequest,
  type ContinuationSender,
  readMaxDelaySeconds,
} from './continuation-sender';
export type { FlightRecorder, LostTries, TryStart, UnitPlace } from './flight-recorder';
export type { Context } from './lambda-context';
export type { Logger } from './logger';
export type { Platform } from './platform';
export type { Random } from './random';
export type { StateCodec } from './state-codec';
export type { Timer } from './timer';
