import { type ContinuationSender, HandOffFailedError } from '../../../src';
import { LambdaSender } from '../../../src/runtime/adapters/lambda/lambda-sender';
import { SqsSender } from '../../../src/runtime/adapters/sqs/sqs-sender';
import {
  isFunctionMissing,
  type Shipment,
  sendMessage,
  writeFixedMessage,
} from '../../../src/runtime/hand-off/send-continuation';
import {
  epochMs,
  fakeLambdaContext,
  ManualTimer,
  MemoryLogger,
  RecordingSender,
  type SentRequest,
  VirtualClock,
} from '../../../src/testing';
import { failing, failureOf, forever, sdkError } from './failing-sender';

/** Sends one continuation with so much time left, on virtual time. */
async function send(
  senders: readonly ContinuationSender[],
  remainingMs: number,
  delaySeconds = 0,
  parts: Partial<Shipment> = {},
) {
  const clock = new VirtualClock();
  const timer = new ManualTimer(clock);
  const logger = new MemoryLogger();
  const context = fakeLambdaContext({ clock, remainingMs });
  const shipment = {
    message: writeFixedMessage('{}', 2),
    delaySeconds,
    executionId: 'order-17',
    invocation: 2,
    context,
    ...parts,
  };
  const sending = sendMessage(senders, shipment, {
    timer,
    tellFailure: ({ details }) => logger.warn('channel failed', details),
    remainingMs: () => context.getRemainingTimeInMillis(),
  });
  const outcome = await timer.drive(
    sending
      .then(({ channel }) => ({ channel, error: undefined }))
      .catch((error) => ({ channel: undefined, error })),
  );
  return { ...outcome, tookMs: clock.now() - epochMs, armedCount: timer.armedCount, logger } as {
    channel: string | undefined;
    error: HandOffFailedError | undefined;
    tookMs: number;
    armedCount: number;
    logger: MemoryLogger;
  };
}

