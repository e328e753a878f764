import { context, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import {
  BatonClient,
  type ExecutionDescription,
  LongRunning,
  MemoryCheckpointStore,
  OBSERVERS,
  type Observer,
  OnChildEnd,
  type RuntimeEvent,
  State,
  Step,
  type StepContext,
  startChildren,
  Terminate,
  wait,
  waitForSignal,
} from 'lambda-baton';
import { MetricsObserver, TraceObserver } from 'lambda-baton/observe';
import { type JobRun, JobTestEnvironment } from 'lambda-baton/testing';
import { renderList, renderStatus } from '../../../src/cli/commands/render-execution';
import { modelFromEvents } from '../../../src/cli/timeline/model-from-events';
import { modelFromHistory } from '../../../src/cli/timeline/model-from-history';
import { fitPage } from '../../../src/cli/timeline/page/fit-page';
import { renderTerminal } from '../../../src/cli/timeline/render-terminal';
import { accountTime } from '../../../src/cli/timeline/tell-story';
import type { ExecutionLane, Timeline } from '../../../src/cli/timeline/timeline';
import { formatUsd } from '../../../src/cli/view/text';
import { describeNow } from '../../../src/cli/watch/watch-view';
import { countRuns, pickEvenly } from '../../helpers/how-often';

jest.setTimeout(240_000);

const times = { safeMs: 10_000, intervalMs: 5_000 };
const secret = 'never-to-be-seen';
let env: JobTestEnvironment<Import>;
let store: MemoryCheckpointStore;
let written: Record<string, unknown>[];
let witnessed: RuntimeEvent[];

@LongRunning({ ...times, name: 'Region' })
class Region {
  @State() rows = 0;
  @Step({ retry: { maxAttempts: 2, initialDelayMs: 100 } }) async load({
    input,
    attempt,
  }: StepContext<{ n: number }>) {
    await env.timer.sleep(15_000);
    if (input.n === 2 || attempt < input.n) throw new Error('the region is not there');
    this.rows += 1;
  }
  @Terminate() isDone() {
    return this.rows === 2;
  }
}

/** Waits of every kind, attempts that fail, children of which one fails, over several invocations. */
@LongRunning({ ...times, name: 'Import' })
class Import {
  @State() pages = 0;
  @State({ secret: true }) password = secret;
  @State() isApproved = false;
  @Step({ retry: { initialDelayMs: 100 } }) async readPage({ cycle, attempt }: StepContext) {
    if (cycle === 2 && attempt === 1)
      throw Object.assign(new Error('page 2 is late'), { code: 'LATE', secret, details: { secret } });
    await env.timer.sleep(20_000);
    this.pages += 1;
  }
  @Step({ retry: { initialDelayMs: 400_000, maxDelayMs: 400_000 } }) pause({ attempt, cycle }: StepContext) {
    if (cycle === 3 && attempt === 1) throw new Error('not yet');
    return cycle === 1 ? wait({ seconds: 600 }) : undefined;
  }
  @Step() split({ cycle }: StepContext) {
    if (cycle !== 2) return;
    const items = [1, 2].map((n) => ({ id: `r${n}`, input: { n } }));
    return startChildren(items, { job: Region, maxFailures: 1 });
  }
  @Step() ask({ cycle }: StepContext) {
    return cycle === 3 ? waitForSignal('approved') : undefined;
  }
  @Step() note({ woken }: StepContext) {
    this.isApproved ||= woken?.by === 'signal';
  }
  @OnChildEnd() onEnd() {}
  @Terminate() isDone() {
    return this.isApproved;
  }
}

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

beforeAll(() => provider.register());
afterAll(async () => {
  await provider.shutdown();
  trace.disable();
  context.disable();
});

async function runIt(schedule: string): Promise<JobRun> {
  exporter.reset();
  written = [];
  witnessed = [];
  const witness: Observer = { on: (event) => void witnessed.push(event) };
  store = new MemoryCheckpointStore();
  env = JobTestEnvironment.create(Import, {
    timeoutMs: 60_000,
    otherJobs: [Region],
    store,
    providers: [{ token: OBSERVERS, useValue: [witness, new MetricsObserver(), new TraceObserver()] }],
  });
  env.signal('approved', { secret }, { afterMs: 40_000_000 });
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(JSON.parse(String(text)));
    return true;
  });
  try {
    return await env.run(schedule === '' ? {} : { schedule });
  } finally {
    write.mockRestore();
  }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const ids = ['execution-1', 'execution-1/1/r1', 'execution-1/1/r2'];

async function describeAll(): Promise<ExecutionDescription[]> {
  const client = new BatonClient({ store, clock: env.clock });
  return Promise.all(
    ids.map(async (id) => {
      const status = await client.status(id);
      if (status === undefined) throw new Error(`${id} is not there`);
      return status;
    }),
  );
}

