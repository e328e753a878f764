import type { DescribedExecution, HistoryEntry } from '../../../src/cli/timeline/model-from-history';
import type { RuntimeEvent, StepStarted } from '../../../src/runtime/observe/runtime-event';

type Facts<Type extends RuntimeEvent['type']> = Omit<
  Extract<RuntimeEvent, { type: Type }>,
  'atMs' | 'executionId' | 'invocation' | 'job' | 'requestId' | 'type'
>;

/** When every sample begins. */
export const beginMs = Date.UTC(2026, 10, 23, 9, 30);

/** Writes events of one execution, as the runtime tells them. */
export class Teller {
  readonly events: RuntimeEvent[] = [];
  invocation = 0;
  #requestId = '';
  #unit: Pick<StepStarted, 'attempt' | 'cycle' | 'kind' | 'step'> | undefined;
  #unitFromMs = 0;
  #startedMs = 0;

  constructor(
    readonly executionId: string,
    readonly job: string,
    /** In milliseconds since the beginning. */
    public atMs = 0,
  ) {}

  say<Type extends RuntimeEvent['type']>(type: Type, facts: Facts<Type>): this {
    const { executionId, job, invocation } = this;
    const subject = {
      type,
      atMs: beginMs + this.atMs,
      executionId,
      job,
      invocation,
      requestId: this.#requestId,
    };
    this.events.push({ ...subject, ...facts } as unknown as RuntimeEvent);
    return this;
  }

  after(ms: number): this {
    this.atMs += ms;
    return this;
  }

  begin(requestId = `request-${this.invocation + 1}`, invocation = this.invocation + 1): this {
    this.invocation = invocation;
    this.#requestId = `${this.executionId}-${requestId}`;
    this.#startedMs = this.atMs;
    return this.say('invocation.started', { isCold: invocation === 1, version: '7', remainingMs: 30_000 });
  }

  step(step: string, ms: number, { cycle = 1, attempt = 1 } = {}): this {
    this.startStep(step, { cycle, attempt }).after(ms);
    this.say('step.finished', { ...this.unit, durationMs: ms });
    return this.after(4).say('checkpoint.stored', { bytes: 2_048, durationMs: 4 });
  }

