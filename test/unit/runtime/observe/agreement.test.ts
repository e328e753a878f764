import {
  BatonClient,
  type ExecutionDescription,
  LongRunning,
  MemoryCheckpointStore,
  OnComplete,
  type RuntimeEvent,
  State,
  Step,
  type StepContext,
  Terminate,
} from '../../../../src';
import { type JobRun, JobTestEnvironment } from '../../../../src/testing';
import { faultsAt } from '../../../../src/testing/boundaries';
import { countRuns, pickEvenly } from '../../../helpers/how-often';

let env: JobTestEnvironment<ImportJob>;
let store: MemoryCheckpointStore;

/** Two steps, one of them a generator, over several invocations, with a failed attempt. */
@LongRunning({ safeMs: 10_000, intervalMs: 5_000, limits: { maxInvocations: 100 } })
class ImportJob {
  @State() pages = 0;
  @State() rows = 0;
  @Step({ retry: { initialDelayMs: 100 } }) async readPage({ attempt, progress }: StepContext) {
    if (this.pages === 1 && attempt === 1) throw new Error('page 2 is missing');
    await env.timer.sleep(20_000);
    this.pages += 1;
    progress(this.pages, 3);
  }
  @Step() async *writeRows() {
    for (let row = 0; row < 2; row += 1) {
      await env.timer.sleep(4_000);
      this.rows += 1;
      yield;
    }
  }
  @Terminate() isDone() {
    return this.pages === 3;
  }
  @OnComplete() sum() {
    return { pages: this.pages, rows: this.rows };
  }
}

env = JobTestEnvironment.create(ImportJob, {
  timeoutMs: 60_000,
  store: () => {
    store = new MemoryCheckpointStore();
    return store;
  },
});

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function find<Type extends RuntimeEvent['type']>({ events }: JobRun, type: Type) {
  return events.filter((event) => event.type === type) as Extract<RuntimeEvent, { type: Type }>[];
}

const logged = (run: JobRun, type: string) =>
  run.logs.filter(({ fields }) => fields.event === type).map(({ fields }) => fields);

/** Who is told the same of one run: what `status` says, its history, the events, and the log. */
async function checkThatAllAgree(run: JobRun): Promise<ExecutionDescription> {
  const status = await new BatonClient({ store, clock: env.clock }).status('execution-1');
  if (status === undefined) throw new Error('nothing stored');
  const { history, stepCount, failedAttemptCount, costUsd } = status;
  expect(sum(history.map((entry) => entry.stepCount))).toBe(stepCount);
  expect(sum(history.map((entry) => entry.failedAttemptCount))).toBe(failedAttemptCount);
  expect(sum(history.map((entry) => entry.costUsd))).toBeCloseTo(costUsd, 9);
  for (const end of find(run, 'execution.completed'))
    expect(end).toMatchObject({ stepCount, failedAttemptCount });
  for (const fields of logged(run, 'execution.completed'))
    expect(fields).toMatchObject({ stepCount, failedAttemptCount });

  const told = new Map(
    find(run, 'invocation.ended').map((event) => [`${event.invocation} ${event.ending}`, event]),
  );
  const kept = history.map((entry) => [`${entry.invocation} ${entry.ending}`, entry] as const);
  // A process that dies in its last breath tells nothing: the next invocation does, if there is one.
  const untold = kept.filter(([name]) => !told.has(name)).map(([, { ending }]) => ending);
  expect(untold.filter((ending) => ending !== 'completed')).toEqual([]);
  expect([...told.keys()].filter((name) => !kept.some(([other]) => other === name))).toEqual([]);
  for (const [name, { costUsd: keptUsd }] of kept)
    if (!name.endsWith('died')) expect(told.get(name)?.costUsd ?? keptUsd).toBeCloseTo(keptUsd, 9);

  for (const type of [
    'execution.handed-off',
    'step.failed',
    'step.interrupted',
    'execution.superseded',
  ] as const)
    expect(logged(run, type)).toHaveLength(find(run, type).length);
  const handedOver = find(run, 'execution.handed-off');
  for (const { invocation, bytes } of handedOver)
    expect(
      history.find((entry) => entry.invocation === invocation && entry.ending === 'handed-off')?.bytes,
    ).toBe(bytes);
  return status;
}

describe('status, history, events and log', () => {
  it('Status, history, events and log tell the same of an undisturbed run', async () => {
    const run = await env.run();
    const status = await checkThatAllAgree(run);
    expect(status).toMatchObject({ status: 'completed', stepCount: 6, failedAttemptCount: 1 });
    expect(find(run, 'step.finished')).toHaveLength(7);
    expect(find(run, 'step.started')).toHaveLength(
      sum(
        (['step.finished', 'step.failed', 'step.paused', 'step.interrupted'] as const).map(
          (type) => find(run, type).length,
        ),
      ),
    );
    expect(find(run, 'execution.started')).toHaveLength(1);
    expect(find(run, 'execution.completed')).toHaveLength(1);
  });

  it.each(['crash', 'crash-after', 'duplicate', 'lost-reply', 'timeout'] as const)(
    'Status, history, events and log tell the same of every run with a %s at one place',
    async (fault) => {
      const undisturbed = await env.run();
      const places = undisturbed.boundaries.filter(({ kind }) => faultsAt[kind].includes(fault));
      for (const { number, kind } of pickEvenly(places, countRuns(40))) {
        const schedule = `${fault}@${number}`;
        const run = await env.run({ schedule });
        try {
          expect(run.outcome).toBe('completed');
          await checkThatAllAgree(run);
        } catch (error) {
          throw new Error(`${schedule} (${kind}): ${String(error)}\n${String(run)}`);
        }
      }
    },
  );

  it('Status, history, events and log tell the same of a run with a bit of everything', async () => {
    for (const schedule of ['crash@9 duplicate@20 lost-reply@31', 'timeout@7 crash-after@26 duplicate@40']) {
      const run = await env.run({ schedule });
      expect(run.outcome).toBe('completed');
      const { history } = await checkThatAllAgree(run);
      expect(history.some(({ ending }) => ending === 'died')).toBe(true);
    }
  });
});