describe('sending a continuation', () => {
  it('Sending a continuation asks the channels in their order, and stops at the first that takes it', async () => {
    const [lambda, sqs] = [
      new RecordingSender({ channel: 'lambda' }),
      new RecordingSender({ channel: 'sqs' }),
    ];
    expect(await send([lambda, sqs], 10_000)).toMatchObject({ channel: 'lambda', tookMs: 0, armedCount: 0 });
    expect([lambda.tried.length, sqs.tried.length]).toEqual([1, 0]);
  });

  it('Sending a continuation gives the channel the body, the execution, the invocation that it starts, the context and a time limit', async () => {
    const sender = new RecordingSender();
    await send([sender], 10_000);
    expect(sender.sent).toEqual([
      {
        body: '{}',
        executionId: 'order-17',
        invocation: 2,
        context: expect.objectContaining({ functionName: 'job' }),
        timeoutMs: 4_275,
      },
    ]);
  });

  it('Sending a continuation gives a delay only to a channel that can hold a message back', async () => {
    const [lambda, sqs] = [
      new RecordingSender({ channel: 'lambda' }),
      new RecordingSender({ channel: 'sqs' }),
    ];
    expect(await send([lambda, sqs], 10_000, 900)).toMatchObject({ channel: 'sqs' });
    expect(lambda.tried).toEqual([]);
    expect(sqs.sent).toMatchObject([{ delaySeconds: 900 }]);
  });

  it.each<['recursion' | 'refused' | 'retry' | 'too-large', boolean, boolean]>([
    // failure of the first channel, whether that is tried again, whether the second is asked
    ['retry', true, true],
    ['refused', false, true],
    ['too-large', false, true],
    ['recursion', false, false],
  ])(
    'Sending a continuation after %s: tries the channel again: %s, asks the next: %s',
    async (failure, isTriedAgain, isNextAsked) => {
      const lambda = failing('lambda', () => {
        throw failureOf('lambda', failure);
      });
      const sqs = new RecordingSender({ channel: 'sqs' });
      const { channel, error, logger } = await send([lambda, sqs], 10_000);
      expect(lambda.tried.length > 1).toBe(isTriedAgain);
      expect([channel, error?.details.failure]).toEqual(
        isNextAsked ? ['sqs', undefined] : [undefined, failure],
      );
      expect(logger.find('channel failed')).toMatchObject([
        { level: 'warn', fields: { channel: 'lambda', failure } },
      ]);
    },
  );

  it.each<[unknown]>([[new Error('custom')], ['a string'], [null], [undefined], [{ code: 7 }]])(
    'Sending a continuation treats %p from a sender of the user’s own as a failure that may pass',
    async (thrown) => {
      const own = failing('own', () => Promise.reject(thrown));
      const { error } = await send([own], 10_000);
      expect(own.tried.length).toBeGreaterThan(1);
      expect(error?.details).toEqual({ channel: 'own', failure: 'retry' });
    },
  );

  it('Sending a continuation takes a sender that throws instead of rejecting', async () => {
    const own: ContinuationSender = {
      channel: 'own',
      maxBytes: 100,
      send() {
        throw new TypeError('not a function');
      },
    };
    const next = new RecordingSender({ channel: 'next' });
    expect(await send([own, next], 10_000)).toMatchObject({ channel: 'next' });
  });

  it('Sending a continuation tries a throttled channel again, after pauses that double', async () => {
    const triedAtMs: number[] = [];
    const clock = new VirtualClock();
    const timer = new ManualTimer(clock);
    const sender = failing('lambda', () => {
      triedAtMs.push(clock.now() - epochMs);
      if (triedAtMs.length < 5) throw failureOf('lambda', 'retry');
    });
    const context = fakeLambdaContext({ clock, remainingMs: 10_000 });
    const shipment = {
      message: writeFixedMessage('{}', 2),
      delaySeconds: 0,
      executionId: 'e',
      invocation: 2,
      context,
    };
    const room = { timer, tellFailure: () => {}, remainingMs: () => context.getRemainingTimeInMillis() };
    expect(await timer.drive(sendMessage([sender], shipment, room))).toEqual({ channel: 'lambda', bytes: 2 });
    expect(triedAtMs).toEqual([0, 50, 150, 350, 750]);
  });

  it('Sending a continuation gives a channel that hangs a second chance', async () => {
    const lambda = failing('lambda', (_request, tries) => (tries === 1 ? forever() : undefined));
    expect(await send([lambda, new RecordingSender({ channel: 'sqs' })], 10_000)).toMatchObject({
      channel: 'lambda',
      tookMs: 2_800,
    });
  });

  describe.each([
    1, 2, 5, 10, 19, 20, 21, 37, 50, 100, 250, 500, 1_000, 1_800, 2_000, 2_500, 5_000, 10_000, 60_000,
  ])('with %i ms left', (remainingMs) => {
    it('Sending a continuation with little time left leaves time for the channel behind one that hangs for ever and ignores its time limit', async () => {
      const sqs = new RecordingSender({ channel: 'sqs' });
      const { channel, tookMs, armedCount } = await send([failing('lambda', forever), sqs], remainingMs);
      expect(channel).toBe('sqs');
      expect(tookMs).toBeLessThanOrEqual(Math.max(1, 0.56 * remainingMs));
      expect(sqs.sent[0]?.timeoutMs).toBeGreaterThanOrEqual(Math.max(1, Math.floor(0.19 * remainingMs)));
      expect(armedCount).toBe(0);
    });

    it('Sending a continuation with little time left leaves time for the channel behind one that is throttled', async () => {
      const lambda = failing('lambda', () => Promise.reject(sdkError('TooManyRequestsException')));
      const { channel, tookMs } = await send([lambda, new RecordingSender({ channel: 'sqs' })], remainingMs);
      expect(channel).toBe('sqs');
      expect(tookMs).toBeLessThanOrEqual(0.56 * remainingMs);
    });

    it('Sending a continuation with little time left gives up before Lambda kills the invocation when every channel hangs', async () => {
      const { error, tookMs, armedCount } = await send(
        [failing('lambda', forever), failing('sqs', forever)],
        remainingMs,
      );
      expect(error).toBeInstanceOf(HandOffFailedError);
      expect(tookMs).toBeLessThanOrEqual(Math.max(2, Math.ceil(0.96 * remainingMs)));
      expect(armedCount).toBe(0);
    });

    it('Sending a continuation with little time left asks every channel for no more than the time that is left', async () => {
      const askedMs: number[] = [];
      const ask = ({ timeoutMs, context }: SentRequest) => {
        askedMs.push(context.getRemainingTimeInMillis() - timeoutMs);
        return forever();
      };
      await send([failing('lambda', ask), failing('sqs', ask)], remainingMs);
      expect(Math.min(...askedMs)).toBeGreaterThanOrEqual(remainingMs < 4 ? -1 : 0);
    });
  });

  it('Sending a continuation stops waiting for a channel a little after the channel’s own time limit, so that it can close its connection', async () => {
    let senderMs = 0;
    const { tookMs } = await send(
      [
        failing('lambda', ({ timeoutMs }) => {
          senderMs += timeoutMs + 1;
          return forever();
        }),
      ],
      1_000,
    );
    expect(senderMs).toBeGreaterThan(800);
    expect(tookMs).toBeGreaterThan(senderMs);
  });

  it('Sending a continuation still asks once when the deadline has passed: nothing else is left to do', async () => {
    expect(await send([new RecordingSender()], -50)).toMatchObject({ channel: 'recording' });
  });

  it('Sending a continuation reports every channel’s reason, and the gravest failure of all', async () => {
    const lambda = failing('lambda', () => Promise.reject(failureOf('lambda', 'refused')));
    const sqs = failing('sqs', () => Promise.reject(failureOf('sqs', 'too-large')));
    const { error } = await send([lambda, sqs], 10_000);
    expect(error?.message).toMatchInlineSnapshot(`
"Execution order-17 could not be handed over to invocation 2 by any channel.
lambda says refused → Fix lambda.
sqs says too-large → Fix sqs.
→ Fix the first channel above; the delivery is retried by Lambda or goes to its dead letters."
`);
    expect(error).toMatchObject({
      code: 'HAND_OFF_FAILED',
      retryable: true,
      details: { channel: 'lambda, sqs', failure: 'refused' },
    });
    expect(error?.cause).toBeInstanceOf(AggregateError);
  });

  it('Sending a continuation says that a channel did not answer', async () => {
    const { error } = await send([failing('lambda', forever)], 1_000);
    expect(error?.message).toMatchInlineSnapshot(`
"Execution order-17 could not be handed over to invocation 2 by any channel.
Channel lambda did not answer in time. → Look whether the function can reach its endpoint: in a VPC that needs a NAT gateway or an interface endpoint.
→ Fix the first channel above; the delivery is retried by Lambda or goes to its dead letters."
`);
  });

  it('Sending a continuation says that there is no channel', async () => {
    const { error } = await send([], 1_000);
    expect(error).toBeInstanceOf(HandOffFailedError);
    expect(error?.message).toMatchInlineSnapshot(`
"Execution order-17 cannot be handed over to invocation 2: there is no channel for it (CONTINUATION_SENDERS is an empty list).
→ Leave CONTINUATION_SENDERS to its default, or provide a sender that takes every continuation."
`);
  });

  it('Sending a continuation says that no channel can hold the message back', async () => {
    const { error } = await send([new RecordingSender({ channel: 'lambda' })], 1_000, 30);
    expect(error?.message).toMatchInlineSnapshot(`
"Execution order-17 cannot be handed over to invocation 2: there is no channel for it (none can hold a message back for 30 seconds).
→ Leave CONTINUATION_SENDERS to its default, or provide a sender that takes every continuation."
`);
  });
});

