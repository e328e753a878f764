import { parseRecord, writeRecord } from '../../../../../src/runtime/core/record/execution-record';
import { freezeInDepth } from '../../../../../src/runtime/core/state/freeze-in-depth';

const checksum = (text: string) => String(text.length);

function write(input: unknown) {
  const continuation = { executionId: 'order-17', step: 'work', ...(input !== undefined && { input }) };
  const head = writeRecord({ epoch: 1, owner: 'a', continuation } as never, checksum);
  return parseRecord(head, checksum).continuation.input;
}

describe('writing a record', () => {
  it.each([
    [{ since: '2026-01-01', rows: [1, { two: 2 }] }],
    [[]],
    ['text'],
    [0],
    [null],
    [undefined],
    [false],
  ])('Writing a record keeps the input %j', (input) => {
    expect(write(input)).toEqual(input);
    expect(write(freezeInDepth(input))).toEqual(input);
    expect(write(input)).toEqual(input);
  });

  it('Writing a record sees what has changed in an input that is not frozen', () => {
    const input = { n: 1 };
    expect(write(input)).toEqual({ n: 1 });
    input.n = 2;
    expect(write(input)).toEqual({ n: 2 });
  });
});
