import { BatonError } from '../../../errors/baton-error';
import { InvalidInputError } from '../../../errors/caller-errors';
import { UnserializableStateError } from '../../../errors/step-errors';
import { joinPath, type PathStep, pathOf, segmentOf } from './copy-path';
import { withArticle } from './copy-refusal';
import { copyState } from './copy-state';

/** Instead of what, where there is something better to say than {@link usualFix}. */
const fixes: Readonly<Record<string, string>> = {
  BigInt: 'Write it as text: value.toString().',
  Date: 'Write it as text: date.toISOString().',
  Map: 'Write it as a list of pairs: [...map].',
  Set: 'Write it as a list: [...set].',
  URL: 'Write it as text: url.href.',
  undefined: 'Write null, or leave it out.',
};
const usualFix = 'Write it as plain data: texts, finite numbers, booleans, null, lists and plain objects.';

/**
 * A copy of a value that crosses a border as JSON: an input, a result. Each value is carried as it is, or refused with its path.
 *
 * A property that is `undefined` is left out, as it reads the same; `-0` is 0, and an object without a prototype is an ordinary one.
 * What is referred to twice comes twice. `undefined` itself stays that: there is no value.
 *
 * @param name what the value is, and how its path begins: `input`, `result`
 * @throws UnserializableStateError naming the path of what JSON cannot carry
 */
export function copyJson(name: string, value: unknown): unknown {
  if (value === undefined) return undefined;
  const { values, isPlain } = copyState({ [name]: value }, { subject: 'The value', fix: usualFix });
  return isPlain
    ? values[name]
    : new JsonCopy().copy(values[name], { segment: joinPath('', segmentOf(name)), parent: undefined });
}

/** Copies what {@link copyState} has copied: nothing in it runs code, and nothing in it is deeper than calls. */
class JsonCopy {
  readonly #around = new Set<object>();

  copy(value: unknown, at: PathStep): unknown {
    if (typeof value === 'number') return this.#copyNumber(value, at);
    if (typeof value === 'bigint') return refuse(at, 'BigInt');
    if (value === undefined) return refuse(at, 'undefined', 'is undefined');
    if (typeof value !== 'object' || value === null) return value;
    if (this.#around.has(value)) return refuse(at, 'cycle', 'refers to what it is a part of');
    this.#around.add(value);
    const copy = Array.isArray(value) ? this.#copyList(value, at) : this.#copyObject(value, at);
    this.#around.delete(value);
    return copy;
  }

  #copyNumber(value: number, at: PathStep): number {
    if (!Number.isFinite(value)) return refuse(at, 'number', `is ${value}`);
    return value === 0 ? 0 : value;
  }

  #copyList(list: readonly unknown[], parent: PathStep): unknown[] {
    return Array.from(list, (value, index) => this.copy(value, { segment: `[${index}]`, parent }));
  }

  #copyObject(source: object, parent: PathStep): object {
    const kind = Object.prototype.toString.call(source).slice(8, -1);
    if (kind !== 'Object') return refuse(parent, kind);
    const copy = {};
    for (const [key, value] of Object.entries(source)) {
      if (value === undefined) continue;
      const inner = this.copy(value, { segment: segmentOf(key), parent });
      Object.defineProperty(copy, key, {
        value: inner,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return copy;
  }
}

function refuse(at: PathStep, type: string, claim = `is ${withArticle(type)}`): never {
  const path = pathOf(at);
  throw new UnserializableStateError({
    problem: `The value ${path} ${claim}, which JSON cannot carry.`,
    fix: fixes[type] ?? usualFix,
    details: { path, type },
  });
}

/**
 * A copy of an input as JSON carries it; none at all is null.
 *
 * @throws InvalidInputError naming the path of what JSON cannot carry.
 */
export function copyInput(input: unknown): unknown {
  try {
    return copyJson('input', input) ?? null;
  } catch (error) {
    throw notJsonError(error);
  }
}

/** The error for an input that cannot be one. The reason names the place, never a value. */
export function notJsonError(cause: unknown): InvalidInputError {
  const isRefused = BatonError.is(cause) && cause instanceof UnserializableStateError;
  const [reason = '', fix] = isRefused ? cause.message.split('\n→ ') : [];
  return new InvalidInputError({
    problem: `The start event is not a JSON document${isRefused ? `: ${reason}` : '.'}`,
    fix: fix ?? 'Pass the event on as Lambda gave it.',
    details: { job: '', faults: [isRefused ? `${cause.details.path} is no JSON` : 'not JSON'] },
    cause,
  });
}
