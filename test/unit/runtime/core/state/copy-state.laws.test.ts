import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { copyState } from '../../../../../src/runtime/core/state/copy-state';
import {
  differenceBetween,
  graphState,
  jsonState,
  objectsIn,
  scramble,
  treeState,
} from './copy-state.helpers';

const anyState = fc.oneof(treeState, graphState, jsonState);

describe('copyState, for every state,', () => {
  it('copyState, for every state, gives what structuredClone gives, who refers to whom included', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const clone = structuredClone(state);
        expect(
          differenceBetween(copyState(state).values, clone, { ignoreNullPrototypes: true }),
        ).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  it('copyState, for every state, gives what was given, null prototypes included, by the decision of Node.js too', () => {
    fc.assert(
      fc.property(anyState, fc.oneof(treeState, jsonState), (state, tree) => {
        expect(differenceBetween(copyState(state).values, state)).toBeUndefined();
        fc.pre(!objectsIn(tree).some(isInvalidDate));
        expect(isDeepStrictEqual(copyState(tree).values, tree)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('copyState, for every state, leaves the original as it was', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const before = structuredClone(state);
        copyState(state);
        expect(differenceBetween(state, before, { ignoreNullPrototypes: true })).toBeUndefined();
      }),
    );
  });

  it('copyState, for every state, shares no object with the original', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const originals = new Set(objectsIn(state));
        expect(objectsIn(copyState(state).values).filter((object) => originals.has(object))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('copyState, for every state, is not changed by any change of the original in place', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const before = structuredClone(state);
        const { values } = copyState(state);
        scramble(state);
        expect(differenceBetween(values, before, { ignoreNullPrototypes: true })).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('copyState, for every state, is as good an original as the original', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const first = copyState(state);
        const second = copyState(first.values);
        expect(second.isPlain).toBe(first.isPlain);
        expect(differenceBetween(second.values, state)).toBeUndefined();
      }),
    );
  });

  it('copyState, for every state, is plain exactly when JSON gives it back faithfully', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        expect(copyState(state).isPlain).toBe(survivesJson(state));
      }),
      { numRuns: 2000 },
    );
  });
});

/** Node.js 20 takes no two invalid dates for equal. */
function isInvalidDate(value: object): boolean {
  return value instanceof Date && Number.isNaN(value.getTime());
}

function survivesJson(state: object): boolean {
  try {
    return differenceBetween(JSON.parse(JSON.stringify(state)), state) === undefined;
  } catch {
    return false;
  }
}
