import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { bundleFixture } from '../../helpers/bundle-fixture';

/** Growth that is code being compiled, in bytes: it is the same after twice as many invocations. */
const allowedBytes = 1_000_000;

interface Report {
  readonly invocations: number;
  readonly grownBytes: number;
  readonly active: readonly string[];
  readonly statuses: Readonly<Record<string, number>>;
}

describe('one warm process with a store', () => {
  let bundle: string;
  let directory: string;

  beforeAll(async () => {
    bundle = await bundleFixture(join(__dirname, 'warm-job.ts'));
    directory = mkdtempSync(join(tmpdir(), 'warm-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  async function run(
    storeKind: string,
    durability: string,
    count: number,
  ): Promise<{ report: Report; exitCode: number | null }> {
    const parameters = ['--expose-gc', bundle, storeKind, durability, String(count), directory];
    const child = spawn(process.execPath, parameters, {
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    const exitCode = new Promise<number | null>((resolve) => child.once('exit', resolve));
    return { report: JSON.parse(await text(child.stdout)), exitCode: await exitCode };
  }

  it.each([
    ['memory', 'step', 5_000],
    ['memory', 'everyMs', 5_000],
    ['files', 'step', 500],
  ])(
    'One warm process with a store (%s, durability %s) grows no heap and leaves no handle in %i invocations, and ends by itself',
    async (store, durability, count) => {
      const { report, exitCode } = await run(store, durability, count);
      expect(report.invocations).toBeGreaterThanOrEqual(count);
      expect(Object.keys(report.statuses).sort()).toEqual(['EXECUTION_FAILED', 'completed', 'handed-off']);
      expect(report.grownBytes).toBeLessThan(allowedBytes);
      expect(report.active).toEqual([]);
      expect(exitCode).toBe(0);
    },
  );
});
