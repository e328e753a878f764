import { randomBytes } from 'node:crypto';
import {
  CHECKPOINT_STORE,
  complete,
  LongRunning,
  OnComplete,
  OnFailure,
  State,
  type StateTooLargeError,
  Step,
  type StepContext,
  Terminate,
  wait,
} from '../../../src';
import { FaultySender, MemoryCheckpointStore, RecordingSender } from '../../../src/testing';
import { runJob } from '../../helpers/run-job';
import { virtualWorld } from '../../helpers/virtual-world';
import { failing, failureOf } from './failing-sender';

const times = { safeMs: 10_000, intervalMs: 9_000 };
/** What does not get smaller by being compressed. */
const noise = (bytes: number) => randomBytes(bytes).toString('base64').slice(0, bytes);

interface Cargo {
  readonly state?: string;
  readonly input?: string;
  readonly result?: string;
  /** Waits instead of running into the safe window. */
  readonly isWaiting?: boolean;
}

/** Hands over once with so much on board; answers what arrived. */
async function carry(
  { state = '', input = '', result = '', isWaiting = false }: Cargo,
  senders: readonly RecordingSender[],
  hasStore = true,
) {
  const world = virtualWorld({ senders });
  const failures: unknown[] = [];

  @LongRunning({ name: 'carrier', ...times })
  class Carrier {
    @State() cargo = '';
    @Step() async load() {
      this.cargo = state;
      if (isWaiting) return wait({ seconds: 600 });
      await world.timer.sleep(55_000);
      return undefined;
    }
    @Step() unload(ctx: StepContext<{ freight: string }>) {
      if (this.cargo !== state || ctx.input.freight !== input)
        throw new Error('What arrived is not what was sent.');
      return complete(result);
    }
    @Terminate() isDone() {
      return false;
    }
    @OnFailure() fail(error: unknown) {
      failures.push(error);
    }
  }

  const store = hasStore ? [{ token: CHECKPOINT_STORE, useValue: new MemoryCheckpointStore() }] : [];
  const { answer, error } = await runJob(Carrier, { world, providers: store, event: { freight: input } });
  return {
    job: Carrier,
    answer,
    error,
    failures,
    forms: senders.map(({ tried }) => tried.map(({ body }) => describeForm(body))),
    world,
  };
}

function describeForm(body: string): string {
  const { state, continuation, look } = JSON.parse(body).lambdaBaton;
  if (look !== undefined) return 'look';
  return [
    ...Object.keys(state),
    ...('input' in continuation ? ['input'] : []),
    ...('result' in continuation ? ['result'] : []),
  ].join(' ');
}

