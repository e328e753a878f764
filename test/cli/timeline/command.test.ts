import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatonClient, FileCheckpointStore } from '../../../src';
import { readPrinted } from '../read-printed';
import { runCounting } from '../run-counting';

let directory: string;
let store: FileCheckpointStore;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'baton-timeline-'));
  store = new FileCheckpointStore({ directory });
});

afterEach(() => rmSync(directory, { recursive: true }));

const baton = (...args: string[]) => readPrinted([...args, '--directory', directory]);

describe('baton timeline', () => {
  it('baton timeline draws an execution in the terminal', async () => {
    await runCounting(store, 'done', {});
    const { exitCode, stdout } = await baton('timeline', 'done');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^✔ completed {2}done of job counting\n/);
    expect(stdout).toMatch(/\n {2}Completed in .*, in 1 invocation, for about \$/);
    expect(stdout).toMatch(/\n {2}#1 ▕█*.*▏ .* completed, 2 steps, \$/);
  });

  it('baton timeline writes one HTML file', async () => {
    await runCounting(store, 'broken', { failAt: 1 });
    const file = join(directory, 'timeline.html');
    const { exitCode, stdout } = await baton('timeline', 'broken', '--html', file);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `timeline written to ${file}\n` });
    const page = readFileSync(file, 'utf8');
    expect(page).toContain('It failed of TerminalError: no such account');
    expect(page).toContain('<span class="pill failed">failed</span>');
  });

  it('baton timeline says the numbers that baton status says', async () => {
    await runCounting(store, 'done', {});
    const status = await new BatonClient({ store }).status('done');
    const { stdout } = await baton('timeline', 'done', '--json');
    const { root } = JSON.parse(stdout);
    expect(root.counted).toEqual({
      stepCount: status?.stepCount,
      failedAttemptCount: status?.failedAttemptCount,
      costUsd: status?.costUsd,
    });
    expect(root.invocations.map(({ ending }: { ending: string }) => ending)).toEqual(
      status?.history.map(({ ending }) => ending),
    );
  });

  it('baton timeline draws one that was handed over, and has nobody at it', async () => {
    await runCounting(store, 'handed-over', {}, 900);
    const { stdout } = await baton('timeline', 'handed-over');
    expect(stdout).toMatch(/^· running {2}handed-over of job counting\n/);
    expect(stdout).toMatch(/#1 ▕.*▏ .* handed over, /);
    expect(stdout).toMatch(/· Handed over .* ago, and not begun/);
  });

  it('baton timeline draws children beneath their parent', async () => {
    await runCounting(store, 'parent', {});
    await runCounting(store, 'parent/1/a', { failAt: 1 });
    await runCounting(store, 'parents', {});
    const { stdout } = await baton('timeline', 'parent');
    expect(stdout).toContain('It has 1 child: 1 failed, for about $');
    expect(stdout).toContain('\n  ✖ failed  parent/1/a of job counting\n');
    expect(stdout).not.toContain('parents');
  });

  it('baton timeline knows what it does not know', async () => {
    await runCounting(store, 'done', {});
    const unknown = await baton('timeline', 'nobody');
    expect(unknown).toMatchObject({ exitCode: 1, stdout: '' });
    expect(unknown.stderr).toContain('The store has no execution nobody.');
  });

  it('baton timeline refuses a file that cannot be one', async () => {
    await runCounting(store, 'done', {});
    expect(await baton('timeline', 'done', '--html', directory)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('that is no file'),
    });
  });
});
