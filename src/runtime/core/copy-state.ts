import { UnserializableStateError } from '../../errors/unserializable-state-error';
import { findUnreadable, findValue, joinPath, segmentOf } from './copy-path';
import { type RefusalParts, StateRefusal } from './copy-refusal';
import { copyProperties } from './copy-value';
import { sharedReference, startWalk } from './copy-walk';

/** A deep copy of the state that shares no mutable object with the original. */
export interface StateCopy {
  /** The copied values by field. Copy them again before handing them to a job: this is what a rollback starts from. */
  readonly values: Record<string, unknown>;
  /**
   * Whether JSON can express all of it faithfully: no `undefined`, NaN, -0, infinity, BigInt, hole, null prototype,
   * shared reference, cycle or built-in object anywhere.
   */
  readonly isPlain: boolean;
}

/** How {@link copyState} speaks. */
export interface CopyStateOptions {
  /** What the paths belong to, at the beginning of a refusal's message. @defaultValue `@State` */
  readonly subject?: string;
}

const defaultSubject = '@State';
const defaultCure = 'Keep it in a field without @State, or give the field a codec.';

/**
 * Copies the state in depth and checks, in the same walk, that all of it can be stored.
 *
 * Kept: JSON's values, `undefined`, -0, NaN, infinities, BigInt, Date, Map, Set, URL, ArrayBuffer, typed arrays, DataView, holes,
 * null prototypes (kept as such, unlike in a structured clone), own `__proto__` keys, shared references and cycles, also across fields.
 * Objects of another realm become this realm's. A frozen object's copy is not frozen; an enumerable getter becomes its value.
 *
 * @throws UnserializableStateError naming the path of what cannot be stored
 */
export function copyState(state: Record<string, unknown>, options: CopyStateOptions = {}): StateCopy {
  try {
    return copyUntilKnown(state);
  } catch (caught) {
    throw explain(state, caught, options.subject ?? defaultSubject);
  }
}

/** Walks once when no reference is shared, twice when some are, three times when views share buffers. */
function copyUntilKnown(state: Record<string, unknown>): StateCopy {
  for (let walk = startWalk(); ; walk = startWalk(walk)) {
    try {
      const values = copyProperties(state, walk, 0);
      if (!walk.mustRepeat) return { values, isPlain: walk.isPlain };
    } catch (caught) {
      if (caught !== sharedReference) throw caught;
    }
  }
}

function explain(state: Record<string, unknown>, caught: unknown, subject: string): UnserializableStateError {
  if (caught instanceof StateRefusal) return refuse(subject, placeOf(state, caught), caught.parts);
  if (isStackOverflow(caught))
    return refuse(subject, '', { claim: 'is nested deeper than the call stack allows', type: 'nesting' }, caught);
  return refuse(subject, findUnreadable(state), { claim: 'threw an error when it was read', type: 'unreadable' }, caught);
}

function placeOf(state: Record<string, unknown>, { offender, parts }: StateRefusal): string {
  const path = findValue(state, offender);
  return parts.key === undefined ? path : joinPath(path, segmentOf(parts.key));
}

function refuse(subject: string, path: string, { claim, type, cure }: RefusalParts, cause?: unknown): UnserializableStateError {
  return new UnserializableStateError({
    problem: `${path === '' ? subject : `${subject} ${path}`} ${claim}, which cannot be stored.`,
    cure: cure ?? defaultCure,
    details: { path, type },
    cause,
  });
}

function isStackOverflow(caught: unknown): boolean {
  return caught instanceof RangeError && caught.message.includes('call stack');
}
