import fc from 'fast-check';
import { CorruptContinuationError } from '../../../../../src/errors';
import {
  isSignalId,
  nameInboxSlot,
  nameSignal,
  readFact,
  readSignalToken,
  type SignalFact,
  writeFact,
  writeSignalToken,
} from '../../../../../src/runtime/core/record/signal-fact';
import { startMs } from '../core.helpers';

const digest = (text: string) => `<${text}>`;
const checksum = (text: string) => String(text.length);

describe('a signal in the store', () => {
  it('A signal in the store has an id of its own for each execution and signal, which is no execution’s id', () => {
    expect(nameSignal('order-1', 'first', digest)).toBe('lambda-baton:signal:<["order-1","first"]>');
    expect(nameSignal('a', 'b","c', digest)).not.toBe(nameSignal('a","b', 'c', digest));
  });

  it('A signal in the store has a place in the inbox of its execution', () => {
    expect(nameInboxSlot('order-1', 7, digest)).toBe('lambda-baton:inbox:<order-1>:7');
  });

  const fact: SignalFact = {
    executionId: 'order-1',
    signalId: 'first',
    name: 'approved',
    atMs: startMs,
    writer: 'w',
    slot: null,
  };

  it('A signal in the store is read as it was written', () => {
    expect(readFact(writeFact(fact, checksum), checksum)).toEqual(fact);
    const text = JSON.stringify({ v: 1, ...fact });
    expect(writeFact(fact, checksum)).toBe(`${text.length} ${text}`);
  });

  it('A signal in the store is refused when it is damaged', () => {
    expect(() => readFact(`${writeFact(fact, checksum)} `, checksum)).toThrow(CorruptContinuationError);
  });
});

describe('a token of a signal', () => {
  const token = writeSignalToken('order-1', 'approved', 'once', () => 'seal');

  it('A token of a signal names execution, signal and id, before its seal', () => {
    expect(readSignalToken(token)).toEqual({
      text: '[1,"order-1","approved","once"]',
      seal: 'seal',
      names: { executionId: 'order-1', name: 'approved', signalId: 'once' },
    });
  });

  it('A token of a signal is sealed as the text that it names', () => {
    const sealed: string[] = [];
    writeSignalToken('order-1', 'approved', 'once', (text) => {
      sealed.push(text);
      return '';
    });
    expect(sealed).toEqual(['[1,"order-1","approved","once"]']);
  });

  it('A token of a signal can be part of a URL, whatever it names, and names the same when it is read', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string(),
        fc.string(),
        (executionId, name, signalId) => {
          const written = writeSignalToken(executionId, name, signalId, () => 'a.b');
          expect(written).toMatch(/^[A-Za-z0-9_-]+\.a\.b$/);
          expect(readSignalToken(written)).toMatchObject({
            seal: 'a.b',
            names: { executionId, name, signalId },
          });
        },
      ),
    );
  });

  it.each([
    ['no padding', 'a', 'b', 'c'],
    ['a plus and a slash', 'ÿþ~~~???>>>', '>>>???', '~~~'],
  ])('A token of a signal has %s', (_what, executionId, name, signalId) => {
    const [text = ''] = writeSignalToken(executionId, name, signalId, () => '').split('.');
    expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(Buffer.from(text, 'base64url').toString()).toBe(JSON.stringify([1, executionId, name, signalId]));
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a number', 7],
    ['an empty text', ''],
    ['a text without a seal', token.slice(0, token.indexOf('.'))],
    ['what is not Base64', '!!!.seal'],
    ['what is not JSON', `${toBase64('[1,')}.seal`],
    ['what is no list', `${toBase64('{"v":1}')}.seal`],
    ['what is null', `${toBase64('null')}.seal`],
    ['another version', `${toBase64('[2,"a","b","c"]')}.seal`],
    ['a list that is too short', `${toBase64('[1,"a","b"]')}.seal`],
    ['a part that is no text', `${toBase64('[1,"a",2,"c"]')}.seal`],
    [
      'what is not UTF-8',
      `${Buffer.from([0x5b, 0x31, 0x2c, 0x22, 0xff, 0x22, 0x5d]).toString('base64url')}.seal`,
    ],
    ['names that are not UTF-8', `${broken()}.seal`],
  ])('A token of a signal is not %s', (_what, given) => {
    expect(readSignalToken(given)).toBeUndefined();
  });
});

/** A whole token but for one byte that is no UTF-8. */
function broken(): string {
  const bytes = Buffer.from('[1,"a?","b","c"]');
  bytes[bytes.indexOf('?')] = 0xff;
  return bytes.toString('base64url');
}

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64url');
}

describe('isSignalId', () => {
  it.each<[unknown, boolean]>([
    ['a', true],
    ['x'.repeat(256), true],
    ['x'.repeat(257), false],
    ['', false],
    [7, false],
    [undefined, false],
    [['a'], false],
  ])('isSignalId of %j says %s', (id, isOne) => {
    expect(isSignalId(id)).toBe(isOne);
  });
});
