import { CLOCK, createHandler, LongRunning, State, Step, type StepContext, Terminate } from '../../../src';
import { completeClock } from '../../../src/runtime/adapters/node/ambient';
import { TimeBudget } from '../../../src/runtime/time/time-budget';
import { fakeLambdaContext, VirtualClock } from '../../../src/testing';
import { virtualWorld } from '../../helpers/virtual-world';

const limitMs = 60_000;

/** A budget of 60 s by three clocks, each of which a test can move. */
function openBudget() {
  const nowMs = { wall: 1_000_000, context: 1_000_000, monotonic: 500 };
  const context = {
    ...fakeLambdaContext(),
    getRemainingTimeInMillis: () => 1_000_000 + limitMs - nowMs.context,
  };
  const budget = new TimeBudget(context, { now: () => nowMs.wall, elapsedMs: () => nowMs.monotonic });
  return { nowMs, budget };
}

describe('The time that is left', () => {
  it.each(['wall', 'context', 'monotonic'] as const)(
    'The time that is left runs out when the %s clock alone goes on',
    (name) => {
      const { nowMs, budget } = openBudget();
      nowMs[name] += 50_000;
      expect(budget.remainingMs()).toBe(10_000);
    },
  );

  it('The time that is left is not made longer by a wall clock that is set back', () => {
    const { nowMs, budget } = openBudget();
    nowMs.wall -= 600_000;
    nowMs.context -= 600_000;
    nowMs.monotonic += 59_000;
    expect(budget.remainingMs()).toBe(1_000);
  });

  it('The time that is left is virtual throughout on a virtual clock, however much real time passes', () => {
    const clock = new VirtualClock();
    const budget = new TimeBudget(fakeLambdaContext({ clock }), completeClock(clock));
    jest.spyOn(performance, 'now').mockReturnValue(1e9);
    clock.block(45_000);
    expect(budget.remainingMs()).toBe(15_000);
    jest.restoreAllMocks();
  });
});

describe('A step whose machine sets the clock back', () => {
  it('A step whose machine sets the clock back is asked to stop at the beginning of the safe window all the same', async () => {
    const world = virtualWorld();
    const beginMs = world.clock.now();
    let offsetMs = 0;
    const clock = { now: () => world.clock.now() + offsetMs, elapsedMs: () => world.clock.now() };
    let stoppedAfterMs = 0;

    @LongRunning({ safeMs: 10_000, intervalMs: 1_000 })
    class Timed {
      @State() isStopped = false;
      @Step() async work({ signal }: StepContext) {
        await world.timer.sleep(20_000);
        offsetMs = -600_000;
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        stoppedAfterMs = world.clock.now() - beginMs;
        this.isStopped = true;
      }
      @Terminate() isDone() {
        return this.isStopped;
      }
    }

    const handler = createHandler(Timed, {
      providers: [...world.providers, { token: CLOCK, useValue: clock }],
    });
    await world.timer.drive(handler({}, fakeLambdaContext({ clock })));
    expect(stoppedAfterMs).toBe(50_000);
  });
});
