import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { HandOffFailedError } from '../../../../../src';
import { defaultLambdaClient } from '../../../../../src/runtime/adapters/aws/clients';
import { LambdaSender, nameTarget } from '../../../../../src/runtime/adapters/lambda/lambda-sender';
import { fakeLambdaContext } from '../../../../../src/testing';
import { AwsEndpoint, awsError, clientOptions } from '../aws-endpoint';
import { catchError, senderRequest } from '../sender-request';

/** The signal of an invocation that goes on. */
const open = new AbortController().signal;
const base = 'arn:aws:lambda:eu-central-1:123456789012:function:job';
const environment = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wire-secret-key',
};

describe('LambdaSender', () => {
  let endpoint: AwsEndpoint;
  let client: LambdaClient;
  let sender: LambdaSender;

  beforeEach(async () => {
    endpoint = await AwsEndpoint.open();
    client = new LambdaClient(clientOptions(endpoint.url));
    sender = new LambdaSender(client, 'pinned');
  });

  afterEach(async () => {
    client.destroy();
    await endpoint.close();
  });

  it('LambdaSender invokes the version that runs now, asynchronously, with the body as it is', async () => {
    const body = '{"lambdaBaton":{"v":1,"state":{"text":"ä😀\\u0000"}}}';
    await sender.send(senderRequest({ body }));
    expect(endpoint.requests).toMatchObject([
      {
        method: 'POST',
        path: `/2015-03-31/functions/${encodeURIComponent(`${base}:3`)}/invocations`,
        body,
        headers: { 'x-amz-invocation-type': 'Event', 'content-length': String(Buffer.byteLength(body)) },
      },
    ]);
  });

  it('LambdaSender takes what an asynchronous invocation takes, and cannot delay', () => {
    expect(sender).toMatchObject({ channel: 'lambda', maxBytes: 1_048_576, maxDelaySeconds: 0 });
  });

  it.each([
    // arn that the caller used, version that runs, continueOn, target
    [base, '$LATEST', 'pinned', base],
    [`${base}:$LATEST`, '$LATEST', 'pinned', `${base}:$LATEST`],
    [`${base}:live`, '$LATEST', 'pinned', `${base}:live`],
    [base, '7', 'pinned', `${base}:7`],
    [`${base}:live`, '7', 'pinned', `${base}:7`],
    [`${base}:7`, '7', 'pinned', `${base}:7`],
    [`${base}:6`, '7', 'pinned', `${base}:7`],
    [base, '7', 'latest', base],
    [`${base}:live`, '7', 'latest', `${base}:live`],
    [`${base}:7`, '7', 'latest', `${base}:7`],
    [`${base}:live`, '$LATEST', 'latest', `${base}:live`],
    [
      'arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:job:live',
      '12',
      'pinned',
      'arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:job:12',
    ],
  ] as const)(
    'LambdaSender called as %s in version %s with continueOn %3$s, continues on %4$s',
    (arn, functionVersion, continueOn, target) => {
      expect(
        nameTarget(fakeLambdaContext({ clock: { now: () => 0 }, arn, functionVersion }), continueOn),
      ).toBe(target);
    },
  );

  it.each([
    [429, 'TooManyRequestsException', 'retry'],
    [500, 'ServiceException', 'retry'],
    [502, 'EC2ThrottledException', 'retry'],
    [502, 'EC2UnexpectedException', 'retry'],
    [502, 'ENINotReadyException', 'retry'],
    [502, 'ResourceNotReadyException', 'retry'],
    [409, 'ResourceConflictException', 'retry'],
    [409, 'SnapStartNotReadyException', 'retry'],
    [503, 'SomethingNobodyKnows', 'retry'],
    [413, 'RequestTooLargeException', 'too-large'],
    [413, 'SerializedRequestEntityTooLargeException', 'too-large'],
    [400, 'InvalidRequestContentException', 'too-large'],
    [413, 'SomethingNobodyKnows', 'too-large'],
    [404, 'ResourceNotFoundException', 'refused'],
    [403, 'AccessDeniedException', 'refused'],
    [403, 'SomethingNobodyKnows', 'refused'],
    [400, 'InvalidParameterValueException', 'refused'],
    [400, 'ModeNotSupportedException', 'refused'],
    [502, 'KMSAccessDeniedException', 'refused'],
    [502, 'KMSDisabledException', 'refused'],
    [502, 'KMSInvalidStateException', 'refused'],
    [502, 'KMSNotFoundException', 'refused'],
    [400, 'NoPublishedVersionException', 'refused'],
    [403, 'UnrecognizedClientException', 'refused'],
    [403, 'ExpiredTokenException', 'refused'],
    [400, 'RecursiveInvocationException', 'recursion'],
  ])('LambdaSender reads %i %s as %s, after one request', async (status, name, failure) => {
    endpoint.respond = () => awsError(status, name);
    const error = await catchError(sender.send(senderRequest()));
    expect(error).toBeInstanceOf(HandOffFailedError);
    expect(error.details).toEqual({ channel: 'lambda', failure, reason: name });
    expect(error.cause).toMatchObject({ name });
    expect(endpoint.requests).toHaveLength(1);
  });

  it.each([
    [400, 'RecursiveInvocationException', "→ Set the function's recursion configuration to Allow"],
    [
      403,
      'AccessDeniedException',
      '→ Grant the function lambda:InvokeFunction on its own ARN and its versions',
    ],
    [413, 'RequestTooLargeException', '→ Keep large data somewhere else'],
    [404, 'ResourceNotFoundException', '→ Bring the function, version or alias back that the error names'],
    [502, 'KMSDisabledException', '→ Let the caller use the KMS key that the error names'],
    [502, 'KMSAccessDeniedException', '→ Let the caller use the KMS key that the error names'],
    [
      400,
      'InvalidParameterValueException',
      '→ Correct the parameter that the error names; permissions are not the reason.',
    ],
    [403, 'UnrecognizedClientException', '→ Give the call valid credentials'],
    [400, 'NoPublishedVersionException', '→ Change the setting that the error names'],
  ])('LambdaSender names the fix of %i %s', async (status, name, fix) => {
    endpoint.respond = () => awsError(status, name);
    const { message } = await catchError(sender.send(senderRequest()));
    expect(message).toContain(`Channel lambda failed: ${name}: ${name} said the endpoint\n${fix}`);
  });

  it('LambdaSender learns a smaller limit from a refusal that says it', async () => {
    const said = '300000 byte payload is too large for the Event invocation type (limit 262144 bytes)';
    endpoint.respond = () => awsError(413, 'RequestTooLargeException', said);
    const { details } = await catchError(sender.send(senderRequest()));
    expect(details).toMatchObject({ failure: 'too-large', maxBytes: 262_144 });
    expect(sender.maxBytes).toBe(262_144);
  });

  it('LambdaSender reads a refused connection as a failure that may pass', async () => {
    const gone = await AwsEndpoint.open();
    await gone.close();
    const lost = new LambdaSender(new LambdaClient(clientOptions(gone.url)), 'pinned');
    const { details } = await catchError(lost.send(senderRequest()));
    expect(details).toMatchObject({ channel: 'lambda', failure: 'retry' });
  });

  it('LambdaSender reads a connection that breaks after the request was read as a failure that may pass', async () => {
    endpoint.respond = () => 'reset';
    const { details } = await catchError(sender.send(senderRequest()));
    expect(details).toMatchObject({ channel: 'lambda', failure: 'retry' });
    expect(endpoint.requests).toHaveLength(1);
  });

  it('LambdaSender waits for an endpoint that hangs until timeoutMs, and no longer, and closes the connection', async () => {
    endpoint.respond = () => 'hang';
    await sender.prepare(senderRequest().context, open);
    const startMs = performance.now();
    const { details } = await catchError(sender.send(senderRequest({ timeoutMs: 150 })));
    const tookMs = performance.now() - startMs;
    expect(details).toMatchObject({ channel: 'lambda', failure: 'retry', reason: 'AbortError' });
    expect(tookMs).toBeGreaterThanOrEqual(145);
    expect(tookMs).toBeLessThan(1_000);
    while (endpoint.connectionCount > 0) await new Promise(setImmediate);
    expect(endpoint.requests).toMatchObject([{ isGivenUp: true }]);
  });

  it('LambdaSender sends one continuation after another over one connection', async () => {
    for (const invocation of [2, 3, 4]) await sender.send(senderRequest({ invocation }));
    expect(endpoint.requests).toHaveLength(3);
    expect(endpoint.connectionCount).toBe(1);
  });

  it('LambdaSender reads no recursion setting through a double, which could not know it', () => {
    expect(new LambdaSender({ send: async () => ({}) }, 'latest').readRecursion).toBeUndefined();
  });

  it('LambdaSender takes a double that can only send', async () => {
    const sent: unknown[] = [];
    const double = {
      async send(command: unknown) {
        sent.push(command);
      },
    };
    await new LambdaSender(double, 'latest').send(senderRequest({ body: 'text' }));
    expect(sent).toEqual([expect.any(InvokeCommand)]);
    expect((sent[0] as InvokeCommand).input).toEqual({
      FunctionName: `${base}:live`,
      InvocationType: 'Event',
      Payload: 'text',
    });
  });

  it.each([['a string'], [null], [undefined], [{ name: 7 }]])(
    'LambdaSender takes a double that throws %p',
    async (thrown) => {
      const double = { send: () => Promise.reject(thrown) };
      const { details } = await catchError(new LambdaSender(double, 'latest').send(senderRequest()));
      expect(details).toMatchObject({ channel: 'lambda', failure: 'retry' });
    },
  );

  describe('prepare', () => {
    it('LambdaSender prepare makes no call with a client that the user registered', async () => {
      await sender.prepare(senderRequest().context, open);
      expect(endpoint.requests).toEqual([]);
    });

    describe('with the default client', () => {
      let ours: ReturnType<typeof defaultLambdaClient>;
      const saved = { ...process.env };

      beforeEach(() => {
        Object.assign(process.env, environment, { AWS_ENDPOINT_URL_LAMBDA: endpoint.url });
        ours = defaultLambdaClient();
        sender = new LambdaSender(ours, 'pinned');
      });

      afterEach(async () => {
        ((await ours.load()) as LambdaClient).destroy();
        process.env = { ...saved };
      });

      it('LambdaSender prepare with the default client makes one dry run of the call that the hand-off will make, with no payload', async () => {
        endpoint.respond = () => ({ status: 204 });
        await sender.prepare(senderRequest().context, open);
        expect(endpoint.requests).toMatchObject([
          {
            method: 'POST',
            path: `/2015-03-31/functions/${encodeURIComponent(`${base}:3`)}/invocations`,
            headers: { 'x-amz-invocation-type': 'DryRun' },
            body: '',
          },
        ]);
      });

      it.each([
        ['Allow', 'allow'],
        ['Terminate', 'terminate'],
        ['Else', undefined],
      ])(
        'LambdaSender prepare with the default client reads the recursion setting by the unqualified name: %s',
        async (RecursiveLoop, setting) => {
          endpoint.respond = () => ({ status: 200, body: JSON.stringify({ RecursiveLoop }) });
          expect(await sender.readRecursion?.(senderRequest().context, open)).toBe(setting);
          expect(endpoint.requests).toMatchObject([
            { method: 'GET', path: '/2024-08-31/functions/job/recursion-config' },
          ]);
        },
      );

      it('LambdaSender prepare with the default client gives the reading up when the invocation ends before it is answered', async () => {
        endpoint.respond = () => 'hang';
        const end = new AbortController();
        const reading = catchError(
          sender.readRecursion?.(senderRequest().context, end.signal) ?? Promise.resolve(),
        );
        while (endpoint.requests.length === 0) await new Promise(setImmediate);
        end.abort();
        expect(await reading).toBeInstanceOf(Error);
      });

      it('LambdaSender prepare with the default client leaves a connection that the hand-off uses', async () => {
        endpoint.respond = ({ headers }) => ({
          status: headers['x-amz-invocation-type'] === 'DryRun' ? 204 : 202,
        });
        await sender.prepare(senderRequest().context, open);
        await sender.send(senderRequest());
        expect(endpoint.requests).toHaveLength(2);
        expect(endpoint.connectionCount).toBe(1);
      });

      it('LambdaSender prepare with the default client makes one request for each time it is asked to send: trying again is not for the client', async () => {
        endpoint.respond = () => awsError(500, 'ServiceException');
        await catchError(sender.send(senderRequest()));
        expect(endpoint.requests).toHaveLength(1);
      });

      it('LambdaSender prepare with the default client says what is wrong when the function may not invoke itself', async () => {
        endpoint.respond = () => awsError(403, 'AccessDeniedException');
        const { details } = await catchError(sender.prepare(senderRequest().context, open));
        expect(details).toEqual({ channel: 'lambda', failure: 'refused', reason: 'AccessDeniedException' });
      });

      it('LambdaSender prepare with the default client gives the dry run up, and its connection, when the invocation ends before it is answered', async () => {
        endpoint.respond = () => 'hang';
        const end = new AbortController();
        const failure = catchError(sender.prepare(senderRequest().context, end.signal));
        while (endpoint.requests.length === 0) await new Promise(setImmediate);
        const endedMs = performance.now();
        end.abort();
        expect((await failure).details).toMatchObject({ reason: 'AbortError' });
        while (endpoint.connectionCount > 0) await new Promise(setImmediate);
        expect(performance.now() - endedMs).toBeLessThan(1_500);
      });

      it('LambdaSender prepare with the default client makes no dry run when the invocation has ended before the client was loaded', async () => {
        await catchError(sender.prepare(senderRequest().context, AbortSignal.abort()));
        expect(endpoint.requests).toEqual([]);
      });
    });
  });
});
