export { BatonError, type BatonErrorCode, type BatonErrorParts } from './baton-error';
export {
  ExecutionConflictError,
  InvalidInputError,
  InvokeFailedError,
  JobStoppedError,
  type RedriveObstacle,
  RedriveRefusedError,
  SignalRefusedError,
  UnknownExecutionError,
} from './caller-errors';
export { InvalidJobError, type JobFault, MissingPackageError } from './definition-errors';
export {
  CheckpointFailedError,
  CheckpointStoreError,
  CorruptContinuationError,
  ExecutionFailedError,
  FuseBlownError,
  type FuseName,
  HandOffFailedError,
  type HandOffFailure,
  IncompatibleStateError,
  SlotRefusedError,
  StateTooLargeError,
} from './execution-errors';

export {
  ChildrenFailedError,
  InvalidDirectiveError,
  InvalidKeyError,
  RetryableError,
  type RetryableErrorOptions,
  StepInterruptedError,
  StepTimeoutError,
  TerminalError,
  UnserializableStateError,
} from './step-errors';
