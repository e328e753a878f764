import { createHandler, LongRunning, State, Step, Terminate } from '../../../src';
import { fakeLambdaContext, RecordingSender } from '../../../src/testing';
import { runExecution } from '../../helpers/run-job';
import { virtualWorld } from '../../helpers/virtual-world';

const seen: number[] = [];

@LongRunning({ name: 'signed', safeMs: 1_000, intervalMs: 100 })
class Signed {
  @State() n = 0;
  @Step() count() {
    this.n += 1;
    seen.push(this.n);
  }
  @Terminate() isDone() {
    return this.n === 2;
  }
}

beforeEach(() => {
  seen.length = 0;
});

/** A handler that was created with these keys, and the continuation that its first, too short invocation sends. */
const key = 'a key of 16 bytes';
const newKey = 'the new key of 22 bytes';
const oldKey = 'the old key of 22 bytes';

async function withKeys(keys: string | undefined) {
  const sender = new RecordingSender();
  const world = virtualWorld({ senders: [sender] });
  const handler = withEnvironment(keys, () => createHandler(Signed, { providers: world.providers }));
  const call = (event: unknown, remainingMs = 60_000) =>
    handler(event, fakeLambdaContext({ clock: world.clock, remainingMs }));
  const send = async () => {
    await call({}, 900);
    return JSON.parse(sender.sent.at(-1)?.body ?? '');
  };
  return { call, handler, send, world };
}

function withEnvironment<Value>(keys: string | undefined, make: () => Value): Value {
  if (keys !== undefined) process.env.BATON_SIGNING_KEY = keys;
  try {
    return make();
  } finally {
    delete process.env.BATON_SIGNING_KEY;
  }
}

const refusal = (reason: string) =>
  expect.objectContaining({
    code: 'CORRUPT_CONTINUATION',
    details: expect.objectContaining({ reason: expect.stringContaining(reason) }),
  });

describe('BATON_SIGNING_KEY', () => {
  it('BATON_SIGNING_KEY carries an execution on with signed continuations', async () => {
    const { handler, world, send } = await withKeys(key);
    const { answer } = await runExecution(handler, world, {
      remainingMs: ({ invocation }) => (invocation < 3 ? 900 : 60_000),
    });
    expect(answer).toMatchObject({ status: 'completed', invocation: 3 });
    const { lambdaBaton } = await send();
    expect(lambdaBaton).toMatchObject({ signature: expect.stringMatching(/^[\w-]{43}$/) });
    expect(lambdaBaton).not.toHaveProperty('checksum');
  });

  it('BATON_SIGNING_KEY signs with HMAC-SHA-256, so that others can check it', async () => {
    const { lambdaBaton } = await (await withKeys(key)).send();
    const { continuation, state, signature } = lambdaBaton;
    const { createHmac } = await import('node:crypto');
    const text = `${JSON.stringify(continuation)}\njson\n${JSON.stringify(state.json)}`;
    expect(signature).toBe(createHmac('sha256', key).update(text).digest('base64url'));
  });

  it('BATON_SIGNING_KEY takes the continuations of the old key while keys are changed, and signs with the new one', async () => {
    const old = await (await withKeys(oldKey)).send();
    const rotating = await withKeys(`${newKey},${oldKey}`);
    expect(await rotating.call(old)).toMatchObject({ status: 'completed' });
    const fresh = await rotating.send();
    expect(await (await withKeys(newKey)).call(fresh)).toMatchObject({ status: 'completed' });
    await expect((await withKeys(newKey)).call(old)).rejects.toEqual(refusal('signature does not match'));
  });

  it.each<[string, (parts: Record<string, unknown>) => unknown]>([
    [
      'its position',
      (parts) => ({ ...parts, continuation: { ...(parts.continuation as object), stepCount: 1 } }),
    ],
    [
      'its fuse counters',
      (parts) => ({ ...parts, continuation: { ...(parts.continuation as object), invocation: 1 } }),
    ],
    [
      'its input',
      (parts) => ({ ...parts, continuation: { ...(parts.continuation as object), input: { all: true } } }),
    ],
    ['its state', (parts) => ({ ...parts, state: { json: { n: 1 } } })],
    ['where its state is', (parts) => ({ ...parts, state: { stored: '' } })],
    ['the end of its signature', (parts) => ({ ...parts, signature: String(parts.signature).slice(0, -1) })],
    [
      'the spelling of its signature: a line break',
      (parts) => ({ ...parts, signature: `${parts.signature}\n` }),
    ],
    ['the spelling of its signature: padding', (parts) => ({ ...parts, signature: `${parts.signature}=` })],
    [
      'the spelling of its signature: bits that are left over',
      (parts) => ({ ...parts, signature: respell(String(parts.signature)) }),
    ],
    ['its signature to nothing', (parts) => ({ ...parts, signature: '' })],
    ['its signature to a list', (parts) => ({ ...parts, signature: [parts.signature] })],
  ])(
    'BATON_SIGNING_KEY refuses a continuation with a change of %s, and runs nothing',
    async (_what, change) => {
      const { call, send } = await withKeys(key);
      const { lambdaBaton } = await send();
      await expect(call({ lambdaBaton: change(lambdaBaton) })).rejects.toEqual(
        refusal('signature does not match'),
      );
      expect(seen).toEqual([]);
    },
  );

  it('BATON_SIGNING_KEY refuses what was never signed, also with a checksum that fits', async () => {
    const unsigned = await (await withKeys(undefined)).send();
    await expect((await withKeys(key)).call(unsigned)).rejects.toEqual(refusal('is not signed'));
    const { lambdaBaton } = await (await withKeys(key)).send();
    const both = { lambdaBaton: { ...lambdaBaton, checksum: '0' } };
    await expect((await withKeys(key)).call(both)).rejects.toEqual(refusal('a part that this version'));
    expect(seen).toEqual([]);
  });

  it('BATON_SIGNING_KEY is missed where a signed continuation arrives: it cannot be checked, so it is refused', async () => {
    const signed = await (await withKeys(key)).send();
    await expect((await withKeys(undefined)).call(signed)).rejects.toEqual(
      refusal('has no BATON_SIGNING_KEY'),
    );
    expect(seen).toEqual([]);
  });
});

/** Another last character of Base64 with the same bytes: two of its six bits are left over. */
function respell(signature: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(signature.slice(-1));
  return signature.slice(0, -1) + alphabet[last ^ 1];
}
