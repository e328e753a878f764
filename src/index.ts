// Decorators keep their declarations with this polyfill, and so does tsyringe: it has to be there first.
import 'reflect-metadata';

// Starting executions and looking after them
export type {
  BatonClientOptions,
  CancelAnswer,
  EarlierInvocations,
  ExecutionDescription,
  ExecutionProgress,
  ExecutionResult,
  ExecutionSummary,
  InvocationEntry,
  RedriveAnswer,
  RedriveOptions,
  ResumeAnswer,
  SignalRequest,
  SignalResult,
  StartAnswer,
  StartRequest,
  StopAnswer,
  StopMark,
  StopRequest,
  SweepAnswer,
  SweepRequest,
} from './client/answers';
export { BatonClient } from './client/baton-client';
// Declaring a job
export {
  LongRunning,
  type LongRunningOptions,
  OnCancel,
  OnChildEnd,
  OnComplete,
  OnFailure,
  OnHandoff,
  OnResume,
  OnSignal,
  type OnSignalOptions,
  OnStart,
  State,
  type StateOptions,
  Step,
  type StepOptions,
  Terminate,
  type TerminateOptions,
} from './decorators';
// Dependency injection
export { inject } from './di';
export type { Provider } from './di/container';
export {
  CHECKPOINT_STORE,
  CLOCK,
  CONTINUATION_SENDERS,
  LAMBDA_CLIENT,
  LOGGER,
  OBSERVERS,
  PRICES,
  RANDOM,
  SCHEDULER_CLIENT,
  SQS_CLIENT,
  STATE_CODEC,
  TIMER,
} from './di/tokens';
// Errors
export {
  BatonError,
  type BatonErrorCode,
  CheckpointFailedError,
  CheckpointStoreError,
  ChildrenFailedError,
  CorruptContinuationError,
  ExecutionConflictError,
  ExecutionFailedError,
  FuseBlownError,
  HandOffFailedError,
  IncompatibleStateError,
  InvalidDirectiveError,
  InvalidInputError,
  InvalidJobError,
  InvalidKeyError,
  InvokeFailedError,
  JobStoppedError,
  MissingPackageError,
  RedriveRefusedError,
  RetryableError,
  SignalRefusedError,
  SlotRefusedError,
  StateTooLargeError,
  StepInterruptedError,
  StepTimeoutError,
  TerminalError,
  UnknownExecutionError,
  UnserializableStateError,
} from './errors';
// Running a job
export { type BatonHandler, type CreateHandlerOptions, createHandler } from './handler/create-handler';
export { NativeTimer } from './runtime/adapters/node/timers';
export {
  DynamoDbCheckpointStore,
  type DynamoDbCheckpointStoreOptions,
  FileCheckpointStore,
  type FileCheckpointStoreOptions,
  S3CheckpointStore,
  type S3CheckpointStoreOptions,
} from './runtime/adapters/store/checkpoint-stores';
export { MemoryCheckpointStore } from './runtime/adapters/store/memory-store';
export type { Prices } from './runtime/core/cost/cost';
export {
  type CompleteDirective,
  complete,
  type Directive,
  type GoToDirective,
  goTo,
  type StartChildrenDirective,
  startChildren,
  type WaitDirective,
  type WaitForSignalDirective,
  wait,
  waitForSignal,
  waitUntil,
} from './runtime/core/execution/directives';
export type { AbortCode } from './runtime/core/execution/interruption';
export type { RetryPolicy } from './runtime/core/execution/retry-policy';
export type { UndoFailure, UndoneRun } from './runtime/core/execution/undo';
export type { ErrorRecord } from './runtime/core/record/describe-error';
export type { FieldCodec } from './runtime/core/state/codec-and-schema';
// Writing a step
export type { DeepReadonly } from './runtime/core/state/freeze-in-depth';
export type { BatchAnswer, InvocationAnswer, SignalAnswer } from './runtime/invocation/answer';
// Being seen
export type {
  InvocationEnding,
  Observer,
  RuntimeEvent,
  UnitKind,
  WaitReason,
} from './runtime/observe/runtime-event';
// Ports
export type {
  CheckpointStore,
  Clock,
  Context,
  ContinuationRequest,
  ContinuationSender,
  ExecutionStatus,
  ListedExecutions,
  ListQuery,
  Logger,
  Random,
  SaveHint,
  StateCodec,
  StoredExecution,
  StoredRevision,
  Timer,
} from './runtime/ports';
export type { ChildrenCounts, StepContext, Woken } from './runtime/step/step-context';
