// tsyringe wants this polyfill to be there first.
import 'reflect-metadata';

export { MemoryCheckpointStore } from '../runtime/adapters/store/memory-store';
export type { Boundary, BoundaryKind, FaultKind } from './boundaries';
export { EffectLedger, type EffectRecord, type KeyCollision, type RepeatedEffect } from './effect-ledger';
export { type Deviation, type DeviationKind, Exploration } from './exploration';
export type { ExploreOptions } from './explore-options';
export { type FakeLambdaContextOptions, fakeLambdaContext } from './fake-lambda-context';
export { FaultySender, type FaultySenderOptions, type SendFault } from './faulty-sender';
export { FaultyStore, type WriteFault } from './faulty-store';
export type { InputOf, StateOf } from './infer-job';
export { JobRun, type JobRunParts } from './job-run';
export { JobTestEnvironment } from './job-test-environment';
export { ManualTimer } from './manual-timer';
export { type BatonMatcherResult, batonMatchers } from './matchers';
export { type LogLine, MemoryLogger } from './memory-logger';
export { RecordingSender, type RecordingSenderOptions, type SentRequest } from './recording-sender';
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
export { SeededRandom } from './seeded-random';
export { type SqsMessage, type SqsRecord, sqsEvent } from './sqs-event';
export { type ContractCase, checkpointStoreContract } from './store-contract/checkpoint-store-contract';
export type { StoreUnderTest } from './store-contract/store-under-test';
export type { JobRunOptions, JobTestOptions } from './test-job-options';
export { TestKitError } from './test-kit-error';
export { epochMs, VirtualClock } from './virtual-clock';
