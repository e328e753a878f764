import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { BatonError, CorruptContinuationError, InvalidInputError } from '../../../../../src/errors';
import { NodePlatform } from '../../../../../src/runtime/adapters/node/node-platform';
import type { BatchRecord, Recognition } from '../../../../../src/runtime/core/message/arrival';
import { describeContinuation } from '../../../../../src/runtime/core/message/continuation';
import { readEnvelope, writeEnvelope } from '../../../../../src/runtime/core/message/envelope';
import { recogniseEvent } from '../../../../../src/runtime/core/message/recognise-event';
import { freezeInDepth } from '../../../../../src/runtime/core/state/freeze-in-depth';
import { sealByChecksum } from '../../../../../src/runtime/core/state/seal';
import { catchError, makeExecution, makePlan, messageOf } from '../core.helpers';

const plan = makePlan();
const seal = sealByChecksum(new NodePlatform().checksum);
const body = writeEnvelope(
  {
    continuation: describeContinuation(plan, makeExecution(plan, { invocation: 2 }), { month: '2026-11' }),
    state: { kind: 'json', text: '{"n":1}' },
  },
  seal,
);
const continuation = JSON.parse(body);
const startEnvelope = {
  lambdaBaton: { v: 1, start: { executionId: 'nightly-7', input: { month: '2026-11' } } },
};

const { checksum } = new NodePlatform();

function recognise(event: unknown, awsRequestId: unknown = 'request-1', job = 'nightly'): Recognition {
  return recogniseEvent(event, { awsRequestId: awsRequestId as string, job, checksum });
}

function started(input: unknown, executionId = 'request-1@nightly'): Recognition {
  return { kind: 'single', arrival: { kind: 'start', executionId, input } };
}

function sqsRecord(
  content: unknown,
  messageId = 'message-1',
  attributes: object = {},
): Record<string, unknown> {
  return {
    messageId,
    body: content,
    attributes: { ApproximateReceiveCount: '1', ...attributes },
    eventSource: 'aws:sqs',
  };
}

function readRecords(...records: unknown[]): readonly BatchRecord[] {
  const recognition = recognise({ Records: records });
  if (recognition.kind !== 'batch') throw new Error(`it is ${recognition.kind}`);
  return recognition.records;
}

/** What is said about a record that cannot be read. */
function messageIn(record: unknown): string {
  const [read] = readRecords(record);
  return BatonError.is(read?.error) ? read.error.message : '';
}

const s3Event = { Records: [{ eventSource: 'aws:s3', s3: { object: { key: 'flights.json' } } }] };
const snsEvent = { Records: [{ EventSource: 'aws:sns', Sns: { MessageId: 'sns-1', Message: body } }] };
const busEvent = {
  id: 'bus-1',
  source: 'aws.scheduler',
  'detail-type': 'Scheduled Event',
  detail: { month: '2026-11' },
};

