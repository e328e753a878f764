import { request } from 'node:http';
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListSchedulesCommand,
} from '@aws-sdk/client-scheduler';
import type { LocalLambda, RequestFault } from '../../src/local';
import { collect, next, schedulerClient, startPuppet, stopAll } from './start-lambda';

afterEach(stopAll);

const functionArn = 'arn:aws:lambda:us-east-1:123456789012:function:puppet';
const roleArn = 'arn:aws:iam::123456789012:role/wake';

/** As the wire has it: in whole seconds of UTC. */
function writeTime(atMs: number): string {
  return `at(${new Date(Math.ceil(atMs / 1_000) * 1_000).toISOString().slice(0, 19)})`;
}

/** What the SDK is called with: fires within a second or two, unless told otherwise. */
function once(
  changes: Partial<CreateScheduleCommandInput> = {},
  target: Partial<CreateScheduleCommandInput['Target']> = {},
): CreateScheduleCommandInput {
  return {
    Name: 'wake',
    ScheduleExpression: writeTime(Date.now() + 300),
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'DELETE',
    ...changes,
    Target: { Arn: functionArn, RoleArn: roleArn, Input: '{"do":"echo"}', ...target },
  };
}

const later = () => ({ ScheduleExpression: writeTime(Date.now() + 30 * 86_400_000) });

function create(lambda: LocalLambda, ...input: Parameters<typeof once>) {
  return schedulerClient(lambda).send(new CreateScheduleCommand(once(...input)));
}

async function countSchedules(lambda: LocalLambda): Promise<number> {
  return (await schedulerClient(lambda).send(new ListSchedulesCommand({}))).Schedules?.length ?? 0;
}

describe('a one-time schedule of the local Lambda', () => {
  it('A one-time schedule of the local Lambda invokes its function asynchronously at its time, and is gone then', async () => {
    const lambda = await startPuppet();
    const told = collect(lambda, 'schedule');
    const ended = next(lambda, 'invocation-end');
    const input = once();
    const { ScheduleArn } = await schedulerClient(lambda).send(new CreateScheduleCommand(input));
    expect(ScheduleArn).toBe('arn:aws:scheduler:us-east-1:123456789012:schedule/default/wake');
    expect(await countSchedules(lambda)).toBe(1);
    const { payload, invocationType, invokedFunctionArn, chainLength, startedAt } = await ended;
    expect({ payload, invocationType, invokedFunctionArn, chainLength }).toEqual({
      payload: '{"do":"echo"}',
      invocationType: 'Event',
      invokedFunctionArn: functionArn,
      chainLength: 1,
    });
    const fireAtMs = Date.parse(`${input.ScheduleExpression?.slice(3, -1)}Z`);
    expect(startedAt).toBeGreaterThanOrEqual(fireAtMs);
    expect(told).toMatchObject([
      { kind: 'created', name: 'wake', groupName: 'default', functionArn, fireAtMs },
      { kind: 'fired', requestId: expect.any(String) },
    ]);
    expect(await countSchedules(lambda)).toBe(0);
  });

  it('A one-time schedule of the local Lambda is made by a handler through the endpoint that the real SDK finds in its environment', async () => {
    const lambda = await startPuppet({ timeoutMs: 20_000 });
    const { payload } = await lambda.invoke({
      functionName: 'puppet',
      payload: { do: 'schedule', roleArn, input: '{"do":"count"}', schedule: once({ Name: 'own' }) },
    });
    expect(payload).toBe('arn:aws:scheduler:us-east-1:123456789012:schedule/default/own');
    await lambda.idle();
    expect(lambda.metric('puppet', 'Invocations')).toBe(2);
  });

  it('A one-time schedule of the local Lambda is waited for by idle when it fires soon, and not when it fires in a month', async () => {
    const lambda = await startPuppet();
    await create(lambda, { Name: 'month', ...later() });
    await create(lambda, { Name: 'soon' });
    await lambda.idle({ withDelayed: false });
    expect(lambda.metric('puppet', 'Invocations')).toBe(0);
    await lambda.idle();
    expect(lambda.metric('puppet', 'Invocations')).toBe(1);
    expect(await countSchedules(lambda)).toBe(1);
  });

  it('A one-time schedule of the local Lambda stays when it is not to be deleted, and keeps its name', async () => {
    const lambda = await startPuppet();
    await create(lambda, { ActionAfterCompletion: 'NONE' });
    await lambda.idle();
    expect(await countSchedules(lambda)).toBe(1);
    await expect(create(lambda)).rejects.toMatchObject({ name: 'ConflictException' });
  });

  it('A one-time schedule of the local Lambda does not fire once it is deleted, or when it is disabled', async () => {
    const lambda = await startPuppet();
    await create(lambda);
    await create(lambda, { Name: 'off', State: 'DISABLED' });
    await schedulerClient(lambda).send(new DeleteScheduleCommand({ Name: 'wake', GroupName: 'default' }));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await lambda.idle();
    expect(lambda.metric('puppet', 'Invocations')).toBe(0);
  });

  it('A one-time schedule of the local Lambda wakes the version that its target names', async () => {
    const lambda = await startPuppet();
    lambda.publishVersion('puppet');
    const ended = next(lambda, 'invocation-end');
    await create(lambda, {}, { Arn: `${functionArn}:1` });
    expect(await ended).toMatchObject({ version: '1', invokedFunctionArn: `${functionArn}:1` });
  });

  it('A one-time schedule of the local Lambda goes to its dead letters when there is no such function', async () => {
    const lambda = await startPuppet();
    const { arn } = await lambda.createQueue({ name: 'dead' });
    const told = collect(lambda, 'schedule');
    await create(lambda, {}, { Arn: `${functionArn}s`, DeadLetterConfig: { Arn: arn } });
    await create(
      lambda,
      { Name: 'other' },
      { Arn: `${functionArn}s`, DeadLetterConfig: { Arn: `${arn}-2` } },
    );
    await lambda.idle();
    expect((await lambda.drainQueue(arn)).map(({ body }) => body)).toEqual(['{"do":"echo"}']);
    const lost = told.filter(({ kind }) => kind === 'lost').map(({ name, reason }) => `${name}: ${reason}`);
    expect(lost.sort()).toEqual([
      expect.stringMatching(/^other: ResourceNotFoundException: .*; its dead-letter queue did not take it/),
      expect.stringMatching(/^wake: ResourceNotFoundException: Function not found/),
    ]);
  });
});

