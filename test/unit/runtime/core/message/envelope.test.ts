import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { BatonError, CorruptContinuationError, IncompatibleStateError } from '../../../../../src/errors';
import { NodePlatform } from '../../../../../src/runtime/adapters/node/node-platform';
import type { ContinuationArrival } from '../../../../../src/runtime/core/message/arrival';
import { describeContinuation } from '../../../../../src/runtime/core/message/continuation';
import {
  type Envelope,
  readEnvelope,
  type StateText,
  writeEnvelope,
} from '../../../../../src/runtime/core/message/envelope';
import { recogniseEvent } from '../../../../../src/runtime/core/message/recognise-event';
import { type Seal, sealByChecksum } from '../../../../../src/runtime/core/state/seal';
import { anyText, hostileStrings } from '../../../../helpers/hostile-text';
import { catchError, makeExecution, makePlan, messageOf } from '../core.helpers';

const plan = makePlan();
const seal = sealByChecksum(new NodePlatform().checksum);

function makeEnvelope(
  input: unknown = { month: '2026-11' },
  state: StateText = { kind: 'json', text: '{"n":1}' },
): Envelope {
  return { continuation: describeContinuation(plan, makeExecution(plan, { invocation: 2 }), input), state };
}

/** Reads a message as a delivery would: from its text. */
function read(body: string): Envelope {
  return readEnvelope(plan, JSON.parse(body).lambdaBaton, seal);
}

/** Reads a message after something happened to its parts, with a checksum that does not betray it. */
function readForged(change: (parts: Record<string, unknown>) => object, input: unknown = null): Envelope {
  const { lambdaBaton } = JSON.parse(writeEnvelope(makeEnvelope(input), seal));
  return readEnvelope(plan, { ...change(lambdaBaton) }, { ...seal, isSealOf: () => true });
}

const strings = fc.oneof(
  fc.constantFrom(
    ...hostileStrings,
    '\ufffe\uffff',
    '\u0000\u0008\u000b\u001f\u007f\u0085',
    '</script>',
    '👩‍👩‍👧',
    '\ud83d',
    ']]>',
  ),
  anyText(),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 })
    .map((units) => String.fromCharCode(...units)),
);
const hostileJson: fc.Arbitrary<unknown> = fc
  .letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      strings,
      fc.constantFrom(null, true, false, 0, -1, 1e21, 1e-7, 0.1, 2 ** 53),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.array(tie('value'), { maxLength: 4 }),
      fc
        .array(fc.tuple(strings, tie('value')), { maxLength: 4 })
        .map((entries) => parsed(Object.fromEntries(entries))),
    ),
  }))
  .value.map(parsed);
const states: fc.Arbitrary<StateText> = fc.oneof(
  hostileJson.map((value): StateText => ({ kind: 'json', text: JSON.stringify(value) })),
  strings.map((text): StateText => ({ kind: 'text', text })),
  strings.map((text): StateText => ({ kind: 'packed', text: Buffer.from(text).toString('base64') })),
);

/** What XML 1.0 allows, and with it SQS. */
const xmlText = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