describe('recogniseEvent: what starts an execution', () => {
  it.each<[string, unknown]>([
    ['an object', { month: '2026-11' }],
    ['an empty object', {}],
    ['a list', [1, 2]],
    ['a text', 'november'],
    ['a text that looks like one of our envelopes', body],
    ['an empty text', ''],
    ['a number', 7],
    ['zero', 0],
    ['true', true],
    ['null', null],
    ['an S3 event', s3Event],
    ['an SNS event', snsEvent],
    ['an event with no records', { Records: [] }],
    ['an event whose Records is no list', { Records: { eventSource: 'aws:sqs' } }],
    ['an event whose records are of two sources', { Records: [sqsRecord('{}'), ...s3Event.Records] }],
    ['an event with a record that is none', { Records: [sqsRecord('{}'), null] }],
    [
      'records that are no queue’s, though they have a messageId',
      { Records: [{ ...sqsRecord('{}'), eventSource: 'aws:mq' }] },
    ],
    ['an SQS record without its messageId', { Records: [{ eventSource: 'aws:sqs', body: '{}' }] }],
    ['an envelope somewhere inside', { detail: startEnvelope }],
    ['a list of envelopes', [startEnvelope]],
    ['an event with an id that is not EventBridge’s', { id: 'order-9', source: 'shop' }],
    ['an EventBridge event whose source is a number', { ...busEvent, source: 9 }],
    ['an EventBridge event whose id is a number', { ...busEvent, id: 9 }],
    ['an EventBridge event whose id is empty', { ...busEvent, id: '' }],
    ['an EventBridge event whose id is too long for a store’s key', { ...busEvent, id: 'x'.repeat(257) }],
    ['an EventBridge event whose id is half a character', { ...busEvent, id: '\ud800' }],
    ['an EventBridge event whose id is kept for the runtime', { ...busEvent, id: 'lambda-baton:' }],
  ])(
    'What starts an execution, %s, is the whole input, and the id is made of awsRequestId and the job',
    (_what, event) => {
      expect(recognise(event)).toEqual(started(event));
    },
  );

  it('An event that is undefined is no input at all, which is null', () => {
    expect(recognise(undefined)).toEqual(started(null));
  });

  it('An EventBridge event is the whole input, and the id is made of its own, of its content and of the job', () => {
    expect(recognise(busEvent)).toEqual(
      started(busEvent, `bus-1.${checksum(JSON.stringify(busEvent))}@nightly`),
    );
  });

  it.each([1, 256])('A start envelope says id and input, the id with %i characters', (length) => {
    const executionId = 'é'.repeat(length);
    expect(recognise({ lambdaBaton: { v: 1, start: { executionId, input: [1] } } })).toEqual(
      started([1], executionId),
    );
  });

  it('A look names an execution and no invocation; what else it carries is kept when it makes sense', () => {
    const look = (parts: object) =>
      recognise({ lambdaBaton: { v: 1, look: { executionId: 'e', ...parts } } });
    const bare = { kind: 'look', executionId: 'e', chainLength: 0 };
    expect(look({})).toEqual({ kind: 'single', arrival: bare });
    const whole = { chain: 3, notBeforeMs: 5_000, delivery: 'request-1' };
    expect(look(whole)).toEqual({
      kind: 'single',
      arrival: { ...bare, chainLength: 3, notBeforeMs: 5_000, delivery: 'request-1' },
    });
    expect(look({ notBeforeMs: 'soon', delivery: 7 })).toEqual({ kind: 'single', arrival: bare });
  });

  it.each([
    [{}],
    [{ executionId: '' }],
    [{ executionId: 'e', chain: -1 }],
    [{ executionId: 'e', chain: '3' }],
    [null],
    ['e'],
  ])('A look %j is refused', (look) => {
    expect(() => recognise({ lambdaBaton: { v: 1, look } })).toThrow(CorruptContinuationError);
  });

  it('A start envelope says how long the chain behind it is', () => {
    const start = { executionId: 'e', input: 1, chain: 4 };
    expect(recognise({ lambdaBaton: { v: 1, start } })).toMatchObject({
      arrival: { kind: 'start', chainLength: 4 },
    });
    expect(() => recognise({ lambdaBaton: { v: 1, start: { ...start, chain: 0.5 } } })).toThrow(
      CorruptContinuationError,
    );
  });

  it('A start envelope without an input has the input null', () => {
    expect(recognise({ lambdaBaton: { v: 1, start: { executionId: 'nightly-7' } } })).toEqual(
      started(null, 'nightly-7'),
    );
  });

  it('A start envelope may name its job', () => {
    expect(
      recognise({ lambdaBaton: { v: 1, start: { executionId: 'nightly-7', input: 1, job: 'reconcile' } } }),
    ).toEqual({
      kind: 'single',
      arrival: { kind: 'start', executionId: 'nightly-7', input: 1, job: 'reconcile' },
    });
  });

  it('One EventBridge event has an id for each job, and for each content', () => {
    const idOf = (event: object, job: string) =>
      (recognise(event, 'request-1', job) as { arrival: { executionId: string } }).arrival.executionId;
    const ids = [
      idOf(busEvent, 'one'),
      idOf(busEvent, 'two'),
      idOf({ ...busEvent, detail: { month: '2026-12' } }, 'one'),
    ];
    expect(new Set(ids).size).toBe(3);
    expect(idOf(structuredClone(busEvent), 'one')).toBe(ids[0]);
  });

  it('An envelope wins over the EventBridge event around it', () => {
    expect(recognise({ ...busEvent, ...startEnvelope })).toEqual(started({ month: '2026-11' }, 'nightly-7'));
  });

  it('recogniseEvent keeps __proto__ as data and touches no prototype', () => {
    const { arrival } = recognise(JSON.parse('{"__proto__":{"isAdmin":true}}')) as {
      arrival: { input: object };
    };
    expect(Object.keys(arrival.input)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(arrival.input)).toBe(Object.prototype);
  });

  it('recogniseEvent gives the execution an input of its own', () => {
    const event = { gone: undefined, nested: { list: [1] } };
    const recognition = recognise(event);
    expect(recognition).toEqual(started({ nested: { list: [1] } }));
    event.nested.list.push(2);
    expect(recognition).toMatchObject({ arrival: { input: { nested: { list: [1] } } } });
  });
});