describe('CreateSchedule of the local Lambda', () => {
  it('CreateSchedule of the local Lambda is one schedule when it comes again with its token, and a conflict otherwise', async () => {
    const lambda = await startPuppet();
    const input = once({ ...later(), ClientToken: 'token-1' });
    const client = schedulerClient(lambda);
    const first = await client.send(new CreateScheduleCommand(input));
    const again = await client.send(new CreateScheduleCommand(input));
    expect(again.ScheduleArn).toBe(first.ScheduleArn);
    for (const other of [
      { ...input, ClientToken: 'token-2' },
      { ...input, ScheduleExpression: writeTime(Date.now() + 86_400_000) },
    ])
      await expect(client.send(new CreateScheduleCommand(other))).rejects.toMatchObject({
        name: 'ConflictException',
        $metadata: { httpStatusCode: 409 },
      });
    expect(await countSchedules(lambda)).toBe(1);
  });

  it('CreateSchedule of the local Lambda says what was asked for when it is read', async () => {
    const lambda = await startPuppet();
    const { ClientToken: _, ...input } = once(later());
    await create(lambda, later());
    const found = await schedulerClient(lambda).send(new GetScheduleCommand({ Name: 'wake' }));
    expect(found).toMatchObject({
      ...input,
      GroupName: 'default',
      State: 'ENABLED',
      CreationDate: expect.any(Date),
      Arn: 'arn:aws:scheduler:us-east-1:123456789012:schedule/default/wake',
    });
  });

  it('CreateSchedule of the local Lambda keeps groups apart, and refuses one that is not there', async () => {
    const lambda = await startPuppet();
    const client = schedulerClient(lambda);
    await expect(create(lambda, { GroupName: 'jobs' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 404 },
      message: 'Schedule group jobs does not exist.',
    });
    await client.send(new CreateScheduleGroupCommand({ Name: 'jobs' }));
    expect(await client.send(new GetScheduleGroupCommand({ Name: 'jobs' }))).toMatchObject({
      State: 'ACTIVE',
    });
    await create(lambda, { GroupName: 'jobs', ...later() });
    await create(lambda, later());
    expect(await client.send(new ListSchedulesCommand({ GroupName: 'jobs' }))).toMatchObject({
      Schedules: [{ Name: 'wake', GroupName: 'jobs', Target: { Arn: functionArn } }],
    });
    expect(await client.send(new ListSchedulesCommand({ NamePrefix: 'wa' }))).toMatchObject({
      Schedules: [{}, {}],
    });
    await client.send(new DeleteScheduleCommand({ Name: 'wake', GroupName: 'jobs' }));
    await expect(
      client.send(new GetScheduleCommand({ Name: 'wake', GroupName: 'jobs' })),
    ).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    expect(await countSchedules(lambda)).toBe(1);
  });

  it.each<[string, Partial<CreateScheduleCommandInput>, Partial<CreateScheduleCommandInput['Target']>]>([
    ['a name of 65 characters', { Name: 'x'.repeat(65) }, {}],
    ['a name with a colon', { Name: 'a:b' }, {}],
    ['a time in the past', { ScheduleExpression: 'at(2020-01-01T00:00:00)' }, {}],
    ['a day that does not exist', { ScheduleExpression: 'at(2099-02-30T00:00:00)' }, {}],
    ['a time with a zone', { ScheduleExpression: 'at(2099-01-01T00:00:00Z)' }, {}],
    ['a rate, which is not known here', { ScheduleExpression: 'rate(1 day)' }, {}],
    ['another time zone, which is not known here', { ScheduleExpressionTimezone: 'Europe/Berlin' }, {}],
    ['a token with a dot', { ClientToken: 'a.b' }, {}],
    ['an unknown action', { ActionAfterCompletion: 'EXPLODE' as never }, {}],
    ['an unknown state', { State: 'ON' as never }, {}],
    ['an unknown window', { FlexibleTimeWindow: { Mode: 'MAYBE' as never } }, {}],
    ['a window without its length', { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }, {}],
    ['no role', {}, { RoleArn: undefined }],
    ['what is no role', {}, { RoleArn: 'wake' }],
    ['a target that is no function', {}, { Arn: 'arn:aws:sqs:us-east-1:123456789012:jobs' }],
    ['a function by its name alone', {}, { Arn: 'puppet' }],
    ['an input of 256 KB and a byte', {}, { Input: JSON.stringify('x'.repeat(262_143)) }],
    ['an input that is no JSON', {}, { Input: '{' }],
    ['too many retries', {}, { RetryPolicy: { MaximumRetryAttempts: 186 } }],
    ['events that are too short-lived', {}, { RetryPolicy: { MaximumEventAgeInSeconds: 59 } }],
    ['dead letters that are no queue', {}, { DeadLetterConfig: { Arn: functionArn } }],
  ])('CreateSchedule of the local Lambda refuses %s', async (_what, changes, target) => {
    const lambda = await startPuppet();
    await expect(create(lambda, { ...later(), ...changes }, target)).rejects.toMatchObject({
      name: 'ValidationException',
      $metadata: { httpStatusCode: 400 },
    });
    expect(await countSchedules(lambda)).toBe(0);
  });

  it('CreateSchedule of the local Lambda takes what is just within the limits', async () => {
    const lambda = await startPuppet();
    await create(
      lambda,
      { ...later(), Name: 'x'.repeat(64), ClientToken: 'y'.repeat(64) },
      { Input: JSON.stringify('x'.repeat(262_142)) },
    );
    expect(await countSchedules(lambda)).toBe(1);
  });
});

