import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatonError, FileCheckpointStore } from '../../../src';
import { createSweeper, SweepIncompleteError } from '../../../src/sweeper/create-sweeper';
import { MemoryLogger } from '../../../src/testing';
import { clientWorld } from '../../helpers/client-world';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'baton-sweeper-test-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const named = {
  BATON_SWEEP_FUNCTION: 'count:live',
  BATON_SWEEP_JOB: 'counting',
  BATON_SWEEP_GRACE_MS: '60000',
};

/** Executions that died in their first invocation, in a directory, and what sweeps them. */
async function stuck(executionIds: readonly string[], variables: Readonly<Record<string, string>> = {}) {
  const world = clientWorld();
  const kept = new FileCheckpointStore({ directory });
  for (const executionId of executionIds) {
    await world.deliverAndKill({ lambdaBaton: { v: 1, start: { executionId, input: {} } } }, 250);
    const stored = await world.store.load(executionId);
    if (stored === undefined) throw new Error('nothing stored');
    await kept.save(stored, undefined);
  }
  const logger = new MemoryLogger();
  const sweep = createSweeper(
    { BATON_DIRECTORY: directory, ...named, ...variables },
    { client: world.lambda, clock: world.clock, logger },
  );
  const pass = (ms: number) => world.clock.moveTo(world.clock.now() + ms);
  return { ...world, logger, sweep, pass };
}

describe('the sweeper', () => {
  it('The sweeper sends to the function what nobody has come for since the grace, and says so', async () => {
    const { sweep, pass, lambda, logger } = await stuck(['lost']);
    pass(59_000);
    expect(await sweep()).toMatchObject({ swept: [], hasMore: false });
    pass(61_000);
    expect(await sweep()).toEqual({
      swept: [{ executionId: 'lost', invocation: 2 }],
      failed: [],
      parkedIds: [],
      hasMore: false,
    });
    expect(lambda.sent).toMatchObject([
      { functionName: 'count:live', event: { lambdaBaton: { v: 1, look: { executionId: 'lost' } } } },
    ]);
    expect(logger.find('executions swept').at(-1)).toMatchObject({
      level: 'info',
      fields: { job: 'counting', swept: [{ executionId: 'lost' }] },
    });
  });

  it('The sweeper sends on the same executions when its logger fails', async () => {
    const { clock, pass, lambda } = await stuck(['lost']);
    const fail = () => {
      throw new Error('log shipping is down');
    };
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    const logger = { debug: fail, info: fail, warn: fail, error: fail };
    const sweep = createSweeper({ BATON_DIRECTORY: directory, ...named }, { client: lambda, clock, logger });
    pass(1_000_000);
    expect(await sweep()).toMatchObject({ swept: [{ executionId: 'lost' }], failed: [] });
    write.mockRestore();
    expect(lambda.sent).toHaveLength(1);
  });

  it('The sweeper leaves the executions of other jobs alone', async () => {
    const { sweep, pass, lambda } = await stuck(['lost'], { BATON_SWEEP_JOB: 'other' });
    pass(1_000_000);
    expect(await sweep()).toMatchObject({ swept: [] });
    expect(lambda.sent).toEqual([]);
  });

  it('The sweeper sweeps all jobs of a function that hosts several', async () => {
    const { sweep, pass, logger } = await stuck(['lost'], { BATON_SWEEP_JOB: 'other, counting' });
    pass(1_000_000);
    expect(await sweep()).toMatchObject({ swept: [{ executionId: 'lost' }] });
    expect(logger.find('executions swept').map(({ fields }) => fields.job)).toEqual(['other', 'counting']);
  });

  it('The sweeper fails, so that alarms see it, when it has left some to the next sweep', async () => {
    const { sweep, pass, lambda } = await stuck(['one', 'two'], { BATON_SWEEP_LIMIT: '1' });
    pass(1_000_000);
    const error = await sweep().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(SweepIncompleteError);
    expect((error as Error).message).toBe(
      'A sweep of job counting is not complete (1 sent on): there may be more than it looked at.\n→ Sweep more often, or raise the limit; so many lost executions have a reason of their own.',
    );
    expect(error).toMatchObject({
      code: 'SWEEP_INCOMPLETE',
      retryable: true,
      details: { job: 'counting', sweptCount: 1, hasMore: true },
    });
    expect(lambda.sent).toHaveLength(1);
  });

  it('The sweeper fails when one could not be sent on, after it has tried the others', async () => {
    const { sweep, pass, lambda, logger } = await stuck(['one', 'two']);
    lambda.fault = (call) => {
      if (call === 1) throw Object.assign(new Error('no'), { name: 'AccessDeniedException' });
      return 'none';
    };
    pass(1_000_000);
    await expect(sweep()).rejects.toMatchObject({
      code: 'SWEEP_INCOMPLETE',
      message: expect.stringMatching(
        /^A sweep of job counting is not complete \(1 sent on\): 1 could not be sent on \((one|two): .*AccessDenied/,
      ),
      details: { sweptCount: 1, failed: [{ reason: expect.stringContaining('AccessDeniedException') }] },
    });
    expect(logger.find('executions swept')).toMatchObject([{ level: 'error' }]);
  });

  it('The sweeper is refused at its cold start with everything that its environment lacks', () => {
    const refused = (variables: Readonly<Record<string, string>>) => {
      try {
        createSweeper(variables);
      } catch (error) {
        return BatonError.is(error) ? error.message : error;
      }
      return undefined;
    };
    expect(refused({ BATON_SWEEP_GRACE_MS: 'soon', BATON_SWEEP_LIMIT: '1001' })).toMatchInlineSnapshot(`
"Job to sweep has 5 faults:
1. The sweeper's environment variable BATON_SWEEP_FUNCTION is not set.
   → Set it to the function that is to go on: its name or ARN, with its alias.
2. The sweeper's environment variable BATON_SWEEP_JOB is not set.
   → Set it to the name of the job, or the names of several, with commas between them.
3. The sweeper's environment variable BATON_TABLE or BATON_BUCKET is not set.
   → Set it to where the function keeps its executions.
4. Environment variable BATON_SWEEP_GRACE_MS is "soon", which is no whole number from 1.
   → Set BATON_SWEEP_GRACE_MS to a whole number from 1, or leave it out.
5. Environment variable BATON_SWEEP_LIMIT is "1001", which is no whole number from 1 to 1000.
   → Set BATON_SWEEP_LIMIT to a whole number from 1 to 1000, or leave it out."
`);
    expect(refused({ ...named, BATON_DIRECTORY: directory, BATON_TABLE: 'executions' })).toContain(
      'are both set',
    );
    expect(refused({ ...named, BATON_TABLE: 'executions' })).toBeUndefined();
  });
});
