import {
  GetFunctionConcurrencyCommand,
  GetFunctionEventInvokeConfigCommand,
  ListEventSourceMappingsCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { lambdaClient, startPuppet, stopAll } from './start-lambda';

afterEach(stopAll);

const arn = 'arn:aws:lambda:us-east-1:123456789012:function:puppet';

describe('GetFunctionEventInvokeConfig', () => {
  it('GetFunctionEventInvokeConfig answers how events are retried, of the function and of its aliases', async () => {
    const lambda = await startPuppet({ maximumRetryAttempts: 1, maximumEventAgeMs: 60_000 });
    const { arn: onFailure } = await lambda.createQueue({ name: 'failed' });
    await lambda.updateFunction('puppet', { onFailure });
    lambda.setAlias('puppet', 'live', lambda.publishVersion('puppet'));
    const client = lambdaClient(lambda);
    expect(
      await client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName: 'puppet' })),
    ).toMatchObject({
      FunctionArn: `${arn}:$LATEST`,
      LastModified: expect.any(Date),
      MaximumRetryAttempts: 1,
      MaximumEventAgeInSeconds: 60,
      DestinationConfig: { OnFailure: { Destination: onFailure } },
    });
    const ofAlias = await client.send(
      new GetFunctionEventInvokeConfigCommand({ FunctionName: 'puppet', Qualifier: 'live' }),
    );
    expect(ofAlias.FunctionArn).toBe(`${arn}:live`);
  });

  it('GetFunctionEventInvokeConfig has nothing to answer where nothing was configured, as on AWS', async () => {
    const lambda = await startPuppet();
    await expect(
      lambdaClient(lambda).send(new GetFunctionEventInvokeConfigCommand({ FunctionName: 'puppet' })),
    ).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: expect.stringContaining("doesn't have an EventInvokeConfig"),
    });
  });
});

describe('ListEventSourceMappings', () => {
  it('ListEventSourceMappings lists by function and by queue what a queue invokes', async () => {
    const lambda = await startPuppet();
    const [one, other] = [
      await lambda.createQueue({ name: 'one' }),
      await lambda.createQueue({ name: 'other' }),
    ];
    lambda.setAlias('puppet', 'live', lambda.publishVersion('puppet'));
    lambda.addEventSourceMapping({
      functionName: 'puppet:live',
      queueArn: one.arn,
      batchSize: 1,
      reportBatchItemFailures: true,
    });
    const remove = lambda.addEventSourceMapping({
      functionName: 'puppet',
      queueArn: other.arn,
      maximumConcurrency: 2,
    });
    const list = async (input: object) =>
      (await lambdaClient(lambda).send(new ListEventSourceMappingsCommand(input))).EventSourceMappings?.map(
        ({ EventSourceArn }) => EventSourceArn,
      );
    expect(
      (await lambdaClient(lambda).send(new ListEventSourceMappingsCommand({ EventSourceArn: one.arn })))
        .EventSourceMappings,
    ).toEqual([
      expect.objectContaining({
        UUID: expect.stringMatching(/^[0-9a-f-]{36}$/),
        FunctionArn: `${arn}:live`,
        EventSourceArn: one.arn,
        BatchSize: 1,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        State: 'Enabled',
        LastModified: expect.any(Date),
      }),
    ]);
    expect(await list({ FunctionName: 'puppet:live' })).toEqual([one.arn]);
    expect(await list({ FunctionName: 'puppet' })).toEqual([other.arn]);
    expect(await list({})).toEqual([one.arn, other.arn]);
    remove();
    expect(await list({})).toEqual([one.arn]);
  });
});

describe('GetFunctionConcurrency', () => {
  it('GetFunctionConcurrency answers what is reserved, and nothing where nothing is', async () => {
    const lambda = await startPuppet();
    const read = async () =>
      (await lambdaClient(lambda).send(new GetFunctionConcurrencyCommand({ FunctionName: 'puppet' })))
        .ReservedConcurrentExecutions;
    expect(await read()).toBeUndefined();
    await lambdaClient(lambda).send(
      new PutFunctionConcurrencyCommand({ FunctionName: 'puppet', ReservedConcurrentExecutions: 0 }),
    );
    expect(await read()).toBe(0);
  });
});
