import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import {
  ExecutionFailedError,
  LongRunning,
  OnFailure,
  State,
  StateTooLargeError,
  Step,
  type StepContext,
  Terminate,
  wait,
} from '../../../src';
import { LambdaSender } from '../../../src/runtime/adapters/lambda/lambda-sender';
import { SqsSender } from '../../../src/runtime/adapters/sqs/sqs-sender';
import { RecordingSender } from '../../../src/testing';
import { anyText } from '../../helpers/hostile-text';
import { runJob } from '../../helpers/run-job';
import { virtualWorld } from '../../helpers/virtual-world';
import { readContinuation, readState } from './sent-continuation';

const times = { safeMs: 10_000, intervalMs: 9_000 };

/** Runs a job that puts a value into its state, and hands over once; `senders` are the channels. */
async function handOver(value: unknown, senders: readonly RecordingSender[], input: unknown = {}) {
  const world = virtualWorld({ senders });
  const failures: unknown[] = [];

  @LongRunning(times)
  class Carrier {
    @State() small = 'small';
    @State() cargo: unknown = null;
    @Step() async load() {
      this.cargo = value;
      await world.timer.sleep(55_000);
    }
    @Terminate() isDone({ invocation }: StepContext) {
      return invocation > 1;
    }
    @OnFailure() fail(error: unknown) {
      failures.push(error);
    }
  }

  const record = await runJob(Carrier, { world, event: input });
  return { ...record, failures, world };
}

/** The size of the envelope as it is, and at its smallest: compressed when that helps. */
async function measureBytes(value: unknown): Promise<{ plain: number; smallest: number }> {
  const sender = new RecordingSender({ maxBytes: 10_000_000 });
  await handOver(value, [sender]);
  const { error } = await handOver(value, [new RecordingSender({ maxBytes: 10 })]);
  const { bytes } = ((error as Error).cause as StateTooLargeError).details;
  return { plain: Buffer.byteLength(sender.sent[0]?.body ?? ''), smallest: bytes };
}

const isPacked = (sender: RecordingSender) =>
  'packed' in JSON.parse(sender.sent[0]?.body ?? '').lambdaBaton.state;

const texts: [string, string][] = [
  ['ASCII', randomBytes(500).toString('base64')],
  ['four-byte characters', '😀'.repeat(200)],
  ['characters of one to four bytes', 'aä€😀'.repeat(90)],
  ['text that JSON escapes', '"\\\n\u0000'.repeat(100)],
  ['what XML forbids', '\uFFFE\uFFFF'.repeat(40)],
];

describe('the size of a continuation', () => {
  it.each(texts)(
    'The size of a continuation is counted in bytes of the whole envelope, to the byte (%s)',
    async (_title, cargo) => {
      const { plain, smallest } = await measureBytes(cargo);
      const offsets = [-3, -2, -1, 0, 1, 2, 3];
      for (const maxBytes of [
        ...offsets.map((offset) => smallest + offset),
        ...offsets.map((offset) => plain + offset),
      ]) {
        const sender = new RecordingSender({ maxBytes });
        const { error } = await handOver(cargo, [sender]);
        expect([maxBytes, sender.tried.length]).toEqual([maxBytes, maxBytes < smallest ? 0 : 1]);
        if (maxBytes < smallest)
          expect((error as Error).cause).toMatchObject({
            details: { bytes: smallest, maxBytes, biggestField: 'cargo' },
          });
        else
          expect([maxBytes, Buffer.byteLength(sender.sent[0]?.body ?? '')]).toEqual([
            maxBytes,
            maxBytes < plain ? smallest : plain,
          ]);
      }
    },
  );

  it.each(texts)(
    'The size of a continuation decides between the channels, to the byte (%s)',
    async (_title, cargo) => {
      const { plain } = await measureBytes(cargo);
      for (const maxBytes of [plain - 2, plain - 1, plain, plain + 1]) {
        const [lambda, sqs] = [
          new RecordingSender({ channel: 'lambda', maxBytes }),
          new RecordingSender({ channel: 'sqs', maxBytes: plain }),
        ];
        await handOver(cargo, [lambda, sqs]);
        expect([lambda.tried.length, sqs.tried.length]).toEqual(maxBytes < plain ? [0, 1] : [1, 0]);
      }
    },
  );

  it('The bytes that are logged are those of the body, and nothing larger than the limit is ever sent', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyText({ maxLength: 300 }),
        fc.integer({ min: 300, max: 1_200 }),
        async (cargo, maxBytes) => {
          const sender = new RecordingSender({ maxBytes });
          const { world, error } = await handOver(cargo, [sender]);
          const [request] = sender.sent;
          if (request === undefined) {
            expect(((error as Error).cause as StateTooLargeError).details.bytes).toBeGreaterThan(maxBytes);
            return;
          }
          const bytes = Buffer.byteLength(request.body);
          expect(bytes).toBeLessThanOrEqual(maxBytes);
          expect(world.logger.find('handing off')[0]?.fields).toMatchObject({ bytes });
          expect(readState(request)).toEqual({ small: 'small', cargo });
        },
      ),
      { numRuns: 25 },
    );
  }, 30_000);

  it.each([
    ['lambda', (client: never) => new LambdaSender(client, 'pinned'), 'Payload'],
    [
      'sqs',
      (client: never) => new SqsSender(client, 'https://sqs.eu-central-1.amazonaws.com/1/jobs'),
      'MessageBody',
    ],
  ] as const)(
    'The size of a continuation may be 1,048,576 bytes on channel %s, and not one more',
    async (_channel, makeSender, field) => {
      const bodies: string[] = [];
      const client = {
        async send({ input }: { input: Record<string, string> }) {
          bodies.push(input[field] ?? '');
        },
      };
      const limit = 1_048_576;
      const filler = randomBytes(800_000).toString('base64');
      const half = filler.slice(0, 1_000_000);
      const room = limit - (await measureBytes(half)).plain;
      for (const excess of [-1, 0, 1]) {
        bodies.length = 0;
        const { error } = await handOver(filler.slice(0, half.length + room + excess), [
          makeSender(client as never) as never,
        ]);
        expect(bodies.map((body) => Buffer.byteLength(body))).toEqual(excess > 0 ? [] : [limit + excess]);
        if (excess > 0)
          expect((error as Error).cause).toMatchObject({ details: { bytes: limit + 1, maxBytes: limit } });
      }
    },
  );
});

