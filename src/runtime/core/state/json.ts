/** Says whether a value is an object with keys: neither null nor an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Says whether two JSON documents mean the same: the order of keys does not count. */
export function isSameJson(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null)
    return one === other;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every(
    (key) => Object.hasOwn(other, key) && isSameJson((one as Fields)[key], (other as Fields)[key]),
  );
}

type Fields = Record<string, unknown>;

/** A text and what `JSON.parse` makes of it. */
type ParsedText =
  | {
      readonly kind: 'json';
      readonly value: unknown /** What `JSON.parse` has changed, undefined when nothing. */;
      readonly loss: JsonLoss | undefined;
    }
  | { readonly kind: 'text' };

/** What `JSON.parse` changes without a word: a number that it rounds, a key that stands twice. Never the value itself. */
export type JsonLoss = 'a key that stands twice in one object' | 'a number that JavaScript cannot hold';

/** Strings are matched as a whole, so that no digit in them is taken for a number. A string that is a key takes its colon along. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** A number that gets lost has 16 characters, or an exponent: most texts need no closer look. */
const suspect = /[\d.]{16}|\d[eE]/;

/** Parses a text without its byte-order mark, and says whether the value still holds all that was written. */
export function parseJson(text: string): ParsedText {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'text' };
  }
  return { kind: 'json', value, loss: findLoss(text, value) };
}

/** A text without the byte-order mark that some editors and shells put in front of it. */
export function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

function findLoss(text: string, value: unknown): JsonLoss | undefined {
  const areNumbersSuspect = suspect.test(text);
  let writtenKeyCount = 0;
  for (const [token, colon] of text.matchAll(tokens)) {
    if (colon !== undefined) writtenKeyCount += 1;
    else if (areNumbersSuspect && !token.startsWith('"') && !isKept(token))
      return 'a number that JavaScript cannot hold';
  }
  return writtenKeyCount === countKeys(value) ? undefined : 'a key that stands twice in one object';
}

/**
 * Whether a number survives: an integer within 2^53, or any other that is the same again when it is written with as many digits,
 * or as JavaScript itself writes it (where two texts are equally near, `toPrecision` takes the larger and `String` the even one).
 * So `0.10000000000000001`, which other languages write for 0.1, does.
 */
function isKept(token: string): boolean {
  const value = Number(token);
  if (/^-?\d+$/.test(token)) return Number.isSafeInteger(value);
  const written = normalise(token);
  const digitCount = Math.min(Math.max(written.digits.length, 1), maxDigits);
  return isSameNumber(written, value.toPrecision(digitCount)) || isSameNumber(written, String(value));
}

function isSameNumber(written: ReturnType<typeof normalise>, text: string): boolean {
  const read = normalise(text);
  return read.digits === written.digits && read.exponent === written.exponent;
}

/** The most digits that `toPrecision` writes. */
const maxDigits = 100;

/** The digits of a number without leading and trailing zeros, and the power of ten of the last one. */
function normalise(number: string): { digits: string; exponent: number } {
  const [, whole = '', fraction = '', power = '0'] =
    /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? [];
  const all = `${whole}${fraction}`.replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  if (digits === '') return { digits, exponent: 0 };
  return { digits, exponent: Number(power) - fraction.length + all.length - digits.length };
}

function countKeys(value: unknown): number {
  let count = 0;
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== 'object' || next === null) continue;
    const inner = Object.values(next);
    if (!Array.isArray(next)) count += inner.length;
    for (const one of inner) left.push(one);
  }
  return count;
}
