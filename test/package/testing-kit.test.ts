import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { installPackage, runInApp } from './install-package';

const nodeTypes = dirname(dirname(require.resolve('@types/node/package.json')));

/** Types as Vitest's users see them: without Jest's. */
const typed = `
import { JobTestEnvironment, batonMatchers, type StateOf } from 'lambda-baton/testing';
import type { StepContext } from 'lambda-baton';
class Job { page = 0; read(ctx: StepContext<{ pages: number }>) { return ctx.input.pages; } }
const env = JobTestEnvironment.create(Job, { input: { pages: 1 } });
// @ts-expect-error the input is the job's
JobTestEnvironment.create(Job, { input: { pages: 'one' } });
const state: Promise<StateOf<Job>> = env.run().then((run) => run.state);
void state.then(({ page }) => page.toFixed());
declare const matchers: jest.Matchers<void, unknown>;
matchers.toFinishInInvocations(1);
void batonMatchers;
`;

describe('lambda-baton/testing, packed and installed', () => {
  let app: string;

  beforeAll(() => {
    app = installPackage();
    for (const name of ['vitest', 'vite'])
      symlinkSync(join(__dirname, '../../node_modules', name), join(app, 'node_modules', name));
  });

  afterAll(() => rmSync(app, { recursive: true, force: true }));

  it.each(['import', 'require'])(
    'lambda-baton/testing, packed and installed, runs a job by %s, and loads nothing of the AWS SDK',
    (how) => {
      expect(JSON.parse(runInApp(app, {}, 'kit-loads.cjs', how))).toEqual({
        outcome: 'completed',
        result: 'done',
        files: [],
      });
    },
  );

  it('lambda-baton/testing, packed and installed, works under Vitest', () => {
    const output = runInApp(
      app,
      {},
      'node_modules/vitest/vitest.mjs',
      'run',
      '--root',
      app,
      'kit.test.mjs',
      '--reporter=json',
    );
    expect(JSON.parse(output.slice(output.indexOf('{')))).toMatchObject({
      numPassedTests: 1,
      numFailedTests: 0,
    });
  });

  it('lambda-baton/testing, packed and installed, types the input, the state and the matchers', () => {
    writeFileSync(join(app, 'kit-types.mts'), typed);
    const options = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--target',
      'es2022',
      '--module',
      'node16',
      '--experimentalDecorators',
    ];
    expect(
      runInApp(
        app,
        {},
        require.resolve('typescript/bin/tsc'),
        ...options,
        '--typeRoots',
        nodeTypes,
        '--types',
        'node',
        'kit-types.mts',
      ),
    ).toBe('');
  });
});