describe('a state that fits no channel', () => {
  it('A state that fits no channel fails the execution before any call, naming the biggest field and the numbers', async () => {
    const senders = [
      new RecordingSender({ channel: 'lambda', maxBytes: 900 }),
      new RecordingSender({ channel: 'sqs', maxBytes: 1_000 }),
    ];
    const { error, failures } = await handOver(randomBytes(1_500).toString('base64'), senders);
    expect(senders.map(({ tried }) => tried.length)).toEqual([0, 0]);
    expect(error).toBeInstanceOf(ExecutionFailedError);
    const { cause } = error as { cause: StateTooLargeError };
    expect(cause).toBeInstanceOf(StateTooLargeError);
    expect(failures).toEqual([cause]);
    expect(cause.details).toEqual({ bytes: expect.any(Number), maxBytes: 1_000, biggestField: 'cargo' });
    expect(cause.details.bytes).toBeGreaterThan(2_000);
    expect(cause.message).toMatch(
      /^The continuation of job Carrier is \d+ bytes, and the largest that can be sent is 1000; its biggest part is @State cargo \(\d+ bytes\)\.\n→ Keep cargo somewhere else and a key to it in its place\.$/,
    );
  });

  it('A state that fits no channel names the input when that is the biggest part', async () => {
    const { error } = await handOver('cargo', [new RecordingSender({ maxBytes: 1_000 })], {
      rows: randomBytes(1_500).toString('base64'),
    });
    expect((error as Error).cause).toMatchObject({ details: { biggestField: 'input' } });
    expect(((error as Error).cause as Error).message).toContain('its biggest part is the input (2');
  });

  it('A state that fits no channel is measured against the channels that can wait when the execution has to wait', async () => {
    const senders = [
      new RecordingSender({ channel: 'lambda', maxBytes: 5_000 }),
      new RecordingSender({ channel: 'sqs', maxBytes: 1_000 }),
    ];
    const world = virtualWorld({ senders });

    @LongRunning(times)
    class Waiting {
      @State() cargo = '';
      @Step() load() {
        this.cargo = randomBytes(1_500).toString('base64');
        return wait({ seconds: 600 });
      }
      @Terminate() isDone() {
        return this.cargo !== '';
      }
    }

    const { error } = await runJob(Waiting, { world });
    expect((error as Error).cause).toMatchObject({ code: 'STATE_TOO_LARGE', details: { maxBytes: 1_000 } });
  });
});

describe('a large state', () => {
  const rows = Array.from({ length: 20_000 }, (_, index) => ({ id: index, name: 'the same name' }));

  it('A large state travels compressed, and comes back as it was', async () => {
    const sender = new RecordingSender({ maxBytes: 100_000 });
    const { answer } = await handOver(rows, [sender]);
    expect(answer).toMatchObject({ status: 'completed' });
    expect(isDeepStrictEqual(readState(sender.sent[0]), { small: 'small', cargo: rows })).toBe(true);
    expect(Buffer.byteLength(sender.sent[0]?.body ?? '')).toBeLessThan(100_000);
  });

  it('A large state is counted as it travels: compressed', async () => {
    const { smallest } = await measureBytes(rows);
    for (const maxBytes of [smallest - 1, smallest]) {
      const sender = new RecordingSender({ maxBytes });
      await handOver(rows, [sender]);
      expect(sender.tried).toHaveLength(maxBytes < smallest ? 0 : 1);
    }
  });

  it('A large state travels as it is when compressing does not make it smaller', async () => {
    const sender = new RecordingSender();
    await handOver(randomBytes(225_000).toString('base64'), [sender]);
    expect(isPacked(sender)).toBe(false);
  });

  it('A large state is compressed below that size too when it does not fit otherwise', async () => {
    const sender = new RecordingSender({ maxBytes: 2_000 });
    const { answer } = await handOver('tick '.repeat(5_000), [sender]);
    expect(answer).toMatchObject({ status: 'completed' });
    expect(readState(sender.sent[0]).cargo === 'tick '.repeat(5_000)).toBe(true);
    expect(isPacked(sender)).toBe(true);
  });

  it('A large state of 199,000 characters travels as it is when it fits', async () => {
    const sender = new RecordingSender();
    await handOver('tick '.repeat(39_800), [sender]);
    expect(isPacked(sender)).toBe(false);
    expect(readContinuation(sender.sent[0]).invocation).toBe(2);
  });
});