describe('a message that is no continuation', () => {
  const look = { problem: 'The look at execution order-17 could not be sent', hopId: 'look-of-request-1' };

  it('A message that is no continuation goes by a channel that can hold it back, with what tells it from others', async () => {
    const [lambda, sqs] = [
      new RecordingSender({ channel: 'lambda' }),
      new RecordingSender({ channel: 'sqs' }),
    ];
    await send([lambda, sqs], 10_000, 600, look);
    expect(lambda.tried).toEqual([]);
    expect(sqs.sent).toMatchObject([
      { body: '{}', delaySeconds: 600, executionId: 'order-17', hopId: 'look-of-request-1' },
    ]);
  });

  it('A message that is no continuation is what the error is about when it cannot be sent', async () => {
    const lambda = failing('lambda', () => Promise.reject(failureOf('lambda', 'refused')));
    expect((await send([lambda], 10_000, 0, look)).error?.message).toMatchInlineSnapshot(`
"The look at execution order-17 could not be sent by any channel.
lambda says refused → Fix lambda.
→ Fix the first channel above; the delivery is retried by Lambda or goes to its dead letters."
`);
    expect((await send([lambda], 10_000, 30, look)).error?.message).toMatchInlineSnapshot(`
"The look at execution order-17 could not be sent: there is no channel for it (none can hold a message back for 30 seconds).
→ Leave CONTINUATION_SENDERS to its default, or provide a sender that takes every continuation."
`);
  });

  it('A message that is no continuation is refused with its size by channels that are too small for it', async () => {
    const [lambda, sqs] = [
      new RecordingSender({ channel: 'lambda', maxBytes: 1 }),
      new RecordingSender({ channel: 'sqs', maxBytes: 0 }),
    ];
    const { error } = await send([lambda, sqs], 10_000, 0, look);
    expect([lambda.tried, sqs.tried]).toEqual([[], []]);
    expect(error).toMatchObject({ code: 'HAND_OFF_FAILED', details: { failure: 'too-large', maxBytes: 1 } });
  });
});