describe('recogniseEvent: a continuation', () => {
  it('recogniseEvent hands a continuation on as it is, unread', () => {
    expect(recognise(continuation)).toEqual({
      kind: 'single',
      arrival: { kind: 'continuation', envelope: continuation.lambdaBaton },
    });
    const odd = { v: 1, continuation: null };
    expect(recognise({ lambdaBaton: odd })).toEqual({
      kind: 'single',
      arrival: { kind: 'continuation', envelope: odd },
    });
  });
});

describe('recogniseEvent: one of our envelopes that is not whole', () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['a text', 'start'],
    ['a list', [1]],
    ['an empty object', {}],
    ['one without a format', { start: startEnvelope.lambdaBaton.start }],
    ['one of format 2', { ...startEnvelope.lambdaBaton, v: 2 }],
    ['one of format "1"', { ...startEnvelope.lambdaBaton, v: '1' }],
    ['one with neither start nor continuation', { v: 1 }],
    ['one with both', { ...startEnvelope.lambdaBaton, ...continuation.lambdaBaton }],
    ['one whose start is null', { v: 1, start: null }],
    ['one whose start is a list', { v: 1, start: ['nightly-7'] }],
    ['one whose start has no id', { v: 1, start: { input: 1 } }],
    ['one whose id is empty', { v: 1, start: { executionId: '' } }],
    ['one whose id is a number', { v: 1, start: { executionId: 7 } }],
    ['one whose id has 257 characters', { v: 1, start: { executionId: 'x'.repeat(257) } }],
    ['one whose job is a number', { v: 1, start: { executionId: 'a', job: 7 } }],
    ['one whose job is empty', { v: 1, start: { executionId: 'a', job: '' } }],
    ['one whose id is half a character', { v: 1, start: { executionId: 'a\udc00' } }],
    ['one whose id is that of a stop mark', { v: 1, start: { executionId: 'lambda-baton:stop:reconcile' } }],
  ])('One of our envelopes that is not whole is refused: %s', (_what, lambdaBaton) => {
    expect(() => recognise({ lambdaBaton })).toThrow(CorruptContinuationError);
    const [record] = readRecords(sqsRecord(JSON.stringify({ lambdaBaton })));
    expect(record).toMatchObject({
      messageId: 'message-1',
      arrival: undefined,
      error: { code: 'CORRUPT_CONTINUATION' },
    });
  });

  it('One of our envelopes that is not whole is told what it should be, and never what is in it', () => {
    expect(catchError(() => recognise({ lambdaBaton: 'secret' })).details).toEqual({
      reason: 'it is not an object',
    });
    expect(messageOf(() => recognise({ lambdaBaton: 'secret' }))).toMatchInlineSnapshot(`
"The event is a lambda-baton envelope, but it is not an object.
→ Start executions with { "lambdaBaton": { "v": 1, "start": { "executionId": "…", "input": … } } } and leave continuations as they were sent."
`);
    expect(messageOf(() => recognise({ lambdaBaton: { v: 2 } }))).toMatchInlineSnapshot(`
"The event is a lambda-baton envelope, but its format is 2, and this version of lambda-baton reads format 1.
→ Start executions with { "lambdaBaton": { "v": 1, "start": { "executionId": "…", "input": … } } } and leave continuations as they were sent."
`);
    expect(messageOf(() => recognise({ lambdaBaton: { v: 'secret' } }))).toMatchInlineSnapshot(`
"The event is a lambda-baton envelope, but its format is a value of type string, and this version of lambda-baton reads format 1.
→ Start executions with { "lambdaBaton": { "v": 1, "start": { "executionId": "…", "input": … } } } and leave continuations as they were sent."
`);
    expect(messageOf(() => recognise({ lambdaBaton: { v: null } }))).toMatchInlineSnapshot(`
"The event is a lambda-baton envelope, but its format is a value of type null, and this version of lambda-baton reads format 1.
→ Start executions with { "lambdaBaton": { "v": 1, "start": { "executionId": "…", "input": … } } } and leave continuations as they were sent."
`);
    expect(messageOf(() => recognise({ lambdaBaton: { v: 1 } }))).toMatchInlineSnapshot(`
"The event is a lambda-baton envelope, but it holds neither one start, one continuation nor one look.
→ Start executions with { "lambdaBaton": { "v": 1, "start": { "executionId": "…", "input": … } } } and leave continuations as they were sent."
`);
    expect(
      messageOf(() => recognise({ lambdaBaton: { v: 1, start: { executionId: '' } } })),
    ).toMatchInlineSnapshot(`
"The event is a lambda-baton envelope, but its executionId is not a string of 1 to 256 characters that does not begin with lambda-baton:.
→ Start executions with { "lambdaBaton": { "v": 1, "start": { "executionId": "…", "input": … } } } and leave continuations as they were sent."
`);
    expect(messageIn(sqsRecord(body.slice(0, 99)))).toMatchInlineSnapshot(`
"The event is a lambda-baton envelope, but it is not whole.
→ Start executions with { "lambdaBaton": { "v": 1, "start": { "executionId": "…", "input": … } } } and leave continuations as they were sent."
`);
  });
});

