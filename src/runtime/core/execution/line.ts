import { isRecord } from '../state/is-record';

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