describe('a fault of CreateSchedule', () => {
  function strike(fault: RequestFault) {
    return {
      onRequest: ({ operation }: { operation: string }) =>
        operation === 'CreateSchedule' ? fault : undefined,
    };
  }

  it.each([
    [{ kind: 'throttle' }, 'ThrottlingException', 429],
    [{ kind: 'server-error' }, 'InternalServerException', 500],
  ] as const)('A fault of CreateSchedule %j is answered as AWS does', async (fault, name, httpStatusCode) => {
    const lambda = await startPuppet({}, strike(fault));
    await expect(create(lambda)).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
    expect(await countSchedules(lambda)).toBe(0);
  });

  it('A fault of CreateSchedule that loses the reply leaves the schedule, which a second try finds', async () => {
    let count = 0;
    const lambda = await startPuppet(
      {},
      {
        onRequest: ({ operation }) =>
          operation === 'CreateSchedule' && ++count === 1 ? { kind: 'lost-reply', when: 'after' } : undefined,
      },
    );
    const input = once({ ...later(), ClientToken: 'same' });
    await schedulerClient(lambda, 2).send(new CreateScheduleCommand(input));
    expect([count, await countSchedules(lambda)]).toEqual([2, 1]);
  });

  it('A fault of CreateSchedule can make it fire twice', async () => {
    const lambda = await startPuppet({}, { faults: { duplicate: 1 } });
    await create(lambda);
    await lambda.idle();
    expect(lambda.metric('puppet', 'Invocations')).toBe(2);
  });
});

describe('the schedules of the local Lambda', () => {
  it('The schedules of the local Lambda are for programs of this machine only', async () => {
    const lambda = await startPuppet();
    const { hostname, port } = new URL(lambda.endpoint);
    for (const headers of [
      { host: 'rebound.example.com' },
      { host: 'localhost', origin: 'https://example.com' },
    ]) {
      const status = await new Promise((resolve, reject) => {
        const sent = request({ hostname, port, path: '/schedules/x', method: 'POST', headers }, (answer) =>
          resolve(answer.statusCode),
        );
        sent.on('error', reject);
        sent.end(JSON.stringify(once(later())));
      });
      expect(status).toBe(403);
    }
    expect(await countSchedules(lambda)).toBe(0);
  });
});