describe('a continuation by reference', () => {
  it.each([
    ['a start event of 1 MB', { input: noise(1_048_576) }],
    ['a synchronous start of 6 MB', { input: noise(6_000_000) }],
    ['a state of 3 MB', { state: noise(3_000_000) }],
    ['an input and a state that fit one by one', { input: noise(700_000), state: noise(700_000) }],
  ])(
    'A continuation by reference carries neither state nor input, so that %s is handed over',
    async (_title, cargo) => {
      const sender = new RecordingSender();
      const { answer, forms } = await carry(cargo, [sender]);
      expect(answer).toMatchObject({ status: 'completed' });
      expect(forms).toEqual([['stored']]);
      expect(Buffer.byteLength(sender.sent[0]?.body ?? '')).toBeLessThan(1_500);
    },
  );

  it('A continuation by reference carries no result, so that a completion with a large one is handed over', async () => {
    const sender = new RecordingSender();
    const world = virtualWorld({ senders: [sender] });
    const result = noise(2_000_000);

    @LongRunning({ name: 'carrier', ...times })
    class Completing {
      @Step() async work() {
        await world.timer.sleep(55_000);
        return complete(result);
      }
      @Terminate() isDone() {
        return false;
      }
      @OnComplete() end() {
        return undefined;
      }
    }

    const { answer } = await runJob(Completing, {
      world,
      providers: [{ token: CHECKPOINT_STORE, useValue: new MemoryCheckpointStore() }],
    });
    expect(answer).toMatchObject({ status: 'completed', result });
    expect(sender.sent.map(({ body }) => describeForm(body))).toEqual(['stored']);
  });

  it('A continuation by reference is refused in a typed way by a function that has no store', async () => {
    const sender = new RecordingSender({ maxBytes: 1_500 });
    const { job } = await carry({ state: noise(3_000) }, [sender]);
    const reference = JSON.parse(sender.sent[0]?.body ?? '');
    const { error } = await runJob(job, { event: reference });
    expect(error).toMatchObject({
      code: 'INCOMPATIBLE_STATE',
      message: expect.stringContaining('is in a checkpoint store, and this function has none'),
    });
  });

  it('A continuation by reference is what a channel gets that answers too large, before the next channel is asked', async () => {
    const lambda = new RecordingSender({ channel: 'lambda', actualMaxBytes: 262_144 });
    const sqs = new RecordingSender({ channel: 'sqs' });
    const { answer, forms } = await carry({ state: noise(300_000) }, [lambda, sqs]);
    expect(answer).toMatchObject({ status: 'completed' });
    expect(forms).toEqual([['json input', 'stored'], []]);
  });

  it('A continuation by reference is what a channel gets that answers too large and does not say what fits', async () => {
    const lambda = failing('lambda', (_request, tries) => {
      if (tries === 1) throw failureOf('lambda', 'too-large');
    });
    const { answer, forms } = await carry({ state: 'tick '.repeat(50_000) }, [lambda]);
    expect(answer).toMatchObject({ status: 'completed' });
    expect(forms).toEqual([['packed input', 'stored']]);
  });

  it('A continuation by reference is sent at once to a channel that is known to be too small', async () => {
    const sqs = new RecordingSender({ channel: 'sqs', maxBytes: 262_144 });
    const { answer, forms } = await carry({ state: noise(300_000) }, [sqs]);
    expect(answer).toMatchObject({ status: 'completed' });
    expect(forms).toEqual([['stored']]);
  });

  it('A continuation by reference is not needed for a wait: a timer brings a look, whatever the size of the state', async () => {
    const sqs = new RecordingSender({ channel: 'sqs', actualMaxBytes: 262_144 });
    const { answer, forms } = await carry({ state: noise(300_000), isWaiting: true }, [sqs]);
    expect(answer).toMatchObject({ status: 'completed' });
    expect(forms).toEqual([['look']]);
  });

  it.each([
    ['the first takes it whole, the second does not', [1_048_576, 262_144], [['json input'], ['stored']]],
    ['the second takes it whole, the first does not', [262_144, 1_048_576], [['stored'], ['json input']]],
  ])(
    'A continuation by reference is one form of two: each channel gets the best that it takes (%s)',
    async (_title, [one, two], expected) => {
      const senders = [
        new FaultySender({ channel: 'lambda', maxBytes: one as number, fault: () => 'refused' }),
        new RecordingSender({ channel: 'sqs', maxBytes: two as number }),
      ];
      const { answer, forms } = await carry({ state: noise(300_000) }, senders);
      expect(answer).toMatchObject({ status: 'completed' });
      expect(forms).toEqual(expected);
    },
  );
});

describe('a continuation that is too large, without a store,', () => {
  it('A continuation that is too large, without a store, fails the execution when every channel answers so, naming the biggest field', async () => {
    const senders = [
      new RecordingSender({ channel: 'lambda', actualMaxBytes: 100_000 }),
      new RecordingSender({ channel: 'sqs', actualMaxBytes: 262_144 }),
    ];
    const { error, failures, forms } = await carry({ state: noise(300_000) }, senders, false);
    const { cause } = error as { cause: StateTooLargeError };
    expect(cause).toMatchObject({
      code: 'STATE_TOO_LARGE',
      details: { biggestField: 'cargo', maxBytes: 262_144 },
    });
    expect(failures).toEqual([cause]);
    expect(forms).toEqual([['json input'], ['json input']]);
  });

  it('A continuation that is too large, without a store, is sent compressed to the channel that refused it, when that fits', async () => {
    const lambda = new RecordingSender({ channel: 'lambda', actualMaxBytes: 50_000 });
    const { answer, forms } = await carry({ state: 'tick '.repeat(20_000) }, [lambda], false);
    expect(answer).toMatchObject({ status: 'completed' });
    expect(forms).toEqual([['json input', 'packed input']]);
  });

  it('A continuation that is too large, without a store, leaves the hand-off to be tried again when another channel failed for a reason that may pass', async () => {
    const senders = [
      new RecordingSender({ channel: 'lambda', actualMaxBytes: 100_000 }),
      new FaultySender({ channel: 'sqs', fault: () => 'refused' }),
    ];
    const { error, failures } = await carry({ state: noise(300_000) }, senders, false);
    expect(error).toMatchObject({ code: 'HAND_OFF_FAILED', details: { failure: 'refused' } });
    expect(failures).toEqual([]);
  });

  it('A continuation that is too large, without a store, is not sent to a channel that it does not fit, and the error of the others says so', async () => {
    const senders = [
      new FaultySender({ channel: 'lambda', fault: () => 'refused' }),
      new RecordingSender({ channel: 'sqs', maxBytes: 262_144 }),
    ];
    const { error, forms } = await carry({ state: noise(300_000) }, senders, false);
    expect(forms[1]).toEqual([]);
    expect((error as Error).message).toMatch(
      /Channel sqs was not asked: The continuation of job carrier is \d+ bytes, and the largest that can be sent is 262144; its biggest part is @State cargo/,
    );
  });
});
