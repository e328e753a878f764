import { InvalidKeyError } from '../../../errors';
import type { Among, Interlude } from './among';
import type { Execution } from './execution';

/**
 * What a key is for. `work`: the stretch between two safe points of a step, of `@OnStart` or of `@OnComplete`. `closing`: the `finally`
 * blocks of a generator that was stopped. The others are named after their decorators.
 */
export type KeyedUnit =
  | 'cancel'
  | 'closing'
  | 'failure'
  | 'handoff'
  | 'resume'
  | 'terminate'
  | 'undo'
  | 'work';

/**
 * The key of a unit of work. An execution's id may hold any character, and what follows its last `#` never holds another: so no two units,
 * of whichever executions, have the same key.
 */
export function writeKey(
  { executionId, safePointCount, invocation, among }: Execution,
  unit: KeyedUnit,
): string {
  const key = `${executionId}#${among?.interlude ? nameInterlude(among, among.interlude) : safePointCount}`;
  switch (unit) {
    case 'work':
      return key;
    // Asked, or told, about one safe point, in whichever invocation that is.
    case 'terminate':
    case 'failure':
    // Undone at one safe point each, of which no step has the same.
    case 'undo':
      return `${key}.${unit}`;
    // An invocation is resumed, handed over and left once at one safe point.
    case 'resume':
    case 'handoff':
    case 'closing':
      return `${key}.${unit}.${invocation}`;
    // An execution is cancelled once. Its safe points may have been lost when it is told again.
    case 'cancel':
      return `${executionId}#${unit}`;
  }
}

/** A place of the inbox is used once; that of a child only within its batch. */
function nameInterlude({ children }: Among, { kind, slot, part }: Interlude): string {
  const place = kind === 'child' ? `${children?.number}.${slot}` : slot;
  return `${kind}.${place}.${part}`;
}

/**
 * The key of one part of a unit. Texts are encoded, so that they never hold `#`, `/` or `=`, and a number is told from its digits.
 *
 * @throws InvalidKeyError when the part is neither a text nor a finite number: all such parts would share one key.
 */
export function writePartKey(unitKey: string, part: unknown): string {
  if (typeof part === 'string') return `${unitKey}/${encodeURIComponent(JSON.stringify(part).slice(1, -1))}`;
  if (typeof part === 'number' && Number.isFinite(part)) return `${unitKey}/=${part}`;
  const received = part === null || typeof part === 'number' ? String(part) : typeof part;
  throw new InvalidKeyError({
    problem: `ctx.keyFor was given ${received}, which tells no part of the work from another.`,
    fix: 'Give it what identifies the part: a string, or a finite number.',
    details: { received },
  });
}
