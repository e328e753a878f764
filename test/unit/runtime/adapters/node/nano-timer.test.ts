import NanoTimerLibrary from 'nanotimer';
import { NanoTimer } from '../../../../../src/runtime/adapters/node/nano-timer';
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

  it('does not spin a core when it is armed again inside its own task', async () => {
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

  it('writes the time for Nanotimer as an integer and the unit m, whatever it is given', () => {
    const times: string[] = [];
    const record = (_task: unknown, _parameters: unknown, time: string) => {
      times.push(time);
    };
    jest.spyOn(NanoTimerLibrary.prototype, 'setInterval').mockImplementation(record);
    jest.spyOn(NanoTimerLibrary.prototype, 'setTimeout').mockImplementation(record);
    for (const ms of [1, 250, 1e5, 2_147_483_647]) timer.every(ms, () => {});
    for (const ms of [0, 1, 250, 2_147_483_647]) timer.once(ms, () => {});
    jest.restoreAllMocks();
    expect(times).toEqual(['1m', '250m', '100000m', '2147483647m', '1m', '1m', '250m', '2147483647m']);
  });

  it('collapses what piled up during a freeze of the whole process, however long it was', async () => {
    let nowMs = performance.now();
    const hrtime = jest.spyOn(process, 'hrtime').mockImplementation(((previous?: [number, number]) => {
      const [seconds, nanos] = previous ?? [0, 0];
      const ns = Math.round(nowMs * 1e6) - (seconds * 1e9 + nanos);
      return [Math.floor(ns / 1e9), ns % 1e9];
    }) as typeof process.hrtime);
    const now = jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
    let ticks = 0;
    const cancel = timer.every(20, () => {
      ticks += 1;
    });
    nowMs += 60_000;
    await waitMs(100);
    cancel();
    hrtime.mockRestore();
    now.mockRestore();
    expect(ticks).toBe(1);
  });
});
