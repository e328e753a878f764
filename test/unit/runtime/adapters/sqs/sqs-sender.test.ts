import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { HandOffFailedError } from '../../../../../src';
import { defaultSqsClient } from '../../../../../src/runtime/adapters/aws/clients';
import { SqsSender } from '../../../../../src/runtime/adapters/sqs/sqs-sender';
import { AwsEndpoint, acceptMessage, awsError, type Behaviour, clientOptions } from '../aws-endpoint';
import { catchError, senderRequest } from '../sender-request';

describe('SqsSender', () => {
  let endpoint: AwsEndpoint;
  let client: SQSClient;

  beforeEach(async () => {
    endpoint = await AwsEndpoint.open();
    endpoint.respond = acceptMessage;
    client = new SQSClient(clientOptions(endpoint.url));
  });

  afterEach(async () => {
    client.destroy();
    await endpoint.close();
  });

  const queueOf = (name = 'jobs') => `${endpoint.url}/123456789012/${name}`;
  const readMessage = () => JSON.parse(endpoint.requests[0]?.body ?? 'null');

  it('SqsSender sends the body as it is, in one message without attributes', async () => {
    const body = '{"lambdaBaton":{"v":1,"state":{"text":"ä😀"}}}';
    await new SqsSender(client, queueOf()).send(senderRequest({ body }));
    expect(endpoint.requests).toMatchObject([
      {
        method: 'POST',
        headers: { 'x-amz-target': 'AmazonSQS.SendMessage', 'content-type': 'application/x-amz-json-1.0' },
      },
    ]);
    expect(readMessage()).toEqual({ QueueUrl: queueOf(), MessageBody: body });
  });

  it.each([1, 60, 900])(
    'SqsSender holds the message back for %i seconds when asked to',
    async (delaySeconds) => {
      await new SqsSender(client, queueOf()).send(senderRequest({ delaySeconds }));
      expect(readMessage()).toMatchObject({ DelaySeconds: delaySeconds });
    },
  );

  it('SqsSender takes what SQS takes, and can delay 15 minutes', () => {
    expect(new SqsSender(client, queueOf())).toMatchObject({
      channel: 'sqs',
      maxBytes: 1_048_576,
      maxDelaySeconds: 900,
    });
  });

  describe('on a FIFO queue', () => {
    it('SqsSender on a FIFO queue cannot delay', () => {
      expect(new SqsSender(client, queueOf('jobs.fifo')).maxDelaySeconds).toBe(0);
    });

    const idOf = async (parts: Parameters<typeof senderRequest>[0]): Promise<string> => {
      await new SqsSender(client, queueOf('jobs.fifo')).send(
        senderRequest({ executionId: 'order-17', ...parts }),
      );
      return JSON.parse(endpoint.requests.at(-1)?.body ?? 'null').MessageDeduplicationId;
    };

    it('SqsSender on a FIFO queue keeps the hops of one execution in order, and tells SQS which hop it is', async () => {
      await new SqsSender(client, queueOf('jobs.fifo')).send(
        senderRequest({ executionId: 'order-17', invocation: 5, hopId: '3' }),
      );
      expect(readMessage()).toEqual({
        QueueUrl: queueOf('jobs.fifo'),
        MessageBody: '{"lambdaBaton":{}}',
        MessageGroupId: 'order-17',
        MessageDeduplicationId: 'order-17#5#3',
      });
    });

    it('SqsSender on a FIFO queue tells two hand-offs to the same invocation apart, so that the second one is not dropped as a duplicate of the first', async () => {
      expect(await idOf({ hopId: '1' })).not.toBe(await idOf({ hopId: '2' }));
      expect(await idOf({ body: '{"n":1}' })).not.toBe(await idOf({ body: '{"n":2}' }));
      expect(await idOf({ invocation: 2, hopId: '1' })).not.toBe(await idOf({ invocation: 3, hopId: '1' }));
    });

    it('SqsSender on a FIFO queue sends the same hand-off as the same message, whatever form its body has', async () => {
      expect(await idOf({ hopId: '1', body: '{"whole":1}' })).toBe(await idOf({ hopId: '1', body: '{}' }));
      expect(await idOf({ body: '{"n":1}' })).toBe(await idOf({ body: '{"n":1}' }));
    });

    it.each([
      ['an id of more than 128 characters', 'x'.repeat(129)],
      ['an id with a space', 'order 17'],
      ['an id with an umlaut', 'ördnung'],
      ['an id with a line break', 'order\n17'],
    ])(
      'SqsSender on a FIFO queue makes a digest of %s, since SQS would refuse it',
      async (_title, executionId) => {
        const sender = new SqsSender(client, queueOf('jobs.fifo'));
        for (const invocation of [2, 2, 3]) await sender.send(senderRequest({ executionId, invocation }));
        const ids = endpoint.requests.map(({ body }) => JSON.parse(body));
        for (const { MessageGroupId, MessageDeduplicationId } of ids) {
          expect(MessageGroupId).toMatch(/^[0-9a-f]{64}$/);
          expect(MessageDeduplicationId).toMatch(/^[0-9a-f]{64}$/);
        }
        expect(ids[1]).toEqual(ids[0]);
        expect(ids[2].MessageGroupId).toBe(ids[0].MessageGroupId);
        expect(ids[2].MessageDeduplicationId).not.toBe(ids[0].MessageDeduplicationId);
      },
    );

    it('SqsSender on a FIFO queue makes a digest of the deduplication id alone when only that is too long', async () => {
      const executionId = 'x'.repeat(128);
      await new SqsSender(client, queueOf('jobs.fifo')).send(senderRequest({ executionId }));
      expect(readMessage().MessageGroupId).toBe(executionId);
      expect(readMessage().MessageDeduplicationId).toMatch(/^[0-9a-f]{64}$/);
    });
  });

  it.each([
    [500, 'InternalError', 'retry'],
    [503, 'ServiceUnavailable', 'retry'],
    [403, 'RequestThrottled', 'retry'],
    [400, 'RequestThrottled', 'retry'],
    [400, 'KmsThrottled', 'retry'],
    [403, 'AccessDenied', 'refused'],
    [400, 'AccessDeniedException', 'refused'],
    [400, 'QueueDoesNotExist', 'refused'],
    [400, 'KmsAccessDenied', 'refused'],
    [400, 'KmsDisabled', 'refused'],
    [400, 'KmsInvalidKeyUsage', 'refused'],
    [400, 'KmsInvalidState', 'refused'],
    [400, 'KmsNotFound', 'refused'],
    [400, 'KmsOptInRequired', 'refused'],
    [400, 'InvalidMessageContents', 'refused'],
    [400, 'InvalidAddress', 'refused'],
    [400, 'InvalidSecurity', 'refused'],
    [400, 'UnsupportedOperation', 'refused'],
    [400, 'InvalidParameterValue', 'refused'],
    [413, 'SomethingNobodyKnows', 'too-large'],
  ])('SqsSender reads %i %s as %s, after one request', async (status, name, failure) => {
    endpoint.respond = () => awsError(status, name);
    const error = await catchError(new SqsSender(client, queueOf()).send(senderRequest()));
    expect(error).toBeInstanceOf(HandOffFailedError);
    expect(error.details).toEqual({ channel: 'sqs', failure, reason: name });
    expect(endpoint.requests).toHaveLength(1);
  });

  it.each([
    [
      400,
      'InvalidParameterValue',
      'One or more parameters are invalid. Reason: Message must be shorter than 262144 bytes.',
      262_144,
    ],
    [400, 'MessageTooLong', 'The message is too long', undefined],
    [413, 'RequestEntityTooLargeException', 'Request entity too large', undefined],
  ])(
    'SqsSender reads %i %s (%s) as too large, with the limit when it is said',
    async (status, name, message, maxBytes) => {
      endpoint.respond = () => awsError(status, name, message);
      const { details } = await catchError(new SqsSender(client, queueOf()).send(senderRequest()));
      expect(details).toEqual({
        channel: 'sqs',
        failure: 'too-large',
        reason: name,
        ...(maxBytes === undefined ? {} : { maxBytes }),
      });
    },
  );

  it('SqsSender learns a maximum of the queue’s own from the refusal, so that it is asked once', async () => {
    const sender = new SqsSender(client, queueOf());
    endpoint.respond = () =>
      awsError(400, 'InvalidParameterValue', 'Reason: Message must be shorter than 262144 bytes.');
    await catchError(sender.send(senderRequest()));
    expect(sender.maxBytes).toBe(262_144);
  });

  it.each([
    [
      400,
      'AccessDenied',
      'no',
      'Grant the function sqs:SendMessage on the queue that BATON_QUEUE_URL names.',
    ],
    [400, 'QueueDoesNotExist', 'no', 'Create the queue, or correct BATON_QUEUE_URL'],
    [
      400,
      'KmsDisabled',
      'no',
      'Let the caller use the KMS key that the error names (kms:Decrypt, for a queue kms:GenerateDataKey too)',
    ],
    [
      400,
      'InvalidParameterValue',
      'Value 901 for DelaySeconds is invalid',
      'Correct the parameter that the error names',
    ],
    [403, 'ExpiredToken', 'no', 'Give the call valid credentials'],
    [400, 'UnsupportedOperation', 'no', 'Change the setting that the error names'],
  ])('SqsSender advises after %i %s what fits its cause', async (status, name, said, advice) => {
    endpoint.respond = () => awsError(status, name, said);
    const { message } = await catchError(new SqsSender(client, queueOf()).send(senderRequest()));
    expect(message).toContain(`→ ${advice}`);
  });

  it('SqsSender is refused without another try when no Region is set, and says so', async () => {
    const lost = { send: () => Promise.reject(new Error('Region is missing')) };
    const { message, details } = await catchError(new SqsSender(lost, queueOf()).send(senderRequest()));
    expect(details).toMatchObject({ failure: 'refused' });
    expect(message).toContain('→ Set AWS_REGION');
  });

  it('SqsSender knows a queue that does not exist by its query code too', async () => {
    const { body, headers, status } = awsError(400, 'QueueDoesNotExist') as Exclude<Behaviour, string>;
    const queryError = { 'x-amzn-query-error': 'AWS.SimpleQueueService.NonExistentQueue;Sender' };
    endpoint.respond = () => ({
      status,
      headers: { ...headers, ...queryError },
      ...(body === undefined ? {} : { body }),
    });
    const { details } = await catchError(new SqsSender(client, queueOf()).send(senderRequest()));
    expect(details).toMatchObject({ channel: 'sqs', failure: 'refused' });
  });

  it('SqsSender reads an answer with the digest of another message as a failure that may pass', async () => {
    endpoint.respond = () => ({
      status: 200,
      body: JSON.stringify({ MessageId: 'm', MD5OfMessageBody: '0'.repeat(32) }),
    });
    const { details } = await catchError(new SqsSender(client, queueOf()).send(senderRequest()));
    expect(details).toMatchObject({ channel: 'sqs', failure: 'retry' });
  });

  it('SqsSender reads a refused connection as a failure that may pass', async () => {
    const gone = await AwsEndpoint.open();
    await gone.close();
    const lost = new SqsSender(new SQSClient(clientOptions(gone.url)), `${gone.url}/1/jobs`);
    expect((await catchError(lost.send(senderRequest()))).details).toMatchObject({
      channel: 'sqs',
      failure: 'retry',
    });
  });

  it('SqsSender reads a connection that breaks after the request was read as a failure that may pass', async () => {
    endpoint.respond = () => 'reset';
    const { details } = await catchError(new SqsSender(client, queueOf()).send(senderRequest()));
    expect(details).toMatchObject({ channel: 'sqs', failure: 'retry' });
    expect(endpoint.requests).toHaveLength(1);
  });

  it('SqsSender waits for an endpoint that hangs until timeoutMs, and no longer, and closes the connection', async () => {
    endpoint.respond = () => 'hang';
    const startMs = performance.now();
    const { details } = await catchError(
      new SqsSender(client, queueOf()).send(senderRequest({ timeoutMs: 150 })),
    );
    const tookMs = performance.now() - startMs;
    expect(details).toMatchObject({ channel: 'sqs', failure: 'retry', reason: 'AbortError' });
    expect(tookMs).toBeGreaterThanOrEqual(145);
    expect(tookMs).toBeLessThan(1_000);
    while (endpoint.connectionCount > 0) await new Promise(setImmediate);
    expect(endpoint.requests).toMatchObject([{ isGivenUp: true }]);
  });

  it('SqsSender takes a double that can only send', async () => {
    const sent: SendMessageCommand[] = [];
    const double = {
      async send(command: SendMessageCommand) {
        sent.push(command);
      },
    };
    await new SqsSender(double, 'https://sqs.eu-central-1.amazonaws.com/1/jobs').send(senderRequest());
    expect(sent).toEqual([expect.any(SendMessageCommand)]);
  });

  it('SqsSender sends no message to prepare itself', async () => {
    Object.assign(process.env, { AWS_REGION: 'eu-central-1', AWS_ENDPOINT_URL_SQS: endpoint.url });
    const ours = defaultSqsClient();
    await new SqsSender(ours, queueOf()).prepare();
    expect(endpoint.requests).toEqual([]);
    ((await ours.load()) as SQSClient).destroy();
    delete process.env.AWS_ENDPOINT_URL_SQS;
    delete process.env.AWS_REGION;
  });
});
