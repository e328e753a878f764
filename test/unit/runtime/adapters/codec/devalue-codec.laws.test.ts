import fc from 'fast-check';
import { CorruptContinuationError } from '../../../../../src/errors';
import { DevalueCodec } from '../../../../../src/runtime/adapters/codec/devalue-codec';
import { copyState } from '../../../../../src/runtime/core/state/copy-state';
import { anyText, hostileStrings } from '../../../../helpers/hostile-text';
import { differenceBetween, graphState, jsonState, treeState } from '../../core/state/copy-state.helpers';

const codec = new DevalueCodec();
const anyState = fc.oneof(treeState, graphState, jsonState);
const prototypeKeys = Object.getOwnPropertyNames(Object.prototype).join();

/** Reads a text that may be damaged: what comes back, or undefined when it was refused as it should be. */
function readDamaged(text: string): unknown {
  try {
    return codec.decode(text);
  } catch (error) {
    if (!(error instanceof CorruptContinuationError)) throw error;
    return undefined;
  } finally {
    expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(prototypeKeys);
    expect(Object.getPrototypeOf(Object.prototype)).toBeNull();
  }
}

describe('DevalueCodec, for every state,', () => {
  it('DevalueCodec, for every state, gives back what structuredClone gives, who refers to whom included', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        expect(
          differenceBetween(codec.decode(codec.encode(state)), structuredClone(state), {
            ignoreNullPrototypes: true,
          }),
        ).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  it('DevalueCodec, for every state, gives back null prototypes too', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        expect(differenceBetween(codec.decode(codec.encode(state)), state)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('DevalueCodec, for every state, writes JSON that an envelope can hold, with one key that says the form', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const copy = copyState(state);
        expect(Object.keys(JSON.parse(codec.encodeCopy(copy)))).toEqual([copy.isPlain ? 'json' : 'devalue']);
      }),
    );
  });

  it('DevalueCodec, for every state, writes the same text again for what it read', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const text = codec.encode(state);
        expect(codec.encode(codec.decode(text))).toBe(text);
      }),
    );
  });

  it('DevalueCodec, for every state, is not mistaken by strings and keys that look like its own', () => {
    const hostile = fc.constantFrom(...hostileStrings);
    fc.assert(
      fc.property(
        fc.dictionary(hostile, fc.oneof(hostile, fc.array(hostile), fc.dictionary(hostile, hostile))),
        fc.boolean(),
        (field, isPlain) => {
          const state = { field, other: isPlain ? 0 : undefined };
          expect(differenceBetween(codec.decode(codec.encode(state)), state)).toBeUndefined();
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('DevalueCodec, for every text,', () => {
  it('DevalueCodec, for every text, refuses what is cut off', () => {
    fc.assert(
      fc.property(anyState, fc.nat(), (state, at) => {
        const text = codec.encode(state);
        expect(readDamaged(text.slice(0, at % text.length))).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('DevalueCodec, for every text, reads or refuses, and touches no prototype, when a bit was turned', () => {
    fc.assert(
      fc.property(anyState, fc.nat(), fc.nat({ max: 7 }), (state, at, bit) => {
        const bytes = Buffer.from(codec.encode(state));
        const place = at % bytes.length;
        bytes[place] = (bytes[place] as number) ^ (1 << bit);
        readDamaged(bytes.toString());
      }),
      { numRuns: 1000 },
    );
  });

  it('DevalueCodec, for every text, reads or refuses what anyone made up', () => {
    const item = fc.letrec((tie) => ({
      item: fc.oneof(
        fc.integer({ min: -8, max: 12 }),
        fc.double(),
        fc.constantFrom(
          ...hostileStrings,
          'Date',
          'Map',
          'Set',
          'BigInt',
          'URL',
          'null',
          'Object',
          'RegExp',
          'Uint8Array',
          'ArrayBuffer',
          'DataView',
        ),
        fc.array(tie('item'), { maxLength: 4 }),
        fc.dictionary(fc.constantFrom('a', ...hostileStrings), tie('item'), { maxKeys: 3 }),
      ),
    })).item;
    fc.assert(
      fc.property(fc.array(item, { maxLength: 10 }), (items) => {
        readDamaged(JSON.stringify({ devalue: [{ a: 1, b: 2 }, ...items] }));
        readDamaged(JSON.stringify({ devalue: items }));
        readDamaged(JSON.stringify(items));
      }),
      { numRuns: 1000 },
    );
  });

  it('DevalueCodec, for every text, reads or refuses any string at all', () => {
    fc.assert(
      fc.property(fc.oneof(anyText(), fc.json()), (text) => void readDamaged(text)),
      { numRuns: 1000 },
    );
  });
});
