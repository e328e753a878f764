import { isRecord } from '../state/json';
import type { WaitReason } from './among';

/** How an invocation began: what its entry in the history is reckoned from. */
export interface RunStart {
  /** In epoch milliseconds. */
  readonly startedAtMs: number;
  /** The delivery that it is (`awsRequestId`). */
  readonly requestId: string;
  readonly isCold: boolean;
  /** The version of the function that runs. */
  readonly version: string;
  /** What the execution had counted by then. */
  readonly stepCount: number;
  readonly failedAttemptCount: number;
  readonly costUsd: number;
  /** Of the continuation that it handed over. */
  readonly bytes?: number;
  /** What it waits for, when it did not hand over to one that comes at once. */
  readonly reason?: WaitReason;
}

/** How far the work is, as a step has said it last. */
export interface ReportedProgress {
  readonly step: string;
  readonly done: number;
  readonly total?: number;
  readonly note?: string;
  /** When it was reported, in epoch milliseconds. */
  readonly atMs: number;
  /** What was done when this step began to report. */
  readonly from: number;
  /** How long it had run since then, gaps between invocations left out, when this was reported, in milliseconds. */
  readonly ranMs: number;
  /** How long it has run since this was reported, in milliseconds. */
  readonly sinceMs: number;
}

/** What is told of an execution, and decides nothing. It travels with it, in record and continuation. */
export interface Trail {
  /** What observers have asked to be carried. */
  readonly carried?: Readonly<Record<string, string>>;
  readonly progress?: ReportedProgress;
  /** Its last invocations, in packed form: only where no store keeps them. */
  readonly history?: object;
  /** How the last invocation began. */
  readonly run?: RunStart;
  /** The last invocation died, and a sweep or a redrive has found it out. */
  readonly hasDied?: true;
}

/** The trail of an execution that starts. */
export const emptyTrail: Trail = Object.freeze({});

/** Says whether a value is a trail. What is in it is not looked at: whoever shows it has to take it as it is. */
export function isTrail(value: unknown): value is Trail {
  return isRecord(value);
}

/** What the invocation that begins says of itself. */
type RunFacts = Pick<RunStart, 'isCold' | 'requestId' | 'startedAtMs' | 'version'>;

/** Describes the invocation that begins, by its Lambda context. */
export function describeRun(
  { awsRequestId: requestId, functionVersion: version }: RunningCode,
  isCold: boolean,
  startedAtMs: number,
): RunFacts {
  return { startedAtMs, requestId, isCold, version };
}

interface RunningCode {
  readonly awsRequestId: string;
  readonly functionVersion: string;
}

/** The execution as an invocation of it begins. */
export function beginRun<Execution extends Counted>(execution: Execution, facts: RunFacts): Execution {
  const { stepCount, failedAttemptCount, costUsd, trail } = execution;
  const { hasDied: _hasDied, ...kept } = trail;
  return { ...execution, trail: { ...kept, run: { ...facts, stepCount, failedAttemptCount, costUsd } } };
}

interface Counted {
  readonly stepCount: number;
  readonly failedAttemptCount: number;
  readonly costUsd: number;
  readonly trail: Trail;
}
