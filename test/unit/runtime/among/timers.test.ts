import {
  CHECKPOINT_STORE,
  createHandler,
  LAMBDA_CLIENT,
  LongRunning,
  MemoryCheckpointStore,
  SCHEDULER_CLIENT,
  SQS_CLIENT,
  State,
  Step,
  Terminate,
  wait,
  waitForSignal,
} from '../../../../src';
import { CLOCK, CONTINUATION_SENDERS, LOGGER, TIMER } from '../../../../src/di/tokens';
import { JobTestEnvironment, MemoryLogger, RecordingSender } from '../../../../src/testing';
import { callHandler } from '../../../helpers/call-handler';
import { virtualWorld } from '../../../helpers/virtual-world';

const dayMs = 86_400_000;
const roleArn = 'arn:aws:iam::123456789012:role/wake-jobs';

interface Schedule {
  readonly Name: string;
  readonly GroupName?: string;
  readonly ScheduleExpression: string;
  readonly Target: { readonly Arn: string; readonly RoleArn: string; readonly Input: string };
}

@LongRunning({ name: 'patient', safeMs: 1_000, intervalMs: 100, limits: { maxDurationMs: 60 * dayMs } })
class Patient {
  @State() n = 0;
  seconds = 30 * 86_400;
  @Step() pause(): unknown {
    this.n += 1;
    return wait({ seconds: this.seconds });
  }
  @Terminate() isDone() {
    return this.n === 1;
  }
}

function makeWorld(
  jobClass: Parameters<typeof createHandler>[0],
  {
    environment = {} as Record<string, string>,
    fault = (_call: number) => undefined as Error | undefined,
  } = {},
) {
  const { clock, timer } = virtualWorld();
  const schedules: Schedule[] = [];
  const messages: { DelaySeconds?: number }[] = [];
  let calls = 0;
  const scheduler = {
    async send({ input }: { input: Schedule }) {
      calls += 1;
      const error = fault(calls);
      if (error !== undefined) throw error;
      schedules.push(input);
      return {};
    },
  };
  const sqs = {
    async send({ input }: { input: { DelaySeconds?: number } }) {
      messages.push(input);
      return {};
    },
  };
  const before = { ...process.env };
  Object.assign(process.env, { BATON_SCHEDULER_ROLE_ARN: roleArn, ...environment });
  const handler = createHandler(jobClass, {
    providers: [
      { token: CLOCK, useValue: clock },
      { token: TIMER, useValue: timer },
      { token: LOGGER, useValue: new MemoryLogger() },
      { token: SCHEDULER_CLIENT, useValue: scheduler },
      { token: SQS_CLIENT, useValue: sqs },
      { token: LAMBDA_CLIENT, useValue: { send: async () => ({ RecursiveLoop: 'Allow' }) } },
      { token: CHECKPOINT_STORE, useValue: new MemoryCheckpointStore() },
    ],
  });
  process.env = before;
  let count = 0;
  const deliver = (event: unknown) => {
    count += 1;
    return callHandler(handler, { clock, timer }, event, { awsRequestId: `request-${count}` });
  };
  return { clock, timer, schedules, messages, deliver };
}

// Loading it takes real time, in which virtual time must not run.
beforeAll(async () => {
  await import('@aws-sdk/client-scheduler');
  await import('@aws-sdk/client-sqs');
  await import('@aws-sdk/client-lambda');
});

