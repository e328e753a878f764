import { modelFromEvents } from '../../../src/cli/timeline/model-from-events';
import { modelFromHistory } from '../../../src/cli/timeline/model-from-history';
import { accountTime, tellStory } from '../../../src/cli/timeline/tell-story';
import type { Timeline } from '../../../src/cli/timeline/timeline';
import { beginMs, describeLong, describeRunning, Teller, tellChaos } from './sample-runs';

const chaosEvents = tellChaos();
const chaos = draw(chaosEvents);

describe('the timeline of a local run', () => {
  it('The timeline of a local run has a bar for each delivery, with what it ended of', () => {
    expect(chaos.root.invocations.map(({ invocation, ending }) => [invocation, ending])).toEqual([
      [1, 'handed-off'],
      [2, 'died'],
      [2, 'handed-off'],
      [3, 'waiting'],
      [4, 'waiting'],
      [5, 'completed'],
    ]);
    expect(chaos.root).toMatchObject({ status: 'completed', job: 'ImportWarehouse' });
  });

  it('The timeline of a local run says what was between them, and why', () => {
    expect(chaos.root.gaps.map(({ kind, reason, after }) => [kind, reason, after])).toEqual([
      ['hand-off', undefined, 1],
      ['recovery', undefined, 2],
      ['hand-off', undefined, 2],
      ['wait', 'children', 3],
      ['wait', 'signal', 4],
    ]);
  });

  it('The timeline of a local run has every attempt, with its end, its error and the wait for the next one', () => {
    const units = chaos.root.invocations.flatMap((bar) => bar.units);
    expect(units).toHaveLength(chaosEvents.filter(isStartOf('import-2026-11-23')).length);
    expect(units.filter(({ ending }) => ending !== 'finished')).toMatchObject([
      { step: 'fetchPage', ending: 'failed', error: 'HttpError: 503 Service Unavailable', retryInMs: 800 },
      { step: 'fetchPage', attempt: 2, ending: 'failed', retryInMs: 1_600 },
      { step: 'writeRows', ending: 'safe-window' },
      { step: 'writeRows', cycle: 7, ending: 'died' },
    ]);
  });

  it('The timeline of a local run has children beneath their parent, of every depth', () => {
    const grandchild = new Teller('import-2026-11-23/1/asia/1/tokyo', 'ImportCity', 50_000);
    grandchild
      .begin()
      .after(10)
      .say('execution.completed', { durationMs: 10, stepCount: 0 })
      .end('completed');
    const { root } = draw([...chaosEvents, ...grandchild.events]);
    expect(root.children.map(({ executionId, status }) => [executionId, status])).toEqual([
      ['import-2026-11-23/1/americas', 'completed'],
      ['import-2026-11-23/1/asia', 'failed'],
      ['import-2026-11-23/1/europe', 'completed'],
    ]);
    expect(root.children[1]?.children.map(({ job }) => job)).toEqual(['ImportCity']);
  });

  it('The timeline of a local run draws what nobody told the end of: dead when another came after it, else running until now', () => {
    const run = new Teller('r1', 'Import');
    run.begin('a').startStep('work').after(500).say('progress', { step: 'work', done: 1 });
    run.after(2_000).begin('b', 1).startStep('work').after(300).say('progress', { step: 'work', done: 2 });
    const { root } = draw(run.events, 9_000);
    expect(root.invocations).toMatchObject([
      { ending: 'died', endMs: beginMs + 500, units: [{ ending: 'died', endMs: beginMs + 500 }] },
      { ending: 'running', endMs: beginMs + 9_000, units: [{ ending: 'running' }] },
    ]);
    expect(root).toMatchObject({ status: 'running', endMs: undefined });
  });

  it('The timeline of a local run draws nothing of nothing', () =>
    expect(modelFromEvents([], beginMs)).toBeUndefined());
});

describe('the timeline of a recorded execution', () => {
  it('The timeline of a recorded execution has its invocations and waits', () => {
    const { root } = modelFromHistory(describeLong(23), [], beginMs);
    expect(root.invocations).toHaveLength(23);
    expect(root.gaps.filter(({ kind }) => kind === 'wait')).toMatchObject([{ reason: 'wait', after: 20 }]);
    expect(root.invocations.at(-1)).toMatchObject({ ending: 'completed' });
    expect(root.endMs).toBe(root.invocations.at(-1)?.endMs);
  });

  it('The timeline of a recorded execution draws an invocation that died until it was last heard of, and one that runs until now', () => {
    const running = describeRunning();
    const nowMs = beginMs + 20_000_000;
    const { root } = modelFromHistory(running, [], nowMs);
    const [dead] = root.invocations.slice(10);
    expect(dead).toMatchObject({ ending: 'died', endMs: running.history[10]?.heardAtMs });
    expect(root.gaps).toContainEqual(expect.objectContaining({ kind: 'recovery', after: 11 }));
    expect(root.invocations.at(-1)).toMatchObject({ ending: 'running', endMs: nowMs });
  });

  it('The timeline of a recorded execution has children beneath their parent', () => {
    const child = { ...describeLong(1), executionId: 'reconcile-payments-2026-11/1/de', job: 'Country' };
    const grandchild = { ...child, executionId: 'reconcile-payments-2026-11/1/de/1/x', job: 'City' };
    const { root } = modelFromHistory(describeLong(2), [grandchild, child], beginMs);
    expect(root.children.map(({ job, children }) => [job, children.map((one) => one.job)])).toEqual([
      ['Country', ['City']],
    ]);
  });
});

