import type { Execution } from '../core/execution/execution';
import type { JobPlan } from '../core/execution/job-plan';
import type { ExecutionOutcome, ExecutionRecord } from '../core/record/execution-record';
import type { StateCopy } from '../core/state/copy-state';
import type { Emitter } from '../observe/emitter';
import type { ExecutionStatus, Logger } from '../ports';
import type { Collaborators } from '../ports/collaborators';
import type { ProgressReport } from '../step/step-output';

/** A finished or forgotten execution is kept this long, in milliseconds: 30 days. */
export const retentionMs = 30 * 24 * 3_600_000;

/** What an invocation holds after its claim. */
export interface Claim {
  readonly executionId: string;
  readonly epoch: number;
  readonly owner: string;
  readonly leaseUntilMs: number;
  /** What the next write expects. */
  readonly revision: string;
  readonly startedAtMs: number;
  readonly isCancelRequested: boolean;
  /** Whether others have written facts that have not been read. */
  readonly hasNews: boolean;
  /** What the record says of it that no invocation changes. */
  readonly origin: Pick<ExecutionRecord, 'functionArn' | 'parent'>;
  readonly receivedInput: unknown;
  /** The state as it is stored; empty before the first checkpoint. */
  readonly stateText: string;
  readonly stateChecksum: string;
  /** The version of the code that wrote the state. */
  readonly stateVersion: number;
}

/** What writing needs of the invocation. */
export interface JournalDeps {
  readonly plan: JobPlan;
  readonly input: unknown;
  /** Where the execution stands. */
  readonly execution: Execution;
  readonly collaborators: Collaborators;
  readonly logger: Logger;
  readonly emitter: Emitter;
  readonly progressReport: ProgressReport;
  remainingMs(): number;
  /** What the execution has cost so far, in US dollars. */
  readCostUsd(): number;
  /** Called once, when a write shows that somebody has asked for the execution to end. */
  onCancelRequested(): void;
}

/** What a record says that the execution has done, and cost. */
export type Recorded = Pick<Execution, 'costUsd' | 'failedAttemptCount' | 'stepCount'>;

/** One line of writes: what the record will say. */
export interface Entry {
  readonly execution: Execution;
  /** Undefined to leave the stored state as it is, with the version that it is of. */
  readonly state: StateCopy | undefined;
  readonly handedOffTo: number | null;
  readonly status: ExecutionStatus;
  readonly outcome: ExecutionOutcome | null;
  readonly isParked?: true;
  readonly isGivenBack?: true;
  readonly isHandingOver?: true | undefined;
}

/**
 * Thrown inside the runtime when another invocation has claimed the execution: this one stops on the spot and answers `superseded`.
 * Never reaches user code, so it cannot be caught there.
 */
export class Superseded extends Error {
  override readonly name = 'Superseded';
  /** What the record says now; undefined when it is gone. */
  readonly record: ExecutionRecord | undefined;

  constructor(record: ExecutionRecord | undefined) {
    super('another invocation has claimed the execution');
    this.record = record;
  }
}