describe('recogniseEvent: an SQS batch', () => {
  it('An SQS batch has one arrival per record, in order, each with its own id', () => {
    expect(
      readRecords(
        sqsRecord('{"n":1}', 'a'),
        sqsRecord(body, 'b'),
        sqsRecord(JSON.stringify(startEnvelope), 'c'),
      ),
    ).toEqual([
      {
        messageId: 'a',
        groupId: undefined,
        arrival: { kind: 'start', executionId: 'a@nightly', input: { n: 1 } },
        error: undefined,
      },
      {
        messageId: 'b',
        groupId: undefined,
        arrival: { kind: 'continuation', envelope: continuation.lambdaBaton },
        error: undefined,
      },
      {
        messageId: 'c',
        groupId: undefined,
        arrival: { kind: 'start', executionId: 'nightly-7', input: { month: '2026-11' } },
        error: undefined,
      },
    ]);
  });

  it.each<[string, unknown, unknown]>([
    ['JSON', '{"n":1}', { n: 1 }],
    ['a JSON text', '"november"', 'november'],
    ['a JSON number', '12', 12],
    ['JSON null', 'null', null],
    ['a text that is no JSON', 'november', 'november'],
    ['an empty text', '', ''],
    ['JSON that was cut short, of someone else', '{"n":1', '{"n":1'],
    ['a text about an envelope', 'see {"lambdaBaton":', 'see {"lambdaBaton":'],
    ['JSON behind a byte-order mark', '\ufeff{"n":1}', { n: 1 }],
    ['a text behind a byte-order mark', '\ufeffnovember', 'november'],
    ['an integer that JavaScript would round', '653247040368672768', '653247040368672768'],
    ['JSON with such an integer in it', '{"id":9007199254740993}', '{"id":9007199254740993}'],
    ['JSON in which a key stands twice', '{"n":1,"n":2}', '{"n":1,"n":2}'],
    ['nothing', undefined, null],
    ['an object, as a test may have it', { n: 1 }, { n: 1 }],
    ['a list, whose text would be a number', [1], [1]],
    ['an EventBridge event: the messageId stays the id', JSON.stringify(busEvent), busEvent],
    [
      'an SQS batch: it is not opened again',
      JSON.stringify({ Records: [sqsRecord('{}')] }),
      { Records: [sqsRecord('{}')] },
    ],
  ])('An SQS batch takes the body as input: %s', (_what, content, input) => {
    expect(readRecords(sqsRecord(content))[0]).toEqual({
      messageId: 'message-1',
      groupId: undefined,
      arrival: { kind: 'start', executionId: 'message-1@nightly', input },
      error: undefined,
    });
  });

  it.each([
    '{"lambdaBaton"',
    '{"lambdaBaton":',
    ' {\n "lambdaBaton" : { "v": 1,',
    body.slice(0, -1),
    `${body}}`,
  ])('An SQS batch never starts anything with what is left of one of our envelopes: %j', (content) => {
    expect(readRecords(sqsRecord(content))[0]).toMatchObject({
      arrival: undefined,
      error: { code: 'CORRUPT_CONTINUATION' },
    });
  });

  it('An SQS batch takes an envelope behind a byte-order mark for one, and refuses what is left of it', () => {
    expect(readRecords(sqsRecord(`\ufeff${JSON.stringify(startEnvelope)}`))[0]?.arrival).toMatchObject({
      executionId: 'nightly-7',
    });
    expect(readRecords(sqsRecord(`\ufeff${body.slice(0, 60)}`))[0]).toMatchObject({
      error: { code: 'CORRUPT_CONTINUATION' },
    });
  });

  it('An SQS batch refuses a start envelope with a number that JavaScript would round, and says so', () => {
    const text = '{"lambdaBaton":{"v":1,"start":{"executionId":"a","input":{"id":9007199254740993}}}}';
    expect(readRecords(sqsRecord(text))[0]).toMatchObject({
      error: { details: { reason: 'it holds a number that JavaScript cannot hold' } },
    });
  });

  it('An SQS batch takes a continuation as it was written, with whatever numbers JavaScript wrote', () => {
    const text = body.replace('{"n":1}', '{"n":1152921504606847000}');
    expect(readRecords(sqsRecord(text))[0]?.arrival).toMatchObject({ kind: 'continuation' });
  });

  it('An SQS batch keeps a damaged record from harming the others', () => {
    const records = readRecords(sqsRecord('{"lambdaBaton":1}', 'a'), sqsRecord('{"n":1}', 'b'));
    expect(records.map(({ messageId, arrival }) => [messageId, arrival?.kind])).toEqual([
      ['a', undefined],
      ['b', 'start'],
    ]);
  });

  it.each<[string, object, string | undefined]>([
    ['of a FIFO queue', { attributes: { MessageGroupId: 'group-1' } }, 'group-1'],
    [
      'of a FIFO queue, by its name',
      { attributes: { MessageGroupId: 'group-1' }, eventSourceARN: 'arn:aws:sqs:::jobs.fifo' },
      'group-1',
    ],
    ['whose queue has no name', { attributes: { MessageGroupId: 'group-1' }, eventSourceARN: 7 }, 'group-1'],
    ['of a standard queue', { attributes: {} }, undefined],
    [
      'of a standard queue, which keeps no order in a group',
      { attributes: { MessageGroupId: 'group-1' }, eventSourceARN: 'arn:aws:sqs:::jobs' },
      undefined,
    ],
    ['whose group is a number', { attributes: { MessageGroupId: 7 } }, undefined],
    ['without attributes', { attributes: undefined }, undefined],
    ['whose attributes are a text', { attributes: 'group-1' }, undefined],
  ])('An SQS batch knows the group of a record %s', (_what, parts, groupId) => {
    expect(readRecords({ ...sqsRecord('{}'), ...parts })[0]?.groupId).toBe(groupId);
    expect(readRecords({ ...sqsRecord('{"lambdaBaton":1}'), ...parts })[0]?.groupId).toBe(groupId);
  });

  it.each([
    ['empty', ''],
    ['too long', 'x'.repeat(257)],
    ['that of a stop mark', 'lambda-baton:stop:reconcile'],
  ])('An SQS batch refuses a record whose messageId cannot be an id: %s', (_what, messageId) => {
    expect(readRecords(sqsRecord('{}', messageId))[0]).toMatchObject({
      arrival: undefined,
      error: { code: 'INVALID_INPUT' },
    });
  });

  it('An SQS batch refuses a record whose body is an object that is no JSON', () => {
    expect(readRecords(sqsRecord({ n: 1n }))[0]).toMatchObject({
      arrival: undefined,
      error: { code: 'INVALID_INPUT' },
    });
  });
});

