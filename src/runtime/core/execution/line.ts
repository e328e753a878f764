import { isRecord } from '../state/json';
import type { Checksum } from '../state/seal';

/** What an execution's line of invocations has gone through. Steps leave it as it is: claims and hand-offs change it. */
export interface Line {
  /** The qualified ARN of the version that the execution is pinned to; null when it goes on with whatever code gets it. */
  readonly pin: string | null;
  /** Invocations that only came because a wait was over, or that only went on waiting: `maxInvocations` does not count them. */
  readonly wakeUpCount: number;
  /** Deaths in a row, wherever they happened, with no invocation between them that ended in good order. */
  readonly deathCount: number;
  /**
   * 2: the owner before this invocation died. Every safe point is stored, and the first one is handed over, so that a fresh delivery
   * has fresh attempts. 1: the invocation after that one stores every safe point, too. 0: all is well.
   */
  readonly recovery: 0 | 1 | 2;
}

/** The line of an execution that starts. */
export const firstLine: Line = Object.freeze({ pin: null, wakeUpCount: 0, deathCount: 0, recovery: 0 });

/** The line after a hand-over: an invocation has ended in good order. */
export function passOn(line: Line, isWakeUp: boolean): Line {
  const recovery = line.recovery === 2 ? 1 : 0;
  return { ...line, wakeUpCount: line.wakeUpCount + (isWakeUp ? 1 : 0), deathCount: 0, recovery };
}

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;

/** Says whether a value is a line. */
export function isLine(value: unknown): value is Line {
  if (!isRecord(value) || Object.keys(value).length !== Object.keys(firstLine).length) return false;
  const { pin, wakeUpCount, deathCount, recovery } = value;
  const isPin = pin === null || (typeof pin === 'string' && pin !== '');
  return (
    isPin && isCount(wakeUpCount) && isCount(deathCount) && isCount(recovery) && (recovery as number) <= 2
  );
}

const numericVersion = /^\d+$/;
/** The parts of a function's ARN before its qualifier. */
const functionParts = 7;

/** What a Lambda context says of the code that runs. */
interface RunningCode {
  readonly invokedFunctionArn: string;
  readonly functionVersion: string;
}

/** The qualified ARN of the version that runs; null when it has no number, and could be other code a moment later. */
export function namePin({ invokedFunctionArn, functionVersion }: RunningCode): string | null {
  return numericVersion.test(functionVersion)
    ? `${nameFunction(invokedFunctionArn)}:${functionVersion}`
    : null;
}

/** Says whether an execution belongs to another version of the function than the one that runs. A pin on another function is not believed. */
export function isElsewhere(pin: string | null, running: RunningCode): pin is string {
  return (
    pin !== null && nameFunction(pin) === nameFunction(running.invokedFunctionArn) && pin !== namePin(running)
  );
}

/** The version that a pin names. */
export function readPinnedVersion(pin: string): string {
  return pin.split(':')[functionParts] ?? '';
}

/** Says whether two ARNs are of one function, whatever their qualifiers. */
export function isSameFunction(one: string, other: string): boolean {
  return nameFunction(one) === nameFunction(other);
}

function nameFunction(arn: string): string {
  return arn.split(':').slice(0, functionParts).join(':');
}

/** What AWS does with a function that invokes itself again and again: its recursion setting. */
export type RecursionSetting = 'allow' | 'terminate' | 'unknown';

/** The chain of invocations, each started by the one before, that an execution is in: what AWS's recursion detection counts. */
export interface Chain {
  /** How many invocations of the chain lie behind this one: 0 for the first one, and for one that was started from outside. */
  readonly length: number;
  /** `unknown`: asked in vain. Null: not asked yet. */
  readonly setting: RecursionSetting | null;
}

/** About how many invocations of a chain AWS lets pass under `Terminate`, before it drops the next one without a word. */
export const recursionLimit = 16;
/** How many of them lambda-baton counts on, since AWS says "about": the last one parks the execution, where there is a store. */
export const maxChain = recursionLimit - 2;

/** The chain of an execution that starts. */
export const firstChain: Chain = Object.freeze({ length: 0, setting: null });

/** Whether AWS would soon stop an execution without a word, if it were handed over to an invocation with this chain behind it. */
export function isChainSpent({ chain }: { readonly chain: Chain }): boolean {
  return chain.setting === 'terminate' && chain.length >= maxChain;
}

/** Says whether a value is the length of a chain. */
export function isChainLength(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Says whether a value is a chain. */
export function isChain(value: unknown): value is Chain {
  const { length, setting } = (value ?? {}) as Partial<Chain>;
  return (
    isChainLength(length) &&
    (setting === null || ['allow', 'terminate', 'unknown'].includes(setting as string))
  );
}

/** Hand-offs in a row that left an execution just where the one before them had. */
export interface Stall {
  /** The checksum of state and position at the last one. */
  readonly mark: string;
  /** How many there were after the first. */
  readonly count: number;
}

/** Where an execution stands. */
interface Place {
  readonly phase: string;
  readonly cycle: number;
  readonly unit: string;
}

/**
 * Counts a hand-off that came from work, and not from a wait. Position is the cycle and the unit in it: a step that ends is progress, even
 * when it keeps nothing, and so is any change of the state. What is none is a generator, or a `goTo`, that does the same again and again.
 */
export function countStall(
  last: Stall | null,
  { phase, cycle, unit }: Place,
  stateText: string,
  checksum: Checksum,
): Stall {
  const mark = checksum(`${phase} ${cycle} ${unit} ${stateText}`);
  return { mark, count: last?.mark === mark ? last.count + 1 : 0 };
}

/** Says whether a value is a stall. */
export function isStall(value: unknown): value is Stall {
  const { mark, count } = (value ?? {}) as Partial<Stall>;
  return typeof mark === 'string' && Number.isSafeInteger(count) && (count as number) >= 0;
}
