import type { Timer } from '../../../../src';
import { NanoTimer, NativeTimer } from '../../../../src/runtime/adapters/node/timers';
import { blockMs, waitMs } from './wait';

const adapters: [string, Timer][] = [
  ['NanoTimer', new NanoTimer()],
  ['NativeTimer', new NativeTimer()],
];

/** What a JavaScript caller, or a computation that went wrong, can pass for a time. */
const noTimes: [unknown][] = [
  [Number.NaN],
  [Number.POSITIVE_INFINITY],
  [Number.NEGATIVE_INFINITY],
  [-1],
  [1.5],
  [2_147_483_648],
  ['250ms'],
  ['250m'],
  ['250'],
  [''],
  [250n],
  [null],
  [undefined],
  [{}],
  [() => 250],
];

/** So many timers are armed where a leak is looked for: the test runner has a few of its own that come and go. */
const armedCount = 5;

function countHandles(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout' || kind === 'Immediate').length;
}

describe.each(adapters)('%s keeps the contract of TIMER', (_name, timer) => {
  let exit: jest.SpyInstance;
  let warn: jest.SpyInstance;

  beforeEach(() => {
    exit = jest.spyOn(process, 'exit').mockImplementation((() => {}) as never);
    warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  });

  afterEach(() => {
    expect(exit).not.toHaveBeenCalled();
    jest.restoreAllMocks();
  });

  describe('every', () => {
    it('TIMER.every calls the task again and again until it is cancelled', async () => {
      let ticks = 0;
      const cancel = timer.every(5, () => {
        ticks += 1;
      });
      while (ticks < 3) await waitMs(5);
      cancel();
      const seen = ticks;
      await waitMs(30);
      expect(ticks).toBe(seen);
    });

    it('TIMER.every calls the task no sooner than after the interval', async () => {
      const startMs = performance.now();
      const firstMs = await new Promise<number>((resolve) => {
        const cancel = timer.every(40, () => {
          cancel();
          resolve(performance.now() - startMs);
        });
      });
      expect(firstMs).toBeGreaterThanOrEqual(38);
    });

    it.each(noTimes)('TIMER.every refuses %p with a RangeError, before anything is armed', (ms) => {
      const before = countHandles();
      expect(() => timer.every(ms as number, () => {})).toThrow(RangeError);
      expect(countHandles()).toBeLessThanOrEqual(before);
    });

    it('TIMER.every refuses 0, which would be as fast as possible', () => {
      expect(() => timer.every(0, () => {})).toThrowErrorMatchingInlineSnapshot(
        `"Timer: 0 is not a whole number of milliseconds from 1 to 2147483647."`,
      );
    });

    it('TIMER.every goes on after a task that throws, with a process warning for every throw', async () => {
      const failure = new Error('the task failed');
      let ticks = 0;
      const cancel = timer.every(5, () => {
        ticks += 1;
        throw failure;
      });
      while (ticks < 3) await waitMs(5);
      cancel();
      expect(warn).toHaveBeenCalledTimes(ticks);
      expect(warn).toHaveBeenCalledWith("A timer's task threw Error: the task failed", {
        code: 'LAMBDA_BATON_TIMER',
      });
    });

    it('TIMER.every collapses the ticks that a blocked event loop missed into one', async () => {
      const ticks: number[] = [];
      const cancel = timer.every(20, () => ticks.push(performance.now()));
      while (ticks.length === 0) await waitMs(5);
      blockMs(300);
      const freeMs = performance.now();
      await waitMs(10);
      cancel();
      const late = ticks.filter((tickMs) => tickMs >= freeMs);
      const restMs = performance.now() - freeMs;
      expect(late.length).toBeGreaterThanOrEqual(1);
      expect(late.length).toBeLessThanOrEqual(1 + Math.ceil(restMs / 20));
    });

    it('TIMER.every ticks on at its interval after a blocked event loop', async () => {
      let ticks = 0;
      const cancel = timer.every(10, () => {
        ticks += 1;
      });
      blockMs(60);
      await waitMs(5);
      ticks = 0;
      while (ticks < 2) await waitMs(5);
      cancel();
      expect(ticks).toBeGreaterThanOrEqual(2);
    });

    it('TIMER.every can be cancelled inside its own task', async () => {
      let ticks = 0;
      const cancel = timer.every(5, () => {
        ticks += 1;
        cancel();
      });
      await waitMs(60);
      expect(ticks).toBe(1);
    });

    it('TIMER.every can be cancelled twice', () => {
      const cancel = timer.every(5, () => {});
      cancel();
      expect(cancel).not.toThrow();
    });

    it.each([1, 20, 26, 1_000, 2_147_483_647])(
      'TIMER.every leaves no handle alive once cancelled (%i ms)',
      async (ms) => {
        await waitMs(1);
        const before = countHandles();
        for (let armed = 0; armed < armedCount; armed += 1) timer.every(ms, () => {})();
        await waitMs(1);
        expect(countHandles()).toBeLessThan(before + armedCount);
      },
    );

    it('TIMER.every leaves no handle alive when it is cancelled inside its own task', async () => {
      await waitMs(1);
      const before = countHandles();
      for (let armed = 0; armed < armedCount; armed += 1) {
        await new Promise<void>((resolve) => {
          const cancel = timer.every(5, () => {
            cancel();
            resolve();
          });
        });
      }
      await waitMs(1);
      expect(countHandles()).toBeLessThan(before + armedCount);
    });

    it('TIMER.every knows nothing of another timer', async () => {
      let [one, other] = [0, 0];
      const cancelOne = timer.every(5, () => {
        one += 1;
      });
      const cancelOther = timer.every(5, () => {
        other += 1;
      });
      cancelOne();
      while (other < 2) await waitMs(5);
      cancelOther();
      expect(one).toBe(0);
    });
  });

  describe('once', () => {
    it('TIMER.once calls the task one time, no sooner than after the delay', async () => {
      const startMs = performance.now();
      const calls: number[] = [];
      timer.once(40, () => calls.push(performance.now() - startMs));
      await waitMs(120);
      expect(calls).toHaveLength(1);
      expect(calls[0]).toBeGreaterThanOrEqual(38);
    });

    it('TIMER.once takes 0, and even then calls the task after it has returned', async () => {
      const order: string[] = [];
      timer.once(0, () => order.push('task'));
      order.push('armed');
      await waitMs(30);
      expect(order).toEqual(['armed', 'task']);
    });

    it.each(noTimes)('TIMER.once refuses %p with a RangeError, before anything is armed', (ms) => {
      const before = countHandles();
      expect(() => timer.once(ms as number, () => {})).toThrow(RangeError);
      expect(countHandles()).toBeLessThanOrEqual(before);
    });

    it('TIMER.once says which times it takes', () => {
      expect(() => timer.once(-5, () => {})).toThrowErrorMatchingInlineSnapshot(
        `"Timer: -5 is not a whole number of milliseconds from 0 to 2147483647."`,
      );
    });

    it.each([0, 1, 20, 40])('TIMER.once never calls the task once it is cancelled (%i ms)', async (ms) => {
      let calls = 0;
      const cancel = timer.once(ms, () => {
        calls += 1;
      });
      cancel();
      await waitMs(ms + 30);
      expect(calls).toBe(0);
    });

    it('TIMER.once can be cancelled inside its own task and after it', async () => {
      let calls = 0;
      const cancel = timer.once(1, () => {
        calls += 1;
        cancel();
      });
      await waitMs(30);
      expect(cancel).not.toThrow();
      expect(calls).toBe(1);
    });

    it('TIMER.once turns what its task throws into a process warning, also when it is no error', async () => {
      timer.once(1, () => {
        throw 'the task failed';
      });
      await waitMs(30);
      expect(warn.mock.calls).toEqual([
        ["A timer's task threw Thrown: the task failed", { code: 'LAMBDA_BATON_TIMER' }],
      ]);
    });

    it('TIMER.once can be armed again inside its own task', async () => {
      const calls: number[] = [];
      timer.once(5, () => {
        calls.push(1);
        timer.once(5, () => calls.push(2));
      });
      await waitMs(80);
      expect(calls).toEqual([1, 2]);
    });

    it.each([0, 20, 26, 1_000, 2_147_483_647])(
      'TIMER.once leaves no handle alive once cancelled (%i ms)',
      async (ms) => {
        await waitMs(1);
        const before = countHandles();
        for (let armed = 0; armed < armedCount; armed += 1) timer.once(ms, () => {})();
        await waitMs(1);
        expect(countHandles()).toBeLessThan(before + armedCount);
      },
    );

    it('TIMER.once leaves no handle alive when it has gone off', async () => {
      await waitMs(1);
      const before = countHandles();
      for (let armed = 0; armed < armedCount; armed += 1) {
        await new Promise<void>((resolve) => {
          timer.once(5, resolve);
        });
      }
      await waitMs(1);
      expect(countHandles()).toBeLessThan(before + armedCount);
    });
  });
});
