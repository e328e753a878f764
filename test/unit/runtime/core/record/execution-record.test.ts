import { CorruptContinuationError, IncompatibleStateError } from '../../../../../src/errors';
import {
  parseRecord,
  readRecord,
  writeRecord,
} from '../../../../../src/runtime/core/record/execution-record';
import { makePlan, makeRecord, messageOf } from '../core.helpers';

const checksum = (text: string) => `sum${text.length}`;

/** A stored text with a checksum that fits. */
function sealed(text: string): string {
  return `${checksum(text)} ${text}`;
}

describe('writeRecord', () => {
  it('writeRecord writes the checksum, a space, and JSON with its version', () => {
    const [sum, ...rest] = writeRecord(makeRecord(), checksum).split(' ');
    expect(sum).toBe(checksum(rest.join(' ')));
    expect(JSON.parse(rest.join(' '))).toEqual({ v: 1, ...JSON.parse(JSON.stringify(makeRecord())) });
  });
});

describe('readRecord', () => {
  const plan = makePlan();

  it('readRecord reads what was written, a space in it included', () => {
    const record = makeRecord({
      owner: 'a delivery of 3 words',
      outcome: { status: 'completed', result: ['a b'] },
    });
    expect(readRecord(plan, writeRecord(record, checksum), checksum)).toEqual(record);
  });

  it('readRecord refuses one of another job, which parseRecord reads', () => {
    const head = writeRecord(makeRecord({}, { job: 'Backfill' }), checksum);
    expect(() => readRecord(plan, head, checksum)).toThrow(IncompatibleStateError);
    expect(parseRecord(head, checksum).continuation.job).toBe('Backfill');
  });

  it('readRecord refuses one whose continuation is not whole', () => {
    const head = writeRecord({ ...makeRecord(), continuation: {} as never }, checksum);
    expect(() => readRecord(plan, head, checksum)).toThrow(CorruptContinuationError);
  });
});

describe('parseRecord', () => {
  const whole = writeRecord(makeRecord(), checksum);

  it.each<[string, string]>([
    ['nothing', ''],
    ['a checksum alone', checksum('')],
    ['one with another checksum', whole.replace('sum', 'mus')],
    ['one without its checksum', whole.slice(whole.indexOf(' ') + 1)],
    ['one whose checksum is cut', whole.slice(1)],
    ['one whose text is cut', whole.slice(0, -1)],
  ])('parseRecord takes %s for damaged', (_what, head) => {
    expect(messageOf(() => parseRecord(head, checksum))).toContain(
      'the stored record does not match its checksum',
    );
  });

  it.each<[string, string]>([
    ['null', 'null'],
    ['a list', '[1]'],
    ['a text', '"v"'],
    ['one without a version', '{"epoch":1}'],
    ['one of version 2', '{"v":2}'],
    ['one of version "1"', '{"v":"1"}'],
  ])('parseRecord refuses a format that this version does not read: %s', (_what, text) => {
    expect(messageOf(() => parseRecord(sealed(text), checksum))).toContain(
      'of a format that this version does not read',
    );
  });

  it('parseRecord refuses what is no JSON, even when the checksum fits', () => {
    expect(messageOf(() => parseRecord(sealed('{"v":1'), checksum))).toMatchInlineSnapshot(`
"The continuation cannot be read: the stored record is not JSON.
→ Send continuations on exactly as they were sent; redrive the dead letter that holds the original one."
`);
  });
});