describe('the account of a timeline', () => {
  it.each([
    ['a local run', chaos],
    ['a recorded execution', modelFromHistory(describeLong(), [], beginMs)],
    ['a running one', modelFromHistory(describeRunning(), [], beginMs + 20_000_000)],
  ])('The account of a timeline gives every moment of %s to one thing', (_name, timeline) => {
    const account = accountTime(timeline.root, timeline.nowMs);
    const { workingMs, lostMs, waitingMs, handOffMs, recoveryMs, unlistedMs, totalMs } = account;
    const sum = workingMs + lostMs + waitingMs + handOffMs + recoveryMs + unlistedMs;
    expect(sum).toBe(totalMs);
  });

  it('The account of a timeline counts time in which two invocations ran side by side once', () => {
    const run = new Teller('r1', 'Import');
    run.begin('a').after(1_000);
    const other = new Teller('r1', 'Import', 400);
    other.begin('b', 1).after(200).end('superseded');
    run.end('completed');
    const { root, nowMs } = draw([...run.events, ...other.events].toSorted((a, b) => a.atMs - b.atMs));
    expect(accountTime(root, nowMs).workingMs).toBe(1_000);
  });

  it('The account of a timeline counts what is not listed any more', () => {
    const sums = { stepCount: 9_000, failedAttemptCount: 3, costUsd: 1 };
    const earlier = { count: 800, startedAtMs: beginMs, ...sums };
    const all = describeLong(3);
    const described = {
      ...all,
      history: all.history.slice(1),
      earlier,
      stepCount: 9_425,
      failedAttemptCount: 5,
    };
    const { root, nowMs } = modelFromHistory(described, [], beginMs);
    expect(accountTime(root, nowMs)).toMatchObject({
      invocationCount: 802,
      stepCount: 9_425,
      failedAttemptCount: 5,
      unlistedMs: 882_460,
    });
  });
});

describe('the numbers of a timeline', () => {
  it('The numbers of a timeline are those that the execution has counted itself, not those of invocations that were lost', () => {
    const events = tellChaos().map((event) =>
      event.type === 'execution.completed' ? { ...event, stepCount: 16, failedAttemptCount: 2 } : event,
    );
    const { root, nowMs } = draw(events);
    expect(accountTime(root, nowMs)).toMatchObject({ stepCount: 16, failedAttemptCount: 2 });
  });

  it('The numbers of a timeline count one that was killed until it was last heard of, and draw its step until it was killed', () => {
    const [, dead] = chaos.root.invocations;
    const kill = { requestId: dead?.requestId ?? '', atMs: (dead?.endMs ?? 0) + 700 };
    const root = modelFromEvents(chaosEvents, chaos.nowMs, [kill])?.root;
    expect(root?.invocations[1]).toMatchObject({ ending: 'died', endMs: dead?.endMs, killedMs: kill.atMs });
    expect(root?.invocations[1]?.units.at(-1)).toMatchObject({ ending: 'died', endMs: kill.atMs });
  });
});

describe('the story of a timeline', () => {
  it('The story of a timeline tells somebody who was not there what happened, and why it took so long', () => {
    expect(tellStory(chaos.root, accountTime(chaos.root, chaos.nowMs))).toMatchInlineSnapshot(`
[
  "Completed in 1 h, in 6 invocations, for about $0.000237.",
  "It waited 2 times, 1 h in all (99 % of the time): 1 h for a signal after invocation 4, 7.5 s for its children after invocation 3.",
  "1 invocation died (#2) after 4.44 s of work at least; it took 9 s until the next one went on.",
  "2 attempts failed, 2 of fetchPage: HttpError: 503 Service Unavailable.",
  "It was handed over 2 times: 390 ms on average, 480 ms at most.",
  "It has 3 children: 2 completed, 1 failed, for about $0.000115 more.",
]
`);
  });

  it('The story of a timeline tells of a long execution', () => {
    const { root, nowMs } = modelFromHistory(describeLong(), [], beginMs);
    expect(tellStory(root, accountTime(root, nowMs))).toMatchInlineSnapshot(`
[
  "Completed in 27 h 16 min, in 64 invocations, for about $0.390.",
  "It waited 3 times, 12 h in all (44 % of the time): 4 h on a timer after invocation 20, 4 h on a timer after invocation 40, 4 h on a timer after invocation 60.",
  "3 invocations died (#11, #34, #57) after 11 min 42 s of work at least; it took 3 min 6 s in all until others went on.",
  "14 attempts failed.",
  "It was handed over 57 times: 591 ms on average, 820 ms at most.",
]
`);
  });

  it('The story of a timeline tells how one that goes on stands', () => {
    const { root, nowMs } = modelFromHistory(describeRunning(), [], beginMs + 14_000_000);
    expect(tellStory(root, accountTime(root, nowMs))).toMatchInlineSnapshot(`
[
  "Running for 3 h 53 min, in 17 invocations, for about $0.0976.",
  "1 invocation died (#11) after 3 min 31 s of work at least; it took 1 min 2 s until the next one went on.",
  "4 attempts failed.",
  "It was handed over 14 times: 589 ms on average, 820 ms at most.",
]
`);
  });
});

function draw(events: Parameters<typeof modelFromEvents>[0], nowMs?: number): Timeline {
  const timeline = modelFromEvents(events, beginMs + (nowMs ?? 4_000_000));
  if (timeline === undefined) throw new Error('nothing was drawn');
  return timeline;
}

function isStartOf(id: string) {
  return ({ type, executionId }: { type: string; executionId: string }) =>
    type === 'step.started' && executionId === id;
}