describe('a function, or a version of it, that does not exist', () => {
  const toNowhere = (name: string) =>
    new LambdaSender({ send: () => Promise.reject(sdkError(name)) }, 'pinned');

  it('A function, or a version of it, that does not exist is told apart from any other refusal', async () => {
    expect(isFunctionMissing((await send([toNowhere('ResourceNotFoundException')], 10_000)).error)).toBe(
      true,
    );
    expect(isFunctionMissing((await send([toNowhere('AccessDeniedException')], 10_000)).error)).toBe(false);
    expect(isFunctionMissing(new Error('ResourceNotFoundException'))).toBe(false);
  });
});

describe('what AWS answers to Invoke', () => {
  /** Name, what it means, calls of Invoke at least, whether SQS is asked. */
  const table: [string, string, 'again' | 'once', boolean][] = [
    ['TooManyRequestsException', 'retry', 'again', true],
    ['ServiceException', 'retry', 'again', true],
    ['EC2ThrottledException', 'retry', 'again', true],
    ['EC2UnexpectedException', 'retry', 'again', true],
    ['ENINotReadyException', 'retry', 'again', true],
    ['ResourceNotReadyException', 'retry', 'again', true],
    ['ResourceConflictException', 'retry', 'again', true],
    ['SnapStartNotReadyException', 'retry', 'again', true],
    ['TimeoutError', 'retry', 'again', true],
    ['RequestTooLargeException', 'too-large', 'once', true],
    ['SerializedRequestEntityTooLargeException', 'too-large', 'once', true],
    ['InvalidRequestContentException', 'too-large', 'once', true],
    ['ResourceNotFoundException', 'refused', 'once', true],
    ['AccessDeniedException', 'refused', 'once', true],
    ['InvalidParameterValueException', 'refused', 'once', true],
    ['ModeNotSupportedException', 'refused', 'once', true],
    ['KMSAccessDeniedException', 'refused', 'once', true],
    ['KMSDisabledException', 'refused', 'once', true],
    ['KMSInvalidStateException', 'refused', 'once', true],
    ['KMSNotFoundException', 'refused', 'once', true],
    ['NoPublishedVersionException', 'refused', 'once', true],
    ['RecursiveInvocationException', 'recursion', 'once', false],
  ];

  it.each(table)(
    'What AWS answers to Invoke %s is %s: Invoke is tried %s, and SQS is asked: %s',
    async (name, failure, tries, isSqsAsked) => {
      let invokes = 0;
      const client = {
        send() {
          invokes += 1;
          return Promise.reject(sdkError(name));
        },
      };
      const messages: unknown[] = [];
      const queue = {
        async send(command: unknown) {
          messages.push(command);
        },
      };
      const senders = [
        new LambdaSender(client, 'pinned'),
        new SqsSender(queue, 'https://sqs.eu-central-1.amazonaws.com/1/jobs'),
      ];
      const { channel, error, logger } = await send(senders, 10_000);
      expect(invokes > 1 ? 'again' : 'once').toBe(tries);
      expect([channel, messages.length]).toEqual(isSqsAsked ? ['sqs', 1] : [undefined, 0]);
      expect(logger.find('channel failed')).toMatchObject([{ fields: { channel: 'lambda', failure } }]);
      if (!isSqsAsked)
        expect(error?.message).toMatch(/→ Set the function's recursion configuration to Allow/);
    },
  );
});
