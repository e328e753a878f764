import { SeededRandom } from '../../../src/testing';

/** What a child does. `deaf` waits for nobody; `revoke` has its parent cancelled. */
export type ChildKind = 'deaf' | 'double' | 'fail' | 'nest' | 'revoke' | 'undo' | 'wait';

/** One child as data. */
export interface ChildProgram {
  readonly kind: ChildKind;
  readonly n: number;
}

/** One step of a program. */
export type AmongStep =
  /** Does something outside, which can be undone, after so many failed attempts. */
  | { readonly kind: 'work'; readonly throws: number; readonly hasUndo: boolean }
  | { readonly kind: 'wait'; readonly seconds: number }
  /** Waits for a signal that comes, early or late; a generator that waits between two units of work. */
  | { readonly kind: 'signal'; readonly name: string; readonly isGenerator: boolean }
  /** Waits for a signal that nobody sends. */
  | { readonly kind: 'timeout'; readonly seconds: number }
  | {
      readonly kind: 'children';
      readonly items: readonly ChildProgram[];
      readonly concurrency: number;
      readonly maxFailures: number;
    };

/** A signal, and when it is sent: more than once when its sender is not sure. */
export interface SentSignal {
  readonly name: string;
  readonly signalId: string;
  readonly atMs: readonly number[];
}

/** An execution with others around it, as data. */
export interface AmongProgram {
  readonly seed: number;
  readonly steps: readonly AmongStep[];
  readonly signals: readonly SentSignal[];
  readonly end: 'cancel' | 'complete' | 'fail';
  /** How many children may run at the same time, whatever their batches say; undefined: as many as there are. */
  readonly slots: number | undefined;
}

/** The last signal comes after this time, in milliseconds: whatever goes wrong with the others is long over. */
const finishAfterMs = 86_400_000;
const finish = 'finish';

/** Attempts of a step. */
export const maxAttempts = 3;

/** Draws a program: the same seed always gives the same one. */
export function drawAmong(seed: number): AmongProgram {
  const random = new SeededRandom(seed ^ 0xa307);
  const upTo = (most: number) => 1 + Math.floor(random.next() * most);
  const chance = (share: number) => random.next() < share;
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random.next() * items.length)] as Item;
  const signals: SentSignal[] = [];
  const send = (name: string, latestMs: number) => {
    const atMs = Array.from({ length: upTo(3) }, () => Math.floor(random.next() * latestMs));
    signals.push({ name, signalId: `id${signals.length}`, atMs });
  };
  const drawChild = (): ChildProgram => ({
    kind: pick(['double', 'double', 'double', 'wait', 'nest', 'fail', 'undo']),
    n: upTo(1_500),
  });
  const drawStep = (): AmongStep => {
    const kind = pick(['work', 'work', 'wait', 'signal', 'signal', 'timeout', 'children', 'children']);
    switch (kind) {
      case 'work':
        return { kind, throws: chance(0.3) ? upTo(maxAttempts) : 0, hasUndo: chance(0.7) };
      case 'wait':
      case 'timeout':
        return { kind, seconds: upTo(3_000) };
      case 'signal': {
        const name = pick(['go', 'ok']);
        send(name, 7_200_000);
        return { kind, name, isGenerator: chance(0.4) };
      }
      default: {
        const items = Array.from({ length: upTo(6) }, drawChild);
        return { kind: 'children', items, concurrency: upTo(4), maxFailures: pick([0, 2, 10, 10]) };
      }
    }
  };
  const steps = Array.from({ length: upTo(5) }, drawStep);
  for (let count = Math.floor(random.next() * 5); count > 0; count -= 1) send('note', 7_200_000);
  steps.push({ kind: 'signal', name: finish, isGenerator: false });
  signals.push({ name: finish, signalId: finish, atMs: [finishAfterMs] });
  const end = drawEnd(random, steps);
  // A child that waits for nobody keeps its slot: one that has its parent cancelled would never get one.
  const isDeaf = steps.some((step) => step.kind === 'children' && step.items.some(isEndless));
  return { seed, steps, signals, end, slots: isDeaf ? undefined : pick([undefined, undefined, 1, 2, 3]) };
}

function isEndless({ kind }: ChildProgram): boolean {
  return kind === 'deaf';
}

function drawEnd(random: SeededRandom, steps: AmongStep[]): AmongProgram['end'] {
  const chance = random.next();
  if (chance < 0.6) return 'complete';
  if (chance < 0.75) return 'fail';
  // Cancelled by itself, or by one of its children while the others wait.
  if (chance < 0.9) {
    const kinds: readonly ChildKind[] = ['deaf', 'revoke', 'deaf'];
    const items = kinds.map((kind) => ({ kind, n: 1 }));
    steps.push({ kind: 'children', items, concurrency: 3, maxFailures: 10 });
  }
  return 'cancel';
}
