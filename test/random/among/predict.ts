import type { AmongProgram, AmongStep, ChildProgram } from './program';
import { maxAttempts } from './program';

/** How an execution of a program must end, whatever is done to it. */
export interface AmongPrediction {
  readonly outcome: 'cancelled' | 'completed' | 'failed';
  /** What failed it, in part. */
  readonly error: string | undefined;
  /**
   * Why each step ran that followed a pause and finished; the payloads of signals of one name may come in any order. The step that was
   * cancelled may have finished, or not.
   */
  readonly woken: readonly string[];
  /** What `@OnSignal` was called for, sorted. */
  readonly notes: readonly string[];
  /** What `@OnChildEnd` was told, sorted; undefined where it depends on who is first. */
  readonly told: readonly string[] | undefined;
  /** The parent's own effects, `@OnSignal` and `@OnChildEnd` left out, without repetitions. */
  readonly effects: readonly string[];
  /** How many batches of children it starts. */
  readonly batchCount: number;
  /** What it undoes, in order. */
  readonly undone: readonly string[];
}

/** Predicts how a program ends. Knows nothing of the runtime. */
export function predictAmong({ steps, signals, end }: AmongProgram): AmongPrediction {
  const woken: string[] = [];
  // A step that does not finish has heard nothing.
  let pending: string | undefined;
  const hear = (next?: string) => {
    if (pending !== undefined) woken.push(pending);
    pending = next;
  };
  const told: string[] = [];
  const effects: string[] = [];
  const undone: string[] = [];
  let batchCount = 0;
  let isToldKnown = true;
  let isOver = false;
  const finish = (outcome: AmongPrediction['outcome'], error?: string): AmongPrediction => ({
    ...{ outcome, error, woken: forgetPayloads(woken), effects, batchCount, undone: undone.reverse() },
    notes: isOver ? signals.filter(({ name }) => name === 'note').map(({ signalId }) => signalId) : [],
    told: isToldKnown ? told.sort() : undefined,
  });
  for (const [at, step] of steps.entries()) {
    switch (step.kind) {
      case 'work':
        effects.push(`work ${at}`);
        if (step.hasUndo) undone.push(`undo ${at}`);
        if (step.throws >= maxAttempts) return finish('failed', `failed at ${at}`);
        hear();
        break;
      case 'wait':
        hear('time');
        break;
      case 'timeout':
        hear('timeout');
        break;
      case 'signal':
        if (step.isGenerator) effects.push(`pause ${at}`);
        hear(`signal ${step.name}`);
        if (step.isGenerator) hear();
        isOver ||= step.name === 'finish';
        break;
      case 'children': {
        hear();
        batchCount += 1;
        if (step.items.some(({ kind }) => kind === 'revoke')) {
          isToldKnown = false;
          return finish('cancelled');
        }
        const failed = step.items.filter(isFailing).length;
        if (failed > step.maxFailures) {
          isToldKnown = false;
          return finish('failed', 'have not completed');
        }
        told.push(...step.items.map((item, index) => `${at + 1} c${index} ${describeEnd(item)}`));
        pending = `children ${step.items.length} ${step.items.length - failed} ${failed}`;
      }
    }
  }
  effects.push('end');
  if (end === 'complete') {
    hear();
    return finish('completed');
  }
  return end === 'fail' ? finish('failed', 'failed at the end') : finish('cancelled');
}

export function forgetPayloads(woken: readonly string[]): readonly string[] {
  return woken.map((one) => one.replace(/^(signal \S+) .*/, '$1'));
}

export function isFailing({ kind }: ChildProgram): boolean {
  return kind === 'fail' || kind === 'undo';
}

function describeEnd(item: ChildProgram): string {
  if (isFailing(item)) return 'failed undefined';
  return `completed ${item.kind === 'nest' ? 12 : item.n * 2}`;
}

/** Children of the first batches, as they must have ended when all of them were started. */
export function listChildren(
  steps: readonly AmongStep[],
  batchCount: number,
): readonly (ChildProgram & { readonly id: string })[] {
  const batches = steps.filter((step) => step.kind === 'children').slice(0, batchCount);
  return batches.flatMap(({ items }, batch) =>
    items.map((item, index) => ({ ...item, id: `${batch + 1}/c${index}` })),
  );
}
