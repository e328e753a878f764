export type {
  CheckpointStore,
  ExecutionStatus,
  ListedExecutions,
  ListQuery,
  SaveHint,
  StateCodec,
  StoredExecution,
  StoredRevision,
} from './checkpoint-store';
export {
  type ContinuationRequest,
  type ContinuationSender,
  readMaxDelaySeconds,
} from './continuation-sender';
export type { FlightRecorder, LostTries, TryStart, UnitPlace } from './flight-recorder';
export type { Clock, Context, Logger, Platform, Random, Timer } from './platform';