function lanesOf({ root }: Timeline): Map<string, ExecutionLane> {
  const lanes = new Map<string, ExecutionLane>();
  const add = (lane: ExecutionLane) => {
    lanes.set(lane.executionId, lane);
    for (const child of lane.children) add(child);
  };
  add(root);
  return lanes;
}

function find<Type extends RuntimeEvent['type']>(type: Type, id: string) {
  const ofType = witnessed.filter((event) => event.type === type && event.executionId === id);
  return ofType as Extract<RuntimeEvent, { type: Type }>[];
}

const plain = (_tone: unknown, text: string) => text;
const measured = (name: string) => written.flatMap((document) => (document[name] as number[] | number) ?? []);
const nameEnd = (event: RuntimeEvent) => JSON.stringify({ ...event, atMs: 0 });
const endTypes = ['execution.completed', 'execution.failed', 'execution.cancelled'] as const;

/** What everybody says of one execution. */
function check(status: ExecutionDescription, timelines: readonly Timeline[], run: JobRun): void {
  const { executionId: id, history, stepCount, failedAttemptCount, costUsd } = status;
  expect(sum(history.map((entry) => entry.stepCount))).toBe(stepCount);
  expect(sum(history.map((entry) => entry.failedAttemptCount))).toBe(failedAttemptCount);
  expect(sum(history.map((entry) => entry.costUsd))).toBeCloseTo(costUsd, 8);

  const deathCount = history.filter(({ ending }) => ending === 'died').length;
  const nowMs = env.clock.now();
  for (const timeline of timelines) {
    const lane = lanesOf(timeline).get(id) as ExecutionLane;
    const account = accountTime(lane, nowMs);
    expect(account).toMatchObject({
      stepCount,
      failedAttemptCount,
      deathCount,
      invocationCount: history.length,
    });
    expect(account.costUsd).toBeCloseTo(costUsd, 8);
    expect(lane.invocations.map(describeBar)).toEqual(history.map(describeEntry));
    expect(lane.status).toBe(status.status);
    expect(lane.gaps.map(({ kind, reason }) => [kind, reason])).toEqual(listGaps(status));
  }
  const [first, second] = timelines.map((timeline) =>
    accountTime(lanesOf(timeline).get(id) as ExecutionLane, nowMs),
  );
  for (const name of ['lostMs', 'waitingMs', 'recoveryMs', 'workingMs', 'handOffMs'] as const)
    expect([name, Math.round(first?.[name] ?? -1)]).toEqual([name, Math.round(second?.[name] ?? -2)]);

  // Once each, but for one that died in the very call that says that it was told.
  const byKey = new Map(
    find('invocation.ended', id).map((event) => [`${event.requestId} ${describeKey(event)}`, event]),
  );
  const ended = [...byKey.values()].toSorted((a, b) => a.invocation - b.invocation);
  const isToldTwice = find('invocation.ended', id).length > ended.length;
  expect(ended.map(({ invocation, ending, costUsd: usd }) => [invocation, ending, usd])).toEqual(
    history.map((entry) => [entry.invocation, entry.ending, entry.costUsd]),
  );
  const ends = endTypes.flatMap((type) => find(type, id));
  expect(ends.length).toBe(isToldTwice && ends.length === 2 ? 2 : 1);
  expect(ends[0]).toMatchObject({ type: `execution.${status.status}`, stepCount, failedAttemptCount });
  const waits = find('execution.waiting', id).map(({ reason, untilMs }) => [reason, untilMs]);
  const kept = history.filter(({ ending }) => ending === 'waiting');
  // Who dies between falling asleep and telling so leaves it to the history.
  expect(kept.map(({ reason, untilMs }) => [reason, untilMs])).toEqual(expect.arrayContaining(waits));

  const logged = run.logs.map(({ fields }) => fields).filter(({ executionId }) => executionId === id);
  for (const type of [...endTypes, 'execution.handed-off', 'execution.waiting', 'step.failed'] as const)
    expect([type, logged.filter(({ event }) => event === type).length]).toEqual([
      type,
      find(type, id).length,
    ]);

  const spans = exporter
    .getFinishedSpans()
    .filter(({ attributes }) => attributes['lambda_baton.execution_id'] === id);
  const invocations = spans
    .filter(({ name }) => name === `${status.job} invocation`)
    .map(({ attributes }) => `${attributes['lambda_baton.invocation']} ${attributes['lambda_baton.ending']}`);
  const distinct = isToldTwice ? [...new Set(invocations)] : invocations;
  expect(distinct.toSorted()).toEqual(history.map(describeKey).toSorted());

  const shown = renderStatus(status, nowMs, plain).join('\n');
  expect(shown).toMatch(new RegExp(`invocations +${history.length}\\n`));
  expect(shown).toContain(formatUsd(costUsd));
  expect(renderList([status], nowMs, plain).join('')).toContain(id);
  expect(describeNow(status, nowMs)).toContain(`${history.length} invocation`);
}

