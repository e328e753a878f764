import { UnserializableStateError } from '../../../errors/step-errors';
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
  /** What to do instead, in a refusal that knows nothing better. @defaultValue to keep it out of `@State`, or a codec */
  readonly fix?: string;
  /** Fields that are secrets: of what is in them no key gets into a path. @defaultValue none */
  readonly secretFields?: ReadonlySet<string>;
}

/** How a refusal of the state speaks. */
const ofState = { subject: '@State', fix: 'Keep it in a field without @State, or give the field a codec.' };

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
    throw explain(state, caught, { ...ofState, ...options });
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

/** How {@link refuseAt} speaks. */
type Voice = CopyStateOptions & typeof ofState;

function explain(state: Record<string, unknown>, caught: unknown, voice: Voice): UnserializableStateError {
  if (caught instanceof StateRefusal) return refuseAt(voice, placeOf(state, caught), caught.parts);
  if (isStackOverflow(caught))
    return refuseAt(
      voice,
      '',
      { claim: 'is nested deeper than the call stack allows', type: 'nesting' },
      caught,
    );
  return refuseAt(
    voice,
    findUnreadable(state),
    { claim: 'threw an error when it was read', type: 'unreadable' },
    caught,
  );
}

function placeOf(state: Record<string, unknown>, { offender, parts }: StateRefusal): string {
  const path = findValue(state, offender);
  return parts.key === undefined ? path : joinPath(path, segmentOf(parts.key));
}

function refuseAt(
  voice: Voice,
  whole: string,
  { claim, type, fix }: RefusalParts,
  cause?: unknown,
): UnserializableStateError {
  const secretField = secretOf(whole, voice.secretFields);
  const path = secretField ?? whole;
  const place = path === '' ? voice.subject : `${voice.subject} ${path}`;
  const inside = secretField === undefined || secretField === whole ? '' : ' holds a value that';
  return new UnserializableStateError({
    problem: `${place}${inside} ${claim}, which cannot be stored.`,
    fix: fix ?? voice.fix,
    details: { path, type },
    cause,
  });
}

/** The secret field that a path leads into. */
function secretOf(path: string, secretFields: ReadonlySet<string> = new Set()): string | undefined {
  for (const field of secretFields) {
    const start = joinPath('', segmentOf(field));
    if (path === start || ['.', '['].some((next) => path.startsWith(start + next))) return start;
  }
  return undefined;
}

function isStackOverflow(caught: unknown): boolean {
  return caught instanceof RangeError && caught.message.includes('call stack');
}
