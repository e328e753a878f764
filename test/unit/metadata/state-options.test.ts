import { defineJob } from './define-job';
import { faultsOf } from './faults-of';

const unreadableCodec = {
  get encode(): unknown {
    throw new Error('not yet');
  },
};

describe('The options of @State', () => {
  it.each<[string, unknown, string[]]>([
    [
      '{ secret: 1 }',
      { secret: 1 },
      [
        '@State on Reconcile.cursor: secret (1) must be true or false.\n→ Set secret to true, or leave it out.',
      ],
    ],
    [
      '{ secrets: true }',
      { secrets: true },
      [
        '@State on Reconcile.cursor: secrets is not an option; did you mean secret?\n→ Write secret in place of secrets.',
      ],
    ],
    [
      '{ codec: {} }',
      { codec: {} },
      [
        '@State on Reconcile.cursor: codec (an object) must have the functions encode and decode.\n→ Write codec: { encode: (value) => …, decode: (stored) => … }.',
      ],
    ],
    [
      '{ codec: null }',
      { codec: null },
      [
        '@State on Reconcile.cursor: codec (null) must have the functions encode and decode.\n→ Write codec: { encode: (value) => …, decode: (stored) => … }.',
      ],
    ],
    [
      '{ codec: { encode: String } }',
      { codec: { encode: String } },
      [
        '@State on Reconcile.cursor: codec (an object) must have the functions encode and decode.\n→ Write codec: { encode: (value) => …, decode: (stored) => … }.',
      ],
    ],
    [
      '{ codec: unreadableCodec }',
      { codec: unreadableCodec },
      ['@State on Reconcile.cursor: codec cannot be read: it throws.\n→ Give codec a plain value.'],
    ],
  ])('The options of @State are refused: %s', (_title, given, faults) => {
    expect(faultsOf(defineJob({ state: given }))).toEqual(faults);
  });
});
