import { readFailures } from '../../src/local/sqs/event-source-mapping';

describe('readFailures', () => {
  it.each([
    ['null', []],
    ['', []],
    ['{}', []],
    ['{"batchItemFailures":null}', []],
    ['{"batchItemFailures":[]}', []],
    ['{"batchItemFailures":[{"itemIdentifier":"b"}]}', ['b']],
    ['{"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"b"}]}', ['b']],
    ['{"batchItemFailures":[{"itemIdentifier":"zz"}]}', ['a', 'b', 'c']],
    ['{"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"zz"}]}', ['a', 'b', 'c']],
    ['{"batchItemFailures":[{"itemIdentifier":""}]}', ['a', 'b', 'c']],
    ['{"batchItemFailures":[{"itemIdentifier":null}]}', ['a', 'b', 'c']],
    ['{"batchItemFailures":[{"messageId":"b"}]}', ['a', 'b', 'c']],
    ['{"batchItemFailures":[null]}', ['a', 'b', 'c']],
    ['{"batchItemFailures":"b"}', ['a', 'b', 'c']],
    ['"done"', ['a', 'b', 'c']],
    ['not json', ['a', 'b', 'c']],
  ])('readFailures reads %s as %j of a, b and c', (answer, failed) => {
    expect([...readFailures(answer, ['a', 'b', 'c'])]).toEqual(failed);
  });
});