describe('writeEnvelope', () => {
  it('writeEnvelope writes one JSON text with a version, a checksum, the continuation and the state', () => {
    expect(
      writeEnvelope(
        makeEnvelope(),
        sealByChecksum(() => 'cafe'),
      ),
    ).toMatchInlineSnapshot(
      `"{"lambdaBaton":{"v":1,"checksum":"cafe","continuation":{"executionId":"execution-1","startedAtMs":1800000000000,"invocation":2,"phase":"step","cycle":1,"attempt":1,"safePointCount":0,"resumeAtMs":0,"isWaiting":false,"stepCount":0,"failedAttemptCount":0,"idleInvocationCount":0,"interruptionCount":0,"interruption":null,"chain":{"length":0,"setting":null},"costUsd":0,"stall":null,"line":{"pin":null,"wakeUpCount":0,"deathCount":0,"recovery":0},"trail":{},"job":"Reconcile","version":1,"step":"read","input":{"month":"2026-11"}},"state":{"json":{"n":1}}}}"`,
    );
  });

  it('writeEnvelope leaves input and result out where the state is in the store, which has them too', () => {
    const { continuation } = makeEnvelope();
    const withResult = { ...continuation, result: { rows: 3 } };
    const carried = JSON.parse(
      writeEnvelope({ continuation: withResult, state: { kind: 'json', text: '{}' } }, seal),
    ).lambdaBaton.continuation;
    expect(carried).toMatchObject({ input: { month: '2026-11' }, result: { rows: 3 } });
    const referred = JSON.parse(
      writeEnvelope({ continuation: withResult, state: { kind: 'stored', text: '' } }, seal),
    ).lambdaBaton.continuation;
    expect(Object.keys(carried).filter((part) => !(part in referred))).toEqual(['result', 'input']);
  });

  it.each<[StateText, string]>([
    [{ kind: 'json', text: '{"n":1}' }, '"state":{"json":{"n":1}}}}'],
    [{ kind: 'text', text: '{"n":1}' }, '"state":{"text":"{\\"n\\":1}"}}}'],
    [{ kind: 'packed', text: 'H4sI' }, '"state":{"packed":"H4sI"}}}'],
    [{ kind: 'stored', text: '' }, '"state":{"stored":""}}}'],
  ])('writeEnvelope lets JSON stand as it is, and quotes every other text: %j', (state, end) => {
    expect(writeEnvelope(makeEnvelope(null, state), seal).endsWith(end)).toBe(true);
  });

  it('writeEnvelope writes no character that XML 1.0 forbids, whatever the input and the state hold', () => {
    fc.assert(
      fc.property(hostileJson, states, strings, (input, state, result) => {
        const { continuation } = makeEnvelope(input);
        expect(writeEnvelope({ continuation: { ...continuation, result }, state }, seal)).toMatch(xmlText);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('readEnvelope', () => {
  it('readEnvelope reads U+FFFE and U+FFFF again, which SQS does not take as they are', () => {
    const body = writeEnvelope(makeEnvelope('\ufffe and \uffff'), seal);
    expect(body).toContain('"\\ufffe and \\uffff"');
    expect(read(body).continuation.input).toBe('\ufffe and \uffff');
  });

  it('readEnvelope reads a reference with and without input and result: earlier versions wrote them', () => {
    const without = read(
      writeEnvelope(makeEnvelope({ month: '2026-11' }, { kind: 'stored', text: '' }), seal),
    ).continuation;
    expect([without.input, without.result]).toEqual([undefined, undefined]);
    const withInput = readForged((parts) => ({ ...parts, state: { stored: '' } }), {
      month: '2026-11',
    }).continuation;
    expect(withInput.input).toEqual({ month: '2026-11' });
  });

  it('readEnvelope reads a word that the store has the state, and no state that stands there nevertheless', () => {
    const stored: StateText = { kind: 'stored', text: '' };
    expect(read(writeEnvelope(makeEnvelope(null, stored), seal)).state).toEqual(stored);
    expect(readForged((parts) => ({ ...parts, state: { stored: '{"n":1}' } })).state).toEqual(stored);
  });

  it('readEnvelope reads what was written, whatever the input and the state hold', () => {
    fc.assert(
      fc.property(hostileJson, states, (input, state) => {
        const envelope = makeEnvelope(input, state);
        const { continuation, state: stateRead } = read(writeEnvelope(envelope, seal));
        expect(JSON.stringify(continuation)).toBe(JSON.stringify(envelope.continuation));
        expect(stateRead).toEqual(state);
      }),
      { numRuns: 1_000 },
    );
  });

  it('readEnvelope reads what was read and written again: nothing wears off', () => {
    fc.assert(
      fc.property(hostileJson, states, (input, state) => {
        const body = writeEnvelope(makeEnvelope(input, state), seal);
        expect(writeEnvelope(read(body), seal)).toBe(body);
      }),
    );
  });

  it('readEnvelope keeps keys that look like numbers, and __proto__ as data that touches no prototype', () => {
    const input: unknown = JSON.parse(
      '{"b":1,"10":2,"2":3,"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}',
    );
    const { continuation } = read(
      writeEnvelope(makeEnvelope(input, { kind: 'json', text: JSON.stringify(input) }), seal),
    );
    expect(JSON.stringify(continuation.input)).toBe(JSON.stringify(input));
    expect(Object.getPrototypeOf(continuation.input)).toBe(Object.prototype);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  it.each<[string, (parts: Record<string, unknown>) => object]>([
    ['without its state', ({ state: _left, ...rest }) => rest],
    ['whose state is null', (parts) => ({ ...parts, state: null })],
    ['whose state is a list', (parts) => ({ ...parts, state: [{ json: 1 }] })],
    ['whose state is a text', (parts) => ({ ...parts, state: '{"json":{"n":1}}' })],
    ['whose state is empty', (parts) => ({ ...parts, state: {} })],
    ['whose state is of an unknown kind', (parts) => ({ ...parts, state: { xml: '<n>1</n>' } })],
    ['whose state is of two kinds', (parts) => ({ ...parts, state: { json: { n: 1 }, text: '' } })],
    ['whose state is text that is none', (parts) => ({ ...parts, state: { text: { n: 1 } } })],
    ['whose packed state is no text', (parts) => ({ ...parts, state: { packed: 1 } })],
    ['without its continuation', ({ continuation: _left, ...rest }) => rest],
    ['whose continuation is null', (parts) => ({ ...parts, continuation: null })],
    ['whose continuation is a list', (parts) => ({ ...parts, continuation: [] })],
    [
      'whose continuation and state have changed places',
      ({ continuation, state, ...rest }) => ({ ...rest, continuation: state, state: continuation }),
    ],
    ['with a part that it does not know', (parts) => ({ ...parts, future: 'cafe' })],
  ])('readEnvelope refuses a message %s, even when the checksum fits', (_what, change) => {
    expect(() => readForged(change)).toThrow(CorruptContinuationError);
  });

  it.each<[string, (parts: Record<string, unknown>) => object]>([
    ['without its checksum', ({ checksum: _left, ...rest }) => rest],
    ['whose checksum is of another message', (parts) => ({ ...parts, checksum: seal.seal('another') })],
    [
      'whose checksum is written in another way',
      (parts) => ({ ...parts, checksum: String(parts.checksum).toUpperCase() }),
    ],
    ['whose checksum is a list', (parts) => ({ ...parts, checksum: [parts.checksum] })],
    ['whose state was changed', (parts) => ({ ...parts, state: { json: { n: 2 } } })],
    ['whose state was called packed', (parts) => ({ ...parts, state: { packed: 'text' } })],
    [
      'whose continuation was changed',
      (parts) => ({ ...parts, continuation: { ...(parts.continuation as object), attempt: 9 } }),
    ],
    [
      'with another input',
      (parts) => ({ ...parts, continuation: { ...(parts.continuation as object), input: 'other' } }),
    ],
  ])('readEnvelope refuses a message %s', (_what, change) => {
    const { lambdaBaton } = JSON.parse(
      writeEnvelope(makeEnvelope(null, { kind: 'text', text: 'text' }), seal),
    );
    expect(() => readEnvelope(plan, lambdaBaton, seal)).not.toThrow();
    expect(() => readEnvelope(plan, { ...change(lambdaBaton) } as Record<string, unknown>, seal)).toThrow(
      CorruptContinuationError,
    );
  });

  it('readEnvelope says what is wrong with a message', () => {
    expect(messageOf(() => readForged((parts) => ({ ...parts, state: {} })))).toMatchInlineSnapshot(`
"The continuation cannot be read: its state is missing or in an unknown form.
→ Send continuations on exactly as they were sent; redrive the dead letter that holds the original one."
`);
    expect(messageOf(() => readForged((parts) => ({ ...parts, state: { text: 1 } })))).toMatchInlineSnapshot(`
"The continuation cannot be read: its state is not text.
→ Send continuations on exactly as they were sent; redrive the dead letter that holds the original one."
`);
    expect(messageOf(() => readForged((parts) => ({ ...parts, future: 'cafe' })))).toMatchInlineSnapshot(`
"The continuation cannot be read: it has a part that this version of lambda-baton does not know.
→ Send continuations on exactly as they were sent; redrive the dead letter that holds the original one."
`);
    const { lambdaBaton } = JSON.parse(writeEnvelope(makeEnvelope(), seal));
    expect(
      messageOf(() => readEnvelope(plan, { ...lambdaBaton, checksum: '0' }, seal)),
    ).toMatchInlineSnapshot(`
"The continuation cannot be read: its checksum does not match its content.
→ Send continuations on exactly as they were sent; redrive the dead letter that holds the original one."
`);
  });

  it('readEnvelope refuses what no JSON text can give in a typed way too: a getter, a Proxy', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(() => readForged((parts) => ({ ...parts, state: proxy }))).toThrow(CorruptContinuationError);
    expect(() => readForged((parts) => ({ ...parts, continuation: proxy }))).toThrow(
      CorruptContinuationError,
    );
    expect(() => readEnvelope(plan, proxy, seal)).toThrow(CorruptContinuationError);
  });

  it('readEnvelope says of what no JSON text can give that it is no JSON document, with what was thrown', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const error = catchError(() => readEnvelope(plan, proxy, seal));
    expect(error.cause).toBeInstanceOf(TypeError);
    expect(error.message).toMatchInlineSnapshot(`
"The continuation cannot be read: it is not a JSON document.
→ Send continuations on exactly as they were sent; redrive the dead letter that holds the original one."
`);
  });

  it('readEnvelope refuses a whole message of another job, a newer version or a lost step', () => {
    const body = writeEnvelope(makeEnvelope(), seal);
    const { lambdaBaton } = JSON.parse(body);
    expect(() => readEnvelope(makePlan({ name: 'Backfill' }), lambdaBaton, seal)).toThrow(
      IncompatibleStateError,
    );
    expect(() => readEnvelope(makePlan({ steps: ['open'] }), lambdaBaton, seal)).toThrow(
      IncompatibleStateError,
    );
    const newer = writeEnvelope(
      { ...makeEnvelope(), continuation: { ...makeEnvelope().continuation, version: 2 } },
      seal,
    );
    expect(() => read(newer)).toThrow(IncompatibleStateError);
  });

  it('readEnvelope refuses a million brackets, as many as a channel takes, in a typed way', () => {
    const nest = '['.repeat(500_000) + ']'.repeat(500_000);
    const body = `{"lambdaBaton":{"v":1,"checksum":"0","continuation":{},"state":{"json":${nest}}}}`;
    expect(messageOf(() => read(body))).toMatchInlineSnapshot(`
"The continuation cannot be read: it is nested too deeply.
→ Send continuations on exactly as they were sent; redrive the dead letter that holds the original one."
`);
  });
});

describe('readEnvelope, when messages are signed,', () => {
  const signed: Seal = { ...seal, part: 'signature' };
  const partsOf = (sealed: Seal) => JSON.parse(writeEnvelope(makeEnvelope(), sealed)).lambdaBaton;

  it('readEnvelope, when messages are signed, reads one that was signed with the same key', () => {
    expect(readEnvelope(plan, partsOf(signed), signed)).toEqual(JSON.parse(JSON.stringify(makeEnvelope())));
  });

  it('readEnvelope, when messages are signed, refuses one that was signed with another key', () => {
    expect(messageOf(() => readEnvelope(plan, { ...partsOf(signed), signature: 'cafe' }, signed))).toContain(
      'its signature does not match its content',
    );
  });

  it('readEnvelope, when messages are signed, refuses one that is not signed, whatever it carries instead', () => {
    expect(messageOf(() => readEnvelope(plan, partsOf(seal), signed))).toMatchInlineSnapshot(`
"The continuation cannot be read: it is not signed, and this function has a BATON_SIGNING_KEY.
→ Send continuations on exactly as they were sent; redrive the dead letter that holds the original one."
`);
  });

  it('readEnvelope, when messages are signed, refuses a signed one where there is no key to check it with, even beside a checksum that fits', () => {
    expect(messageOf(() => readEnvelope(plan, partsOf(signed), seal))).toMatchInlineSnapshot(`
"The continuation cannot be read: it is signed, and this function has no BATON_SIGNING_KEY to check it with.
→ Send continuations on exactly as they were sent; redrive the dead letter that holds the original one."
`);
    expect(messageOf(() => readEnvelope(plan, { ...partsOf(seal), signature: 'cafe' }, seal))).toContain(
      'it is signed',
    );
  });

  it('readEnvelope, when messages are signed, refuses a checksum beside the signature, which it does not know', () => {
    expect(messageOf(() => readEnvelope(plan, { ...partsOf(signed), checksum: 'cafe' }, signed))).toContain(
      'it has a part',
    );
  });
});

describe('a message that was damaged on its way', () => {
  const source = { awsRequestId: 'request-1', job: plan.name, checksum: new NodePlatform().checksum };
  const body = writeEnvelope(
    makeEnvelope({ month: '2026-11', note: '\ufffe é 👍' }, { kind: 'json', text: '{"n":1,"s":"a\\"b"}' }),
    seal,
  );
  const whole: unknown = JSON.parse(body);

  /** Whether reading ends in a typed error or gives exactly what was sent (its outer parts may stand in another order). A message whose very name is gone starts an execution. */
  function isSafe(damaged: string): boolean {
    try {
      const recognition = recogniseEvent(
        { Records: [{ eventSource: 'aws:sqs', messageId: 'm-1', body: damaged }] },
        source,
      );
      if (recognition.kind !== 'batch') return false;
      const [record] = recognition.records;
      if (record?.arrival === undefined) throw record?.error;
      if (record.arrival.kind === 'start') return !/^\{"lambdaBaton"/.test(damaged);
      readEnvelope(plan, (record.arrival as ContinuationArrival).envelope, seal);
      return isDeepStrictEqual(JSON.parse(damaged), whole);
    } catch (error) {
      return BatonError.is(error) && ['CORRUPT_CONTINUATION', 'INCOMPATIBLE_STATE'].includes(error.code);
    }
  }

  it('A message that was damaged on its way is refused when it was cut short anywhere behind its name', () => {
    const lengths = Array.from({ length: body.length }, (_none, length) => length);
    expect(lengths.filter((length) => !isSafe(body.slice(0, length))).slice(0, 3)).toEqual([]);
  });

  it('A message that was damaged on its way is refused when any one character behind its name was left out, doubled, or changed', () => {
    const broken = new Set<string>();
    for (let at = '{"lambdaBaton'.length; at < body.length; at += 1) {
      const [before, here, after] = [body.slice(0, at), body.charAt(at), body.slice(at + 1)];
      for (const instead of [
        '',
        here + here,
        '0',
        '1',
        'x',
        '"',
        ' ',
        ',',
        '}',
        '\\',
        String.fromCharCode(here.charCodeAt(0) ^ 1),
      ]) {
        if (!isSafe(before + instead + after)) broken.add(before + instead + after);
      }
    }
    // A few will do: to show the difference between thousands and none takes minutes.
    expect([...broken].slice(0, 3)).toEqual([]);
  });

  it('A message that was damaged on its way is refused when any one bit behind its name was flipped', () => {
    const bytes = Buffer.from(body);
    const first = Buffer.byteLength('{"lambdaBaton"');
    const broken: number[] = [];
    for (let bit = first * 8; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      if (!isSafe(flipped.toString())) broken.push(bit);
    }
    expect(broken.slice(0, 3)).toEqual([]);
  });

  it('A message that was damaged on its way is refused when two pieces of it changed places', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 14, max: body.length }), { minLength: 3, maxLength: 3 }),
        (cuts) => {
          const [one = 14, two = 14, three = 14] = cuts.sort((a, b) => a - b);
          expect(
            isSafe(body.slice(0, one) + body.slice(two, three) + body.slice(one, two) + body.slice(three)),
          ).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

function parsed(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