describe('recogniseEvent: what no delivery can be', () => {
  it.each<[string, () => unknown]>([
    ['a cycle', makeCycle],
    ['a BigInt', () => ({ n: 1n })],
    ['a symbol', () => Symbol('start')],
    ['a function', () => raise],
    ['a Date in it', () => ({ when: new Date(0) })],
    ['records that are missing from their list', () => ({ Records: new Array(2) })],
    ['a toJSON that throws', () => ({ toJSON: raise })],
    ['a getter that throws', () => Object.defineProperty({}, 'n', { enumerable: true, get: raise })],
    ['a getter for Records that throws', () => Object.defineProperty({}, 'Records', { get: raise })],
    [
      'a getter for a body that throws a revoked Proxy',
      () => ({ Records: [Object.defineProperty(sqsRecord(''), 'attributes', { get: raiseRevoked })] }),
    ],
    ['a getter for our key that throws', () => Object.defineProperty({}, 'lambdaBaton', { get: raise })],
    ['a revoked Proxy', makeRevoked],
    ['a revoked Proxy among the records', () => ({ Records: [makeRevoked()] })],
    ['a Proxy whose every trap throws', makeTrap],
    ['a nest of ten thousand lists', () => nest(10_000)],
  ])('What no delivery can be is refused in a typed way: %s', (_what, make) => {
    expect(() => recognise(make())).toThrow(InvalidInputError);
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['empty', ''],
    ['a number', 7],
    ['too long', 'x'.repeat(257)],
  ])('What no delivery can be is refused when the awsRequestId is %s', (_what, awsRequestId) => {
    expect(() =>
      recogniseEvent({}, { awsRequestId: awsRequestId as string, job: 'nightly', checksum }),
    ).toThrow(InvalidInputError);
  });

  it('recogniseEvent takes objects of another realm and without prototypes for what they are', () => {
    const foreign: unknown = runInNewContext(`(${JSON.stringify({ Records: [sqsRecord(body)] })})`);
    expect(recognise(foreign)).toMatchObject({
      kind: 'batch',
      records: [{ arrival: { kind: 'continuation' } }],
    });
    expect(recognise(Object.assign(Object.create(null), continuation))).toMatchObject({
      arrival: { kind: 'continuation' },
    });
  });

  it('recogniseEvent takes a megabyte of brackets in a body, as much as the queue takes, for a text', () => {
    const brackets = '['.repeat(1_048_576);
    expect(readRecords(sqsRecord(brackets))[0]?.arrival).toEqual({
      kind: 'start',
      executionId: 'message-1@nightly',
      input: brackets,
    });
  });

  it('recogniseEvent takes an input of a thousand levels, and refuses one level more', () => {
    expect(recognise(nest(1_000))).toMatchObject({ kind: 'single' });
    expect(catchError(() => recognise(nest(1_001))).code).toBe('INVALID_INPUT');
  });

  it('recogniseEvent says what was wrong, and what to do', () => {
    const error = catchError(() => recognise({ n: 1n }));
    expect(error.cause).toMatchObject({
      code: 'UNSERIALIZABLE_STATE',
      details: { path: 'input.n', type: 'BigInt' },
    });
    expect(error.message).toMatchInlineSnapshot(`
"The start event is not a JSON document: The value input.n is a BigInt, which JSON cannot carry.
→ Write it as text: value.toString()."
`);
    expect(catchError(() => recognise({}, '')).details).toEqual({
      job: 'nightly',
      faults: ['awsRequestId of the context'],
    });
    expect(messageOf(() => recognise({}, ''))).toMatchInlineSnapshot(`
"The awsRequestId of the context cannot name an execution of job nightly: the id that it makes is not a string of 1 to 256 characters that does not begin with lambda-baton:.
→ Pass the event and the context on as Lambda gave them, or start with an envelope that says the executionId."
`);
    expect(messageIn(sqsRecord('{}', ''))).toMatchInlineSnapshot(`
"The messageId of the record cannot name an execution of job nightly: the id that it makes is not a string of 1 to 256 characters that does not begin with lambda-baton:.
→ Pass the event and the context on as Lambda gave them, or start with an envelope that says the executionId."
`);
  });
});

