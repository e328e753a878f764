import { isRecord } from '../state/json';

/** What an execution sleeps for, beside time: it is woken by a fact that others have written. */
export type Sleep =
  /** `isBounded`: it has a time-out of its own; else it ends with `maxDurationMs`. */
  | { readonly kind: 'signal'; readonly name: string; readonly isBounded: boolean }
  | { readonly kind: 'children' }
  | { readonly kind: 'slot' };

/** What an execution waits for. */
export type WaitReason = 'children' | 'retry-delay' | 'signal' | 'slot' | 'wait';

/** What an execution waits for as it stands; undefined when for nothing. */
export function readWait({ among, isWaiting, resumeAtMs }: Waiting): WaitReason | undefined {
  if (among?.closing) return 'children';
  if (among?.sleep) return among.sleep.kind;
  if (resumeAtMs <= 0) return undefined;
  return isWaiting ? 'wait' : 'retry-delay';
}

interface Waiting {
  readonly among?: Among | undefined;
  readonly isWaiting: boolean;
  readonly resumeAtMs: number;
}

/** Why the step runs that follows a pause, as it is kept: a signal's payload stays where it is. */
export type WakeReason =
  | { readonly by: 'time' }
  | { readonly by: 'timeout' }
  | { readonly by: 'signal'; readonly name: string; readonly slot: number }
  | ({ readonly by: 'children' } & ChildCounts);

/** A signal that has been read and is still of use. */
export interface KeptSignal {
  /** Its place in the inbox. */
  readonly slot: number;
  readonly name: string;
  /** `@OnSignal` has still to be called for it. */
  readonly isDue?: true;
  /** A wait has taken it. */
  readonly isTaken?: true;
  /** `@OnSignal` was called for it: it is only kept for a wait that may come. */
  readonly isHandled?: true;
}

/** What has been read of an execution's inbox. */
interface Inbox {
  /** The first place that has not been read. */
  readonly next: number;
  /** In order of arrival. */
  readonly kept: readonly KeptSignal[];
}

/** A unit of work between two others, at a safe point: where the execution goes on after it is `back`. */
export interface Interlude {
  readonly kind: 'child' | 'signal';
  readonly method: string;
  /** The place of the signal in the inbox, or of the child in its batch. */
  readonly slot: number;
  /** Safe points passed inside it: a generator's. */
  readonly part: number;
  readonly back: Return;
}

/** What an interlude does not touch. */
interface Return {
  readonly phase: Phase;
  readonly attempt: number;
  readonly resumeAtMs: number;
  readonly isWaiting: boolean;
  readonly interruptionCount: number;
  readonly sleep: Sleep | null;
  readonly woken: WakeReason | null;
}

/** An end that waits for children. */
export type Closing =
  | { readonly kind: 'cancel' }
  | { readonly kind: 'fail'; readonly error: object; readonly unit?: string };

/** The slots of a job's `concurrency` that an execution needs one of. */
export interface SlotClaim {
  /** The id of the record that says who has them. */
  readonly id: string;
  /** It has one. Else it does nothing but end, or wait. */
  readonly isHeld: boolean;
  /** It was redriven: it waits, whatever the job's `whenBusy` says. */
  readonly isRedriven?: true;
  /** What it was waiting for, before it had to wait for a slot. */
  readonly back?: Pick<Return, 'isWaiting' | 'resumeAtMs' | 'sleep' | 'woken'>;
}

/** What an execution has to do with others. */
export interface Among {
  readonly sleep: Sleep | null;
  readonly woken: WakeReason | null;
  readonly inbox: Inbox;
  readonly interlude: Interlude | null;
  /** Safe points of interludes, in all: they are none of the steps'. */
  readonly interludeCount: number;
  /** The last children that it started. @defaultValue none */
  readonly children?: Batch;
  /** What children that have ended have cost, and theirs, in US dollars. @defaultValue nothing */
  readonly childrenCostUsd?: number;
  /** Why it ends as soon as its children have. @defaultValue it goes on */
  readonly closing?: Closing;
  /** @defaultValue it needs none */
  readonly slot?: SlotClaim;
}

/** An execution that has nothing to do with others yet. */
export const alone: Among = Object.freeze({
  sleep: null,
  woken: null,
  inbox: Object.freeze({ next: 0, kept: Object.freeze([]) }),
  interlude: null,
  interludeCount: 0,
});

/** At a step's safe point nothing of the last pause is left. */
export function passAmong(among: Among | undefined): Among | undefined {
  if (among === undefined || (among.sleep === null && among.woken === null)) return among;
  const isAlone =
    among.children === undefined &&
    among.slot === undefined &&
    among.inbox.next === 0 &&
    among.interludeCount === 0 &&
    among.interlude === null;
  return isAlone ? undefined : { ...among, sleep: null, woken: null };
}

/** Says whether a value is what an execution has to do with others. */
export function isAmong(value: unknown): value is Among {
  if (!isRecord(value)) return false;
  const { inbox, sleep, woken, interlude, interludeCount } = value;
  const isNullOr = (part: unknown) => part === null || isRecord(part);
  return (
    [sleep, woken, interlude].every(isNullOr) &&
    isRecord(inbox) &&
    Number.isSafeInteger(inbox.next) &&
    Array.isArray(inbox.kept) &&
    Number.isSafeInteger(interludeCount)
  );
}

/** How the children of a batch have ended so far. Skipped ones count as cancelled. */
export interface ChildCounts {
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
}

/** One child as it is asked for. */
export interface ChildItem {
  readonly id: string;
  readonly input: unknown;
}

/** The children that one `startChildren` started, as their parent keeps them: bounded by `concurrency`, however many there are. */
export interface Batch extends ChildCounts {
  /** Counts the parent's `startChildren`, from 1. */
  readonly number: number;
  /** The claim that has written the items: those of another one are not these. */
  readonly epoch: number;
  /** The first item that has not been started. */
  readonly next: number;
  /** Items whose children have not ended, as far as the parent knows. */
  readonly running: readonly number[];
  /** Items whose children have ended, and for which `@OnChildEnd` has still to be called. */
  readonly due: readonly number[];
  /** The ids of the first that failed. */
  readonly failures: readonly string[];
  readonly concurrency: number;
  readonly maxFailures: number;
  readonly job: string;
  /** The function that runs them; undefined for the parent's own. */
  readonly functionName?: string;
  /** The step that started them. */
  readonly step: string;
}

/**
 * Where an execution stands: before `@OnStart`, before `@Terminate` is asked, before a step, before `@OnComplete`, at a `yield` in it,
 * before `@OnSignal` or `@OnChildEnd`, or before a compensating method.
 * A step that yields stays where it is; only its safe points are counted.
 */
export type Phase =
  | 'check'
  | 'child-end'
  | 'compensate'
  | 'complete'
  | 'completing'
  | 'signal'
  | 'start'
  | 'step';
