import NanoTimerLibrary from 'nanotimer';
import { NanoTimer } from '../../../../../src/runtime/adapters/node/timers';
import { waitMs } from '../wait';

/** The part of one core that this process used while real time passed. */
async function measureCpuShare(ms: number): Promise<number> {
  const start = process.cpuUsage();
  const startMs = performance.now();
  await waitMs(ms);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000 / (performance.now() - startMs);
}

describe('NanoTimer', () => {
  const timer = new NanoTimer();

  it('NanoTimer does not spin a core when it is armed again inside its own task', async () => {
    let ticks = 0;
    let cancel = () => {};
    const arm = () => {
      cancel = timer.once(250, () => {
        ticks += 1;
        arm();
      });
    };
    arm();
    const share = await measureCpuShare(1_100);
    cancel();
    expect(ticks).toBeGreaterThanOrEqual(2);
    expect(ticks).toBeLessThanOrEqual(4);
    expect(share).toBeLessThan(0.6);
  });

  it('NanoTimer leaves Nanotimer the last milliseconds only, as a whole number of microseconds', async () => {
    const times: string[] = [];
    jest.spyOn(NanoTimerLibrary.prototype, 'setInterval').mockImplementation(() => {
      throw new Error('Nanotimer repeats nothing');
    });
    jest.spyOn(NanoTimerLibrary.prototype, 'setTimeout').mockImplementation((_task, _parameters, time) => {
      times.push(time);
    });
    timer.every(1, () => {})();
    for (const ms of [0, 1, 2, 30]) timer.once(ms, () => {});
    await waitMs(60);
    jest.restoreAllMocks();
    expect(times.slice(0, 3)).toEqual(['1000u', '1000u', '2000u']);
    for (const time of times) {
      expect(time).toMatch(/^\d+u$/);
      expect(Number.parseInt(time, 10)).toBeLessThanOrEqual(3_100);
    }
  });
});
