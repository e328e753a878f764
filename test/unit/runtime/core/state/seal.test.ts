import { type Seal, sealByChecksum } from '../../../../../src/runtime/core/state/seal';

function makeSeal(): Seal {
  return sealByChecksum((text) => `sum of ${text}`);
}

describe('sealByChecksum', () => {
  it('sealByChecksum is called checksum, and is the checksum of the text', () => {
    const seal = makeSeal();
    expect(seal.part).toBe('checksum');
    expect(seal.seal('text')).toBe('sum of text');
  });

  it('sealByChecksum takes the checksum of the text for its seal, and nothing else', () => {
    const seal = makeSeal();
    expect(seal.isSealOf('text', 'sum of text')).toBe(true);
    for (const other of ['sum of another', '', undefined, ['sum of text']])
      expect(seal.isSealOf('text', other)).toBe(false);
  });
});