const describeKey = ({ invocation, ending }: { invocation: number; ending: string }) =>
  `${invocation} ${ending}`;
const describeBar = ({ costUsd: _usd, ...bar }: ExecutionLane['invocations'][number]) => [
  ...[bar.invocation, bar.ending, bar.startMs, Math.round(bar.endMs - bar.startMs)],
  ...[bar.stepCount, bar.failedAttemptCount],
];
const describeEntry = (entry: ExecutionDescription['history'][number]) => [
  ...[entry.invocation, entry.ending, entry.startedAtMs],
  Math.round((entry.endedAtMs ?? entry.heardAtMs ?? 0) - entry.startedAtMs),
  ...[entry.stepCount, entry.failedAttemptCount],
];

/** What lies between invocations, by the history. */
function listGaps({ history, startedAtMs }: ExecutionDescription) {
  const kinds: Record<string, string> = { waiting: 'wait', 'handed-off': 'hand-off' };
  return history.flatMap(({ startedAtMs: toMs }, index) => {
    const before = history[index - 1];
    const fromMs = before === undefined ? startedAtMs : (before.endedAtMs ?? before.heardAtMs ?? 0);
    if (toMs <= fromMs) return [];
    return [[before === undefined ? 'start' : (kinds[before.ending] ?? 'recovery'), before?.reason]];
  });
}

describe('every number of one run', () => {
  it.each(['', 'crash@12', 'crash@25 crash@60', 'timeout@40', 'crash@31 crash@33 crash@90'])(
    'Every number of one run is the same wherever it is said (%s)',
    async (schedule) => {
      const run = await runIt(schedule);
      const [parent, ...children] = await compareAll(run);
      expect(children.map(({ status }) => status)).toEqual(['completed', 'failed']);
      const reasons = parent.history.flatMap(({ reason }) => reason ?? []);
      expect([...new Set(reasons)].toSorted()).toEqual(['children', 'retry-delay', 'signal', 'wait']);
      const entries = [parent, ...children].flatMap(({ history }) => history);
      expect(entries.some(({ ending }) => ending === 'died')).toBe(schedule !== '');
      if (schedule !== '') return;
      // What an invocation measured that died is lost.
      const all = [parent, ...children];
      expect(sum(measured('CostUsd'))).toBeCloseTo(sum(all.map(({ costUsd }) => costUsd)), 7);
      expect(sum(measured('StepAttemptsFailed'))).toBe(
        sum(all.map(({ failedAttemptCount }) => failedAttemptCount)),
      );
    },
  );

  it.each(['crash', 'crash-after'])(
    'Every number of one run is the same wherever a process dies (%s)',
    async (fault) => {
      const { boundaries } = await runIt('');
      let toldTwiceCount = 0;
      const places = boundaries.filter(({ kind }) => fault === 'crash' || kind === 'save' || kind === 'send');
      for (const { number, kind } of pickEvenly(places, countRuns(20))) {
        const run = await runIt(`${fault}@${number}`);
        try {
          await compareAll(run);
        } catch (error) {
          throw new Error(`${fault}@${number} (${kind}): ${String(error)}\n${String(run)}`);
        }
        const keys = witnessed.filter(({ type }) => type === 'invocation.ended').map(nameEnd);
        toldTwiceCount += keys.length - new Set(keys).size;
      }
      // Only in the one call between the telling and the entry that says so.
      expect(toldTwiceCount).toBeLessThanOrEqual(4);
    },
  );
});

/** Who says what of the run. @returns the execution, and its children */
async function compareAll(run: JobRun): Promise<[ExecutionDescription, ...ExecutionDescription[]]> {
  expect(run.outcome).toBe('completed');
  const all = (await describeAll()) as [ExecutionDescription, ...ExecutionDescription[]];
  const [parent, ...children] = all;
  const nowMs = env.clock.now();
  const told = modelFromEvents(witnessed, nowMs) as Timeline;
  const kept = modelFromHistory(parent, children, nowMs);
  for (const status of all) check(status, [told, kept], run);
  expect(parent.childrenCostUsd).toBeCloseTo(sum(children.map(({ costUsd }) => costUsd)), 8);

  const spans = exporter.getFinishedSpans();
  expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1);
  const count = (type: RuntimeEvent['type']) => witnessed.filter((event) => event.type === type).length;
  expect(sum(measured('ExecutionsCompleted'))).toBe(count('execution.completed'));
  expect(sum(measured('ExecutionsFailed'))).toBe(count('execution.failed'));
  for (const latencyMs of measured('HandOffLatency')) expect(latencyMs).toBeLessThan(5_000);

  const drawn = [renderTerminal(kept, plain, 120).join('\n'), fitPage(kept), fitPage(told)];
  const traced = spans.map(({ attributes, events }) => [attributes, events]);
  const everything = JSON.stringify([all, witnessed, written, run.logs, traced, drawn]);
  expect(everything).not.toContain(secret);
  return all;
}
