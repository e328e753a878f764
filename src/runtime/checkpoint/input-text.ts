import { InvalidInputError, type UnserializableStateError } from '../../errors';
import { DevalueCodec } from '../adapters/codec/devalue-codec';
import { corrupt } from '../core/message/continuation';
import { copyState } from '../core/state/copy-state';
import { freezeInDepth } from '../core/state/freeze-in-depth';
import { isRecord } from '../core/state/json';

/** The only key of an input that JSON cannot carry as it is, or that could be mistaken for such a one. */
const tag = 'lambda-baton:input';
const codec = new DevalueCodec();

/**
 * An input as records and continuations hold it: plain JSON as it is; else one object with the codec's text under one key.
 *
 * @throws InvalidInputError naming the path of what cannot be kept.
 */
export function writeInput(job: string, input: unknown): unknown {
  try {
    const copy = copyState(
      { input },
      { subject: 'The value', fix: 'Let the input option of @LongRunning make plain data of it.' },
    );
    const { input: copied } = copy.values;
    return freezeInDepth(copy.isPlain && !isTagged(copied) ? copied : { [tag]: codec.encodeCopy(copy) });
  } catch (error) {
    throw unkeptError(job, error as UnserializableStateError);
  }
}

/** Whether reading it gives a value of its own each time: then what one reader changes in a `Date` or in bytes, no other sees. */
function isTagged(written: unknown): written is Readonly<Record<typeof tag, unknown>> {
  return isRecord(written) && Object.hasOwn(written, tag) && Object.keys(written).length === 1;
}

/**
 * The input that {@link writeInput} wrote, frozen in depth.
 *
 * @throws CorruptContinuationError when it was not written by it.
 */
export function readInput(written: unknown): unknown {
  if (!isTagged(written)) return written;
  const text = written[tag];
  if (typeof text !== 'string') throw corrupt('its input is not what it should be');
  return freezeInDepth(codec.decode(text).input);
}

function unkeptError(job: string, cause: UnserializableStateError): InvalidInputError {
  const [reason = '', fix] = cause.message.split('\n→ ');
  return new InvalidInputError({
    problem: `The input of job ${job} cannot be kept: ${reason}`,
    ...(fix === undefined ? {} : { fix }),
    details: { job, faults: [`${cause.details.path} cannot be kept`] },
    cause,
  });
}
