import { createHandler, InvalidJobError, LongRunning, Step, Terminate } from '../../../src';
import { fakeLambdaContext } from '../../../src/testing';
import { virtualWorld } from '../../helpers/virtual-world';

const times = { safeMs: 1_000, intervalMs: 100 };

@LongRunning(times)
class EndsAtOnce {
  @Step() work() {}
  @Terminate() isDone() {
    return true;
  }
}

/** Creates a handler under an environment; answers the fault. */
function createUnder(environment: Record<string, string>): Error | undefined {
  const before = { ...process.env };
  Object.assign(process.env, environment);
  try {
    createHandler(EndsAtOnce);
    return undefined;
  } catch (error) {
    return error as Error;
  } finally {
    for (const name of Object.keys(environment)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

describe('createHandler', () => {
  it('createHandler returns a function with exactly two parameters, as Lambda asks for', () => {
    const handler = createHandler(EndsAtOnce);
    expect(handler).toBeInstanceOf(Function);
    expect(handler).toHaveLength(2);
  });

  it('createHandler throws every fault of a definition at once, in one InvalidJobError', () => {
    @LongRunning({ safeMs: 1_000, intervalMs: 2_000 })
    class Faulty {}

    const create = () => createHandler(Faulty);
    expect(create).toThrow(InvalidJobError);
    expect(create).toThrow('intervalMs');
    expect(create).toThrow('@Terminate');
    expect(create).toThrow('@Step');
  });

  it.each([
    ['a class that is no job', class Plain {}],
    ['nothing', undefined],
    ['an object', {}],
  ])('createHandler refuses %s', (_title, jobClass) => {
    expect(() => createHandler(jobClass as never)).toThrow(InvalidJobError);
  });

  it('createHandler calls no user code', () => {
    let calls = 0;

    @LongRunning(times)
    class Silent {
      field = ++calls;
      @Step() work() {
        calls += 1;
      }
      @Terminate() isDone() {
        calls += 1;
        return true;
      }
    }

    createHandler(Silent);
    expect(calls).toBe(0);
  });

  it.each([
    ['BATON_LOG_LEVEL', 'loud', 'which is not debug, info, warn or error'],
    ['BATON_QUEUE_URL', 'my-queue', 'which is not the URL of an SQS queue'],
    ['BATON_CONTINUE_ON', 'newest', 'which is not pinned or latest'],
  ])('createHandler refuses the environment variable %s=%s', (name, value, reason) => {
    const fault = createUnder({ [name]: value });
    expect(fault).toBeInstanceOf(InvalidJobError);
    expect(fault?.message).toContain(`Environment variable ${name} is "${value}", ${reason}.`);
    expect(fault?.message).toContain(`\n→ Set ${name} to `);
  });

  it('createHandler reports all wrong environment variables together', () => {
    const fault = createUnder({ BATON_LOG_LEVEL: 'loud', BATON_QUEUE_URL: 'my-queue' });
    expect(fault?.message).toContain('BATON_LOG_LEVEL');
    expect(fault?.message).toContain('BATON_QUEUE_URL');
  });

  it.each([
    ['BATON_LOG_LEVEL', 'WARN'],
    ['BATON_LOG_LEVEL', ''],
    ['BATON_QUEUE_URL', 'https://sqs.eu-central-1.amazonaws.com/123456789012/queue'],
    ['BATON_CONTINUE_ON', 'latest'],
  ])('createHandler takes the environment variable %s=%s', (name, value) => {
    expect(createUnder({ [name]: value })).toBeUndefined();
  });
});

describe('the handler', () => {
  const handle = (event: unknown, context: unknown, world = virtualWorld()) =>
    world.timer.drive(createHandler(EndsAtOnce, { providers: world.providers })(event, context as never));

  it.each([
    ['none', undefined],
    ['null', null],
    ['one without getRemainingTimeInMillis', { awsRequestId: 'r' }],
    ['one that answers no number', { awsRequestId: 'r', getRemainingTimeInMillis: () => Number.NaN }],
    ['one that answers a text', { awsRequestId: 'r', getRemainingTimeInMillis: () => '5000' }],
  ])(
    'The handler refuses a context that cannot tell the time left, with a typed error: %s',
    async (_title, context) => {
      await expect(handle({}, context)).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        details: { faults: ['context.getRemainingTimeInMillis'] },
      });
    },
  );

  it.each([
    ['an ARN', { invokedFunctionArn: undefined }, 'context.invokedFunctionArn'],
    ['an ARN that says something', { invokedFunctionArn: '' }, 'context.invokedFunctionArn'],
    ['a request id', { awsRequestId: undefined }, 'context.awsRequestId'],
  ])('The handler refuses a context without %s, before anything runs', async (_title, missing, fault) => {
    const context = { ...fakeLambdaContext(), ...missing };
    await expect(handle({}, context)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { faults: [fault] },
    });
    await expect(handle({}, context)).rejects.toThrow('\n→ Pass the Lambda context on');
  });

  it.each<[string, unknown, string]>([
    [
      'an EventBridge event’s id',
      { id: 'event-7', 'detail-type': 'Daily', source: 'aws.scheduler', detail: {} },
      'event-7.c8216ee6@EndsAtOnce',
    ],
    ['the start envelope’s id', { lambdaBaton: { v: 1, start: { executionId: 'mine', input: 1 } } }, 'mine'],
    ['the request’s id for anything else', { id: 'not me' }, 'request-1@EndsAtOnce'],
    ['the request’s id for nothing', undefined, 'request-1@EndsAtOnce'],
  ])('The handler takes as the execution’s id %s', async (_title, event, executionId) => {
    const world = virtualWorld();
    expect(await handle(event, fakeLambdaContext({ clock: world.clock }), world)).toEqual({
      status: 'completed',
      executionId,
      invocation: 1,
    });
  });

  it('The handler answers two events with two executions of their own', async () => {
    const world = virtualWorld();
    const handler = createHandler(EndsAtOnce, { providers: world.providers });
    const answers = await world.timer.drive(
      Promise.all(
        ['a', 'b'].map((awsRequestId) =>
          handler({}, fakeLambdaContext({ clock: world.clock, awsRequestId })),
        ),
      ),
    );
    expect(answers).toMatchObject([{ executionId: 'a@EndsAtOnce' }, { executionId: 'b@EndsAtOnce' }]);
  });
});
