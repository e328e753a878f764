import type { JobRun } from '../../../src/testing';
import { countInterruptions } from '../check-run';
import type { AmongState } from './build-jobs';
import { type AmongPrediction, forgetPayloads, isFailing, listChildren } from './predict';
import type { AmongProgram } from './program';

const endings: ReadonlySet<string> = new Set([
  'execution.cancelled',
  'execution.completed',
  'execution.failed',
]);

/** Says in what a run is not as predicted; nothing when all is well. */
export function checkAmong(
  program: AmongProgram,
  prediction: AmongPrediction,
  run: JobRun<AmongState>,
): readonly string[] {
  const faults: string[] = [];
  const expectSame = (what: string, expected: unknown, received: unknown) => {
    const [wanted, found] = [JSON.stringify(expected), JSON.stringify(received)];
    if (wanted !== found) faults.push(`${what} ${found}, not ${wanted}`);
  };
  const { outcome, state, executionId } = run;
  expectSame('outcome', prediction.outcome, outcome);
  if (prediction.error !== undefined && !readMessages(run.error).includes(prediction.error))
    faults.push(`failed by ${readMessages(run.error)}, not ${prediction.error}`);
  const isCut = prediction.outcome === 'cancelled' && state.woken.length > prediction.woken.length;
  expectSame('woken', prediction.woken, forgetPayloads(isCut ? state.woken.slice(0, -1) : state.woken));
  if (new Set(state.notes).size !== state.notes.length) faults.push(`notes twice: ${state.notes}`);
  if (prediction.notes.length > 0) expectSame('notes', prediction.notes, [...state.notes].sort());
  if (prediction.told !== undefined) expectSame('told', prediction.told, [...state.told].sort());
  if (new Set(state.told).size !== state.told.length) faults.push(`told twice: ${state.told}`);
  const own = listEffects(run, executionId);
  expectSame(
    'effects',
    prediction.effects,
    own.filter((what) => /^(work|pause|end)/.test(what)),
  );
  const undone = prediction.outcome === 'completed' ? [] : prediction.undone;
  expectSame(
    'undone',
    undone,
    own.filter((what) => what.startsWith('undo')),
  );
  return [
    ...faults,
    ...checkPayloads(program, state),
    ...checkChildren(program, prediction, run),
    ...checkRepetitions(run),
  ];
}

/** No signal is taken by two waits. */
function checkPayloads({ signals }: AmongProgram, { woken }: AmongState): readonly string[] {
  const taken = woken.filter((one) => one.startsWith('signal '));
  const known = new Set(signals.map(({ name, signalId }) => `signal ${name} ${signalId}`));
  const strange = taken.filter((one) => !known.has(one));
  return new Set(taken).size === taken.length && strange.length === 0 ? [] : [`signals taken: ${taken}`];
}

/** Children end once, as they must, no more of them at once than may, and before their parent does. */
function checkChildren(
  { steps }: AmongProgram,
  { told, outcome, batchCount }: AmongPrediction,
  run: JobRun<AmongState>,
): readonly string[] {
  const faults: string[] = [];
  // An end whose process died is told again, in the name of the delivery that it was of.
  const ends = new Set(
    run.events
      .filter(({ type }) => endings.has(type))
      .map(({ executionId, requestId }) => `${executionId} ${requestId}`),
  );
  const ended = [...ends].map((end) => end.split(' ')[0] ?? '');
  for (const id of new Set(ended)) {
    const count = ended.filter((one) => one === id).length;
    if (count > 1) faults.push(`${id} ended ${count} times`);
  }
  for (const { id, ...child } of listChildren(steps, batchCount)) {
    const found = listEffects(run, `${run.executionId}/${id}`);
    const wanted = listWanted(child.kind);
    const isStarted = told !== undefined || found.length > 0;
    const mayBeCancelled = told === undefined && outcome === 'cancelled';
    const isSame = wanted.join() === found.join();
    if (isStarted && !isSame && !mayBeCancelled && (told !== undefined || !isFailing(child)))
      faults.push(`${id} (${child.kind}) did ${found}, not ${wanted}`);
  }
  const firstUndo = run.effects.findIndex(
    ({ key, what }) => readExecution(key) === run.executionId && what.startsWith('undo'),
  );
  const lastOfChild = run.effects.findLastIndex(({ key }) => readExecution(key) !== run.executionId);
  if (firstUndo >= 0 && lastOfChild > firstUndo)
    faults.push('children did something after their parent had begun to undo');
  return [...faults, ...checkConcurrency(steps, run)];
}

function listWanted(kind: string): readonly string[] {
  switch (kind) {
    case 'fail':
      return ['first', 'undo'];
    case 'undo':
      return ['first', 'second', 'undo'];
    default:
      return ['first', 'second'];
  }
}

/** Each batch keeps to its limit; of an end that its process has not survived there is no event. */
function checkConcurrency(steps: AmongProgram['steps'], run: JobRun): readonly string[] {
  const limits = steps.flatMap((step) => (step.kind === 'children' ? [step.concurrency] : []));
  const live = new Set<string>();
  for (const event of run.events) {
    const id = 'childId' in event ? event.childId : event.executionId;
    const [, batch] = id.split('/');
    if (batch === undefined || id.split('/').length > 3) continue;
    if (event.type === 'child.started') live.add(id);
    if (endings.has(event.type) || event.type === 'child.ended') live.delete(id);
    const limit = (limits[Number(batch) - 1] ?? 0) + countInterruptions(run);
    const count = [...live].filter((one) => one.split('/')[1] === batch).length;
    if (count > limit) return [`${count} children of batch ${batch} at once, not ${limit}`];
  }
  return [];
}

/** An interruption costs at most one unit of work, done once more: with its failed attempts. */
function checkRepetitions(run: JobRun): readonly string[] {
  const collisions = run.keyCollisions.map(({ key }) => `two effects under ${key}`);
  const interruptions = countInterruptions(run);
  const units = new Map<string, number>();
  for (const { key, what } of run.effects) {
    const place = `${key} ${what}`;
    units.set(place, (units.get(place) ?? 0) + 1);
  }
  const repeated = [...units].filter(([place, count]) => count > 1 && !place.includes(' work '));
  return repeated.length > interruptions
    ? [...collisions, `${repeated.length} effects were repeated after ${interruptions} interruptions`]
    : collisions;
}

/** What an execution has done outside, in order, repetitions left out. */
function listEffects({ effects }: JobRun, executionId: string): readonly string[] {
  const own = effects.filter(({ key }) => readExecution(key) === executionId);
  return [...new Set(own.map(({ what }) => what))];
}

function readExecution(key: string): string {
  return key.split('#')[0] ?? '';
}

function readMessages(error: unknown): string {
  const { message, cause } = (error ?? {}) as { message?: string; cause?: unknown };
  return message === undefined ? '' : `${message} ${readMessages(cause)}`;
}