  startStep(step: string, { cycle = 1, attempt = 1 } = {}): this {
    this.#unit = { step, kind: 'step', cycle, attempt };
    this.#unitFromMs = this.atMs;
    return this.say('step.started', this.#unit);
  }

  fail(message: string, delayMs: number | undefined): this {
    const error = { name: 'HttpError', message };
    const retry = { willRetry: delayMs !== undefined, delayMs: delayMs ?? 0 };
    return this.say('step.failed', {
      ...this.unit,
      ...retry,
      error,
      durationMs: this.unitMs,
    } as Facts<'step.failed'>);
  }

  interrupt(ending: 'abandoned' | 'died' | 'safe-window'): this {
    return this.say('step.interrupted', { ...this.unit, ending, durationMs: this.unitMs });
  }

  handOff(): this {
    const facts = { reason: 'safe-window', channel: 'lambda', bytes: 2_048, remainingMs: 6_200 };
    this.after(12).say('execution.handed-off', facts as Facts<'execution.handed-off'>);
    return this.end('handed-off');
  }

  end(ending: Facts<'invocation.ended'>['ending']): this {
    const durationMs = this.atMs - this.#startedMs;
    return this.say('invocation.ended', { ending, durationMs, costUsd: 1e-6 + durationMs * 8.3e-9 });
  }

  get unit() {
    if (this.#unit === undefined) throw new Error('no step has begun');
    return this.#unit;
  }

  get unitMs(): number {
    return this.atMs - this.#unitFromMs;
  }
}

/** A local run with everything in it: retries, a death, a wait for a signal, children, hand-offs, a duplicate. */
export function tellChaos(): RuntimeEvent[] {
  const run = new Teller('import-2026-11-23', 'ImportWarehouse');
  run.begin().after(20).say('execution.started', {});
  for (let cycle = 1; cycle <= 5; cycle += 1)
    run.step('fetchPage', 700 + 90 * cycle, { cycle }).step('writeRows', 1_900 - 40 * cycle, { cycle });
  run.startStep('fetchPage', { cycle: 6 }).after(640).fail('503 Service Unavailable', 800).after(800);
  run.startStep('fetchPage', { cycle: 6, attempt: 2 }).after(400).fail('503 Service Unavailable', 1_600);
  run.after(1_600).step('fetchPage', 900, { cycle: 6, attempt: 3 });
  run.startStep('writeRows', { cycle: 6 }).after(1_000).interrupt('safe-window').handOff();

  run.after(480).begin().after(30);
  run.say('execution.resumed', { step: 'writeRows', cycle: 6, remainingMs: 29_000 });
  run.step('writeRows', 2_100, { cycle: 6 });
  run.step('fetchPage', 800, { cycle: 7 }).startStep('writeRows', { cycle: 7 }).after(1_500);
  run.interrupt('died').end('died');

  run.after(9_000).begin('request-2', 2).after(15);
  run.say('execution.resumed', { step: 'writeRows', cycle: 7, remainingMs: 29_000 });
  run.step('writeRows', 2_000, { cycle: 7 }).handOff();

  run.after(300).begin().after(20);
  run.step('split', 350).after(8);
  for (const name of ['europe', 'asia', 'americas'])
    run.say('child.started', { childId: `${run.executionId}/1/${name}`, status: 'running' });
  run.say('execution.waiting', { reason: 'children', bytes: 900 }).end('waiting');
  const children = ['europe', 'asia', 'americas'].map((name, index) => {
    const child = new Teller(`${run.executionId}/1/${name}`, 'ImportRegion', run.atMs + 200 + 150 * index);
    child.begin().after(15).say('execution.started', {});
    for (let cycle = 1; cycle <= 3 + index; cycle += 1) child.step('load', 900 + 150 * index, { cycle });
    if (index === 1) {
      child.startStep('load', { cycle: 9 }).after(500).fail('region is not there', undefined);
      child.say('execution.failed', {
        ...{ error: { name: 'HttpError', message: 'region is not there' }, durationMs: 4_000, stepCount: 4 },
      } as Facts<'execution.failed'>);
      return child.end('failed');
    }
    child.say('execution.completed', { durationMs: child.atMs - run.atMs, stepCount: 3 + index });
    return child.end('completed');
  });

  run.after(7_500).begin().after(12);
  for (const { executionId, events } of children) {
    const status = events.some(({ type }) => type === 'execution.failed') ? 'failed' : 'completed';
    run.say('child.ended', { childId: executionId, status });
  }
  run.step('report', 450).after(5).say('execution.waiting', { reason: 'signal', bytes: 900 }).end('waiting');

  run.after(3_600_000).begin().after(10).say('signal.received', { name: 'approved', signalId: 's1' });
  run.step('publish', 1_300);
  run.say('execution.completed', { durationMs: run.atMs, stepCount: 20 }).end('completed');
  return [...run.events, ...children.flatMap(({ events }) => events)].toSorted((a, b) => a.atMs - b.atMs);
}

/** A long execution as its record knows it: hand-offs every quarter of an hour, two deaths, waits over night. */
export function describeLong(count = 64): DescribedExecution {
  const history: HistoryEntry[] = [];
  let atMs = beginMs;
  for (let invocation = 1; invocation <= count; invocation += 1) {
    const isLast = invocation === count;
    const died = invocation % 23 === 11;
    const waits = invocation % 20 === 0;
    const ranMs = died ? 200_000 + 1_000 * invocation : 880_000 + ((invocation * 7_919) % 13) * 1_000;
    const ending = isLast ? 'completed' : died ? 'died' : waits ? 'waiting' : 'handed-off';
    history.push({
      ...{ invocation, startedAtMs: atMs, ending, isCold: invocation % 9 === 1, version: '12' },
      ...(died ? { heardAtMs: atMs + ranMs } : { endedAtMs: atMs + ranMs }),
      ...{ stepCount: died ? 40 : 210 + (invocation % 7), failedAttemptCount: invocation % 10 === 3 ? 2 : 0 },
      ...{ bytes: 18_000 + invocation * 130, costUsd: 0.0061 },
      ...(waits && { reason: 'wait' }),
    });
    atMs += ranMs + (died ? 62_000 : waits ? 4 * 3_600_000 : 340 + (invocation % 5) * 120);
  }
  return {
    ...{ executionId: 'reconcile-payments-2026-11', job: 'ReconcilePayments', status: 'completed' },
    ...{ isParked: false, startedAtMs: beginMs, history, invocation: count, handedOffTo: null },
    stepCount: history.reduce((sum, entry) => sum + entry.stepCount, 0),
    failedAttemptCount: history.reduce((sum, entry) => sum + entry.failedAttemptCount, 0),
    costUsd: history.reduce((sum, entry) => sum + entry.costUsd, 0),
  };
}

/** The same, while invocation 17 runs. */
export function describeRunning(): DescribedExecution {
  const { history, ...described } = describeLong(17);
  const [ended, running] = [history.slice(0, -1), history.at(-1)];
  const stepCount = ended.reduce((sum, entry) => sum + entry.stepCount, 0) + 12;
  const costUsd = described.costUsd - (running?.costUsd ?? 0);
  return { ...described, status: 'running', history: ended, stepCount, costUsd };
}

/** A text that would break out of an attribute, an element, a script, a comment and a line. */
export const hostileText = `"'><img src=x onerror=alert(1)></script><!--\u202etxt\u2028 \${x} &amp;`;

/** A run whose every text is hostile. */
export function tellHostile(): RuntimeEvent[] {
  const run = new Teller(`id ${hostileText}`, `job ${hostileText}`);
  run.begin(hostileText).after(5).say('signal.received', { name: hostileText, signalId: hostileText });
  run.startStep(hostileText).after(500).fail(hostileText, 100).after(100);
  run.step(hostileText, 100, { attempt: 2 });
  const error = { name: hostileText, message: hostileText };
  const ended = { error, durationMs: 700, stepCount: 1 } as Facts<'execution.failed'>;
  run.after(1).say('execution.failed', ended).end('failed');
  return run.events;
}
