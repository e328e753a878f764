// tsyringe wants this polyfill to be there first.
import 'reflect-metadata';

export { MemoryCheckpointStore } from '../runtime/adapters/store/memory-store';
export type { Boundary, BoundaryKind, FaultKind } from './boundaries';
export { SeededRandom } from './boundaries';
export { EffectLedger, type EffectRecord, type KeyCollision, type RepeatedEffect } from './effect-ledger';
export type { ExploreOptions } from './exploration';
export { type Deviation, type DeviationKind, Exploration } from './exploration';
export {
  type FakeLambdaContextOptions,
  fakeLambdaContext,
  type SqsMessage,
  type SqsRecord,
  sqsEvent,
} from './fake-events';
export { FaultyStore, type WriteFault } from './faulty-store';
export { JobRun, type JobRunParts } from './job-run';
export { JobTestEnvironment } from './job-test-environment';
export { type BatonMatcherResult, batonMatchers } from './matchers';
export { type LogLine, MemoryLogger } from './memory-logger';
export {
  FaultySender,
  type FaultySenderOptions,
  RecordingSender,
  type RecordingSenderOptions,
  type SendFault,
  type SentRequest,
} from './recording-sender';
export type {
  CallEnd,
  CheckpointRun,
  ContinuationRun,
  DeadLetter,
  DeliveryChannel,
  InvocationEnd,
  InvocationRun,
  JobOutcome,
  RunLogLine,
  StepCall,
  StepRun,
} from './run-records';
export { type ContractCase, checkpointStoreContract } from './store-contract/checkpoint-store-contract';
export type { StoreUnderTest } from './store-contract/store-under-test';
export type { InputOf, JobRunOptions, JobTestOptions, StateOf } from './test-job-options';
export { TestKitError } from './test-kit-error';
export { epochMs, ManualTimer, VirtualClock } from './virtual-time';
