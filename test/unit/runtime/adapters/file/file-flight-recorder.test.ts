import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileFlightRecorder } from '../../../../../src/runtime/adapters/file/file-flight-recorder';

const start = { nowMs: 1_000, deadlineMs: 61_000, memoryLimitMb: 100_000 };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recorder-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** The recorder of a process: every call is another one. */
const live = () => new FileFlightRecorder(folder);

describe('FileFlightRecorder', () => {
  it('FileFlightRecorder knows of nothing at the first try', () => {
    expect(live().begin('request-1', start)).toBeUndefined();
  });

  it('FileFlightRecorder tells the next process of each try that died, with its last sign', () => {
    const first = live();
    first.begin('request-1', start);
    first.sign('request-1', 41_000, 'work', 'later');
    expect(live().begin('request-1', { ...start, deadlineMs: 121_000 })).toEqual({
      count: 1,
      place: 'later',
      samePlaceCount: 1,
      deadlineMs: 61_000,
      lastSign: { atMs: 41_000, memoryShare: expect.any(Number), unit: 'work' },
    });
    expect(live().begin('request-1', start)).toMatchObject({
      count: 2,
      deadlineMs: 121_000,
      lastSign: { atMs: 1_000 },
    });
  });

  it('FileFlightRecorder keeps its notes for its owner only', async () => {
    live().begin('request-1', start);
    for (const name of await readdir(folder))
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  });

  it('FileFlightRecorder adds up the deaths at one place, and counts from one again at another', () => {
    const die = (place?: 'hand-off' | 'later') => {
      const process = live();
      const lost = process.begin('request-1', start);
      if (place !== undefined) process.sign('request-1', 2_000, 'work', place);
      return lost && [lost.count, lost.place, lost.samePlaceCount];
    };
    expect([die('later'), die(), die(), die('hand-off'), die()]).toEqual([
      undefined,
      [1, 'later', 1],
      [2, 'start', 1],
      [3, 'start', 2],
      [4, 'hand-off', 1],
    ]);
  });

  it('FileFlightRecorder says how full the memory was', () => {
    live().begin('request-1', { ...start, memoryLimitMb: 1 });
    expect(live().begin('request-1', start)?.lastSign.memoryShare).toBeGreaterThan(1);
  });

  it('FileFlightRecorder does not take another delivery, or a try that is still running in this process, for a death', () => {
    const recorder = live();
    recorder.begin('request-1', start);
    expect(recorder.begin('request-1', start)).toBeUndefined();
    expect(live().begin('request-2', start)).toBeUndefined();
  });

  it('FileFlightRecorder keeps the count when the process that was told goes on to the next try', () => {
    live().begin('request-1', start);
    const second = live();
    second.begin('request-1', start);
    expect(second.begin('request-1', start)).toMatchObject({ count: 1 });
  });

  it('FileFlightRecorder leaves nothing behind after a try that ended', async () => {
    const recorder = live();
    recorder.begin('request-1', start);
    recorder.end('request-1');
    recorder.sign('request-1', 2_000, 'work', 'start');
    recorder.end('request-1');
    expect(await readdir(folder)).toEqual([]);
    expect(live().begin('request-1', start)).toBeUndefined();
  });

  it('FileFlightRecorder keeps the note before when a process is killed while it writes', async () => {
    live().begin('request-1', start);
    const [file = ''] = await readdir(folder);
    await writeFile(join(folder, `${file}.new`), '{"life":"a","lostC');
    expect(live().begin('request-1', start)).toMatchObject({ count: 1 });
  });

  it('FileFlightRecorder does not write over a note, which would leave half of one to a process that is killed', async () => {
    const recorder = live();
    recorder.begin('request-1', start);
    const [file = ''] = await readdir(folder);
    const { ino } = await stat(join(folder, file));
    recorder.sign('request-1', 2_000, 'work', 'start');
    expect((await stat(join(folder, file))).ino).not.toBe(ino);
  });

  it('FileFlightRecorder takes a note that was cut off for none', async () => {
    live().begin('request-1', start);
    const [file = ''] = await readdir(folder);
    await writeFile(join(folder, file), '{"life":"a","lostC');
    expect(live().begin('request-1', start)).toBeUndefined();
  });
});