/** What a generator cannot make, because fast-check looks at its values; their names stand for them until a run begins. */
const hostile: Record<string, () => unknown> = {
  '<revoked>': makeRevoked,
  '<trap>': makeTrap,
  '<cycle>': makeCycle,
  '<getter>': () => Object.defineProperty(sqsRecord(''), 'body', { enumerable: true, get: raiseRevoked }),
  '<deep>': () => nest(1_500),
};

describe('recogniseEvent: laws', () => {
  const ours = [
    'lambdaBaton',
    'v',
    'start',
    'continuation',
    'executionId',
    'input',
    'state',
    'checksum',
    'json',
    'text',
    'packed',
  ];
  const theirs = [
    'Records',
    'eventSource',
    'messageId',
    'body',
    'attributes',
    'MessageGroupId',
    'id',
    'detail-type',
    'source',
    'toJSON',
    '__proto__',
  ];
  const jsonLeaves = fc.oneof(
    fc.constantFrom<unknown>(1, 'aws:sqs', 'a', '', null, body, body.slice(0, 60), '{"lambdaBaton":{}}'),
    fc
      .constantFrom(body, JSON.stringify(startEnvelope), JSON.stringify(continuation.lambdaBaton))
      .map((text) => JSON.parse(text)),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const leaves = fc.oneof(
    jsonLeaves,
    fc.constantFrom<unknown>(undefined, 1n, Symbol('x'), ...Object.keys(hostile)),
    fc.anything({
      maxDepth: 2,
      maxKeys: 3,
      withBigInt: true,
      withSparseArray: true,
      withNullPrototype: true,
      withDate: true,
      withMap: true,
      withBoxedValues: true,
    }),
  );
  const lookAlikes = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      leaves,
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...ours, ...theirs), tie('node'), { maxKeys: 5 }),
      fc
        .array(
          fc.record({
            eventSource: fc.constant('aws:sqs'),
            messageId: fc.constant('m'),
            body: tie('node'),
            attributes: tie('node'),
          }),
        )
        .map((Records) => ({ Records })),
    ),
  })).node;
  /** Valid envelopes with one of their parts replaced, at any depth. */
  const mutate = (leaf: fc.Arbitrary<unknown>) =>
    fc
      .tuple(fc.constantFrom(body, JSON.stringify(startEnvelope)), fc.nat(), leaf, fc.boolean())
      .map(([text, at, part, isInBatch]) => {
        const event = replaceAt(JSON.parse(text), at, part);
        return isInBatch ? { Records: [sqsRecord(event)] } : event;
      });

  it('recogniseEvent gives a documented answer or a typed error, three thousand times', () => {
    fc.assert(
      fc.property(fc.oneof(lookAlikes, mutate(leaves), leaves), (harmless) => {
        const event = arm(harmless);
        for (const arrival of tryTo(() => listArrivals(recognise(event))) ?? []) {
          if (arrival.kind === 'start') {
            expect(arrival.executionId.length).toBeGreaterThan(0);
            expect(arrival.executionId.length).toBeLessThanOrEqual(256);
            expect(typeof JSON.stringify(arrival.input)).toBe('string');
          } else if (arrival.kind === 'continuation') {
            tryTo(() => readEnvelope(plan, arrival.envelope, seal));
          }
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('recogniseEvent neither changes nor freezes the event, and needs neither', () => {
    fc.assert(
      fc.property(fc.oneof(jsonLeaves, mutate(jsonLeaves)), (event) => {
        const before = JSON.stringify(event);
        const answer = tryTo(() => recognise(event));
        expect(JSON.stringify(event)).toBe(before);
        expect(countFrozen(event)).toBe(0);
        expect(tryTo(() => recognise(freezeInDepth(event)))).toEqual(answer);
      }),
      { numRuns: 1_000 },
    );
  });
});

/** What a call gives; undefined when it throws one of our errors. Anything else that is thrown fails the test. */
function tryTo<Value>(call: () => Value): Value | undefined {
  try {
    return call();
  } catch (error) {
    if (BatonError.is(error)) return undefined;
    throw error;
  }
}

function listArrivals(recognition: Recognition) {
  if (recognition.kind === 'single') return [recognition.arrival];
  return recognition.records.flatMap(({ arrival, error }) => {
    expect(arrival === undefined).toBe(BatonError.is(error));
    return arrival === undefined ? [] : [arrival];
  });
}

/** Replaces the part number `at`, counted through the whole tree. */
function replaceAt(root: Record<string, unknown>, at: number, leaf: unknown): unknown {
  const places: [Record<string, unknown>, string][] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const key of Object.keys(node)) {
      places.push([node as Record<string, unknown>, key]);
      visit((node as Record<string, unknown>)[key]);
    }
  };
  visit(root);
  const [parent, key] = places[at % places.length] ?? [root, 'lambdaBaton'];
  parent[key] = leaf;
  return root;
}

/** A copy with the hostile values in the places of their names. */
function arm(node: unknown): unknown {
  if (typeof node === 'string') return Object.hasOwn(hostile, node) ? hostile[node]?.() : node;
  if (Array.isArray(node)) return node.map(arm);
  if (typeof node !== 'object' || node === null || !isPlain(node)) return node;
  const armed: object = Object.create(Object.getPrototypeOf(node));
  for (const [key, value] of Object.entries(node)) {
    Object.defineProperty(armed, key, {
      value: arm(value),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return armed;
}

function isPlain(node: object): boolean {
  return [Object.prototype, null].includes(Object.getPrototypeOf(node));
}

function countFrozen(node: unknown): number {
  if (typeof node !== 'object' || node === null) return 0;
  return Object.values(node).reduce(
    (count: number, inner) => count + countFrozen(inner),
    Object.isFrozen(node) ? 1 : 0,
  );
}

function makeCycle(): object {
  const cycle: { self?: object } = {};
  cycle.self = cycle;
  return cycle;
}

function makeRevoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function makeTrap(): object {
  return new Proxy({}, new Proxy({}, { get: raise }));
}

function nest(depth: number): unknown {
  return JSON.parse('['.repeat(depth) + ']'.repeat(depth));
}

function raise(): never {
  throw new Error('secret');
}

function raiseRevoked(): never {
  throw makeRevoked();
}
