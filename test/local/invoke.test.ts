import { InvokeCommand } from '@aws-sdk/client-lambda';
import { lambdaClient, startPuppet, stopAll } from './start-lambda';

afterEach(stopAll);

describe('Invoke', () => {
  it('answers a RequestResponse with the handler’s result', async () => {
    const lambda = await startPuppet();
    const answer = await lambdaClient(lambda).send(new InvokeCommand({ FunctionName: 'puppet', Payload: JSON.stringify({ hello: 'world' }) }));
    expect(answer.StatusCode).toBe(200);
    expect(answer.FunctionError).toBeUndefined();
    expect(answer.ExecutedVersion).toBe('$LATEST');
    expect(JSON.parse(answer.Payload?.transformToString() ?? '')).toEqual({ hello: 'world' });
  });
});
