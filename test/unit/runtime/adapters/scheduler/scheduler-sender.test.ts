import type { CreateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import { SchedulerSender } from '../../../../../src/runtime/adapters/scheduler/scheduler-sender';
import { catchError, senderRequest } from '../sender-request';

const roleArn = 'arn:aws:iam::123456789012:role/wake';

/** What a schedule is asked for at a time, with a delay. */
async function schedule(
  at: string,
  delaySeconds: number,
  { settings = {}, request = {} }: { settings?: object; request?: Parameters<typeof senderRequest>[0] } = {},
): Promise<CreateScheduleCommandInput> {
  const inputs: CreateScheduleCommandInput[] = [];
  const client = { send: async ({ input }: { input: unknown }) => void inputs.push(input as never) };
  const clock = { now: () => Date.parse(at) };
  const sender = new SchedulerSender(client as never, { roleArn, ...settings }, 'pinned', clock);
  await sender.send(senderRequest({ delaySeconds, ...request }));
  return inputs[0] as CreateScheduleCommandInput;
}

describe('a schedule of EventBridge Scheduler', () => {
  it.each([
    ['2026-01-01T00:00:00.000Z', 86_400, 'at(2026-01-02T00:00:00)'],
    ['2026-01-01T00:00:00.400Z', 86_400, 'at(2026-01-02T00:00:00)'],
    ['2026-01-01T00:00:01.000Z', 86_400, 'at(2026-01-02T00:01:00)'],
    ['2026-01-01T00:00:00.000Z', 1, 'at(2026-01-01T00:01:00)'],
  ])(
    'A schedule of EventBridge Scheduler is made at %s for %i s later: the first minute that is not too early',
    async (at, seconds, time) => {
      expect((await schedule(at, seconds)).ScheduleExpression).toBe(time);
    },
  );

  it.each([
    ['2026-01-01T00:00:58.500Z', 1, 'at(2026-01-01T00:02:00)'],
    ['2026-01-01T00:00:55.000Z', 5, 'at(2026-01-01T00:01:00)'],
  ])(
    'A schedule of EventBridge Scheduler is made at %s for %i s later: never so soon that it would be in the past on arrival',
    async (at, seconds, time) => {
      expect((await schedule(at, seconds)).ScheduleExpression).toBe(time);
    },
  );

  it('A schedule of EventBridge Scheduler is to the second where it fires to the second', async () => {
    const { ScheduleExpression } = await schedule('2026-01-01T00:00:58.500Z', 1, {
      settings: { precisionMs: 1_000 },
    });
    expect(ScheduleExpression).toBe('at(2026-01-01T00:01:00)');
    const later = await schedule('2026-01-01T00:00:10.500Z', 1, { settings: { precisionMs: 1_000 } });
    expect(later.ScheduleExpression).toBe('at(2026-01-01T00:00:12)');
  });

  it('A schedule of EventBridge Scheduler is the same one for the same message, and another one for another', async () => {
    const at = '2026-01-01T00:00:00Z';
    const names = await Promise.all(
      [{}, {}, { body: '{}' }, { invocation: 3 }, { executionId: 'other' }].map(
        async (request) => (await schedule(at, 60, { request })).Name,
      ),
    );
    expect(names[1]).toBe(names[0]);
    expect(new Set(names).size).toBe(4);
    for (const name of names) expect(name).toMatch(/^[0-9a-zA-Z-_.]{1,64}$/);
  });

  it.each([
    ['AccessDeniedException', 'iam:PassRole on the role of BATON_SCHEDULER_ROLE_ARN'],
    ['ResourceNotFoundException', 'Create the schedule group that BATON_SCHEDULER_GROUP names'],
    ['ThrottlingException', 'It may pass on its own'],
  ])(
    'A schedule of EventBridge Scheduler that AWS refuses with %s is a HandOffFailedError that says what to do',
    async (name, fix) => {
      const client = { send: () => Promise.reject(Object.assign(new Error('no'), { name })) };
      const sender = new SchedulerSender(client as never, { roleArn }, 'pinned', { now: () => 0 });
      const error = await catchError(sender.send(senderRequest({ delaySeconds: 60 })));
      expect(error.name).toBe('HandOffFailedError');
      expect(error.message).toContain(fix);
      expect(error.details).toMatchObject({ channel: 'scheduler', reason: name });
    },
  );
});