const queue = { BATON_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/jobs' };

describe('a wait of thirty days', () => {
  it('A wait of thirty days costs one schedule, which brings a look to the version that the execution is pinned to', async () => {
    const { timer, schedules, messages, deliver } = makeWorld(Patient, {
      environment: { ...queue, BATON_SCHEDULER_GROUP: 'jobs' },
    });
    const start = { lambdaBaton: { v: 1, start: { executionId: 'p', input: {} } } };
    expect(await deliver(start)).toMatchObject({ status: 'waiting' });
    expect(messages).toEqual([]);
    expect(schedules).toEqual([
      {
        Name: expect.stringMatching(/^baton-[0-9a-f]{48}$/),
        ClientToken: schedules[0]?.Name,
        GroupName: 'jobs',
        ScheduleExpression: 'at(2026-01-31T00:00:00)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: {
          Arn: 'arn:aws:lambda:eu-central-1:123456789012:function:job:3',
          RoleArn: roleArn,
          Input: expect.any(String),
        },
      },
    ]);
    await timer.advance(30 * dayMs);
    const look = JSON.parse(schedules[0]?.Target.Input ?? '');
    expect(look.lambdaBaton.look).toMatchObject({ executionId: 'p' });
    expect(await deliver(look)).toMatchObject({ status: 'completed', invocation: 2 });
  });

  it('A wait of thirty days is one message and one invocation after the start in the test kit too', async () => {
    const scheduler = new RecordingSender({ channel: 'scheduler', maxDelaySeconds: 365 * 86_400 });
    const senders = [
      new RecordingSender({ channel: 'lambda' }),
      new RecordingSender({ channel: 'sqs' }),
      scheduler,
    ];
    const env = await JobTestEnvironment.create(Patient, {
      providers: [{ token: CONTINUATION_SENDERS, useValue: senders }],
    });
    const run = await env.run();
    expect(run.outcome).toBe('completed');
    expect(run.invocations).toHaveLength(2);
    expect(senders.map(({ sent }) => sent.length)).toEqual([0, 0, 1]);
    expect(scheduler.sent[0]?.delaySeconds).toBe(30 * 86_400);
  });

  it('A wait of thirty days is armed again, under another name, by a look that comes early', async () => {
    const { timer, schedules, deliver } = makeWorld(Patient);
    await deliver({ lambdaBaton: { v: 1, start: { executionId: 'p', input: {} } } });
    await timer.advance(dayMs);
    expect(await deliver(JSON.parse(schedules[0]?.Target.Input ?? ''))).toMatchObject({
      status: 'waiting',
    });
    expect(schedules.map(({ ScheduleExpression }) => ScheduleExpression)).toEqual([
      'at(2026-01-31T00:00:00)',
      'at(2026-01-31T00:00:00)',
    ]);
    expect(schedules[0]?.Name).not.toBe(schedules[1]?.Name);
  });

  it('A wait of thirty days is one schedule when the answer to the first try was lost', async () => {
    const { schedules, deliver } = makeWorld(Patient, {
      fault: (call) => {
        if (call === 1) return Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
        return Object.assign(new Error('exists'), { name: 'ConflictException' });
      },
    });
    const start = { lambdaBaton: { v: 1, start: { executionId: 'p', input: {} } } };
    expect(await deliver(start)).toMatchObject({ status: 'waiting' });
    expect(schedules).toEqual([]);
  });
});

describe('a wait of a quarter of an hour or less', () => {
  @LongRunning({ name: 'short', safeMs: 1_000, intervalMs: 100 })
  class Short extends Patient {
    override seconds = 900;
  }
  it.each([
    ['goes by the queue where there is one', queue, 1, 0],
    ['goes by a schedule where there is none', {}, 0, 1],
  ])('A wait of a quarter of an hour or less %s', async (_what, environment, messageCount, scheduleCount) => {
    const { schedules, messages, deliver } = makeWorld(Short, { environment });
    await deliver({ lambdaBaton: { v: 1, start: { executionId: 'p', input: {} } } });
    expect([messages.length, schedules.length]).toEqual([messageCount, scheduleCount]);
  });
});

describe('a wait for a signal without a time-out', () => {
  it('A wait for a signal without a time-out ends with what is left of maxDurationMs', async () => {
    @LongRunning({ name: 'waits', safeMs: 1_000, intervalMs: 100 })
    class Waits {
      @Step() pause() {
        return waitForSignal('never');
      }
      @Terminate() isDone() {
        return false;
      }
    }
    const { timer, schedules, deliver } = makeWorld(Waits, { environment: queue });
    await deliver({ lambdaBaton: { v: 1, start: { executionId: 'w', input: {} } } });
    expect(schedules.map(({ ScheduleExpression }) => ScheduleExpression)).toEqual([
      'at(2026-01-08T00:00:00)',
    ]);
    await timer.advance(7 * dayMs);
    await expect(deliver(JSON.parse(schedules[0]?.Target.Input ?? ''))).rejects.toMatchObject({
      code: 'EXECUTION_FAILED',
      cause: { code: 'FUSE_BLOWN', details: { limit: 'maxDurationMs' } },
    });
  });
});
